import type { WholesaleBulk, WholesaleBulkLine, WholesaleLineState } from '@quanshu/contract'
import { wholesaleErrors } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf } from '../../../platform/lists/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { readViews } from '../../orders/index.ts'
import { handOver } from '../commands/hand-over.ts'
import { bulkStateOf, failedBecauseOf, standingOf, systemCtx } from '../model.ts'
import type { OpenKey } from './open-key.ts'

type Numbered = { readonly bulkId: number; readonly requestHash: Buffer }

/** The bulk order that a key has under a number of its own; another key's is not there. */
export async function findBulk(tx: ReadTx, keyId: number, outerNo: string): Promise<Numbered | undefined> {
  const { rows } = await sql<Numbered>`
    select bulk_id as "bulkId", request_hash as "requestHash"
    from wholesale.bulks
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and key_id = ${keyId}::bigint
      and outer_no = ${outerNo}
  `.execute(tx.db)
  return rows[0]
}

/** How far it is, and what became of its money. @throws wholesale.unknown_order */
export async function readBulk({ db }: Pick<Platform, 'db'>, key: OpenKey, outerNo: string): Promise<WholesaleBulk> {
  type Progress = Omit<WholesaleBulk, 'state'>
  const progress = await db.call<Progress | null>(key.tenantId, 'wholesale.bulk_progress', key.id, outerNo)
  if (!progress) throw wholesaleErrors.unknownOrder()
  return {
    ...progress,
    state: bulkStateOf(progress.counts),
    placedAt: new Date(progress.placedAt).toISOString(),
  }
}

type Wanted = {
  readonly outerNo: string
  readonly state?: readonly WholesaleLineState[] | undefined
  readonly cursor: number
  readonly limit: number
}
type Row = {
  readonly lineNo: number
  readonly ref: string
  readonly skuId: number
  readonly quantity: number
  readonly priceFen: number
  readonly orderNo: OrderNo | null
  readonly state: WholesaleLineState
  readonly fault: string | null
  readonly exceptionReason: string | null
}

/**
 * A page of lines in the order of the call, with the codes of those that arrived; that they were handed over is written first.
 * @throws wholesale.unknown_order
 */
export async function bulkLines(platform: Platform, key: OpenKey, wanted: Wanted, ip: string) {
  const { cursor, limit } = wanted
  const rows = await platform.db.read(systemCtx(key.tenantId), (tx) => load(tx, key.id, wanted))
  const page = rows.slice(0, limit)
  const nos = page.flatMap(({ orderNo }) => (orderNo === null ? [] : [orderNo]))
  const views = await readViews(platform, key.tenantId, nos)
  const cards = await handOver(platform, key, views, ip)
  const byNo = new Map(views.map((view) => [view.no, view]))
  const items = page.map((row): WholesaleBulkLine => {
    const { lineNo, ref, skuId, quantity, priceFen, orderNo } = row
    const view = orderNo === null ? undefined : byNo.get(orderNo)
    const { state, arrived } = view ? standingOf(view) : { state: row.state, arrived: 0 }
    return {
      index: lineNo - 1,
      ref,
      productId: String(skuId),
      quantity,
      state,
      orderNo: orderNo === null ? null : String(orderNo),
      arrived,
      priceFen,
      amountFen: quantity * priceFen,
      refundedFen: view?.refundedFen ?? 0,
      cards: (orderNo === null ? undefined : cards.get(orderNo)) ?? [],
      failedBecause: state === 'failed' ? failedBecauseOf(row) : null,
    }
  })
  return { items, next: rows.length > limit ? String(page.at(-1)?.lineNo ?? cursor) : null }
}

async function load(tx: ReadTx, keyId: number, { outerNo, state, cursor, limit }: Wanted): Promise<readonly Row[]> {
  const { tenantId } = tx.ctx
  const known = await findBulk(tx, keyId, outerNo)
  if (!known) throw wholesaleErrors.unknownOrder()
  const { rows } = await sql<Row>`
    select n.line_no as "lineNo", n.reference as ref, n.sku_id as "skuId", n.quantity, n.unit_price_fen as "priceFen",
      n.order_no as "orderNo", x.state, n.fault, l.exception_reason as "exceptionReason"
    from bulk.lines n
    left join lateral (
      select l.kind, l.state, l.refunded_quantity, l.exception_reason
      from orders.lines l
      where l.tenant_id = ${tenantId}::bigint
        and l.order_no = n.order_no
        and l.line_no = 1
      offset 0
    ) l on true
    left join lateral (
      select o.state
      from orders.orders o
      where o.tenant_id = ${tenantId}::bigint
        and o.no = n.order_no
        and l.state = 'cancelled'
      offset 0
    ) o on true
    cross join lateral (
      select wholesale.line_state(bulk.standing_of(n.state, o.state, l.state), l.kind, n.quantity, l.refunded_quantity) as state
    ) x
    where ${allOf(
      sql`n.tenant_id = ${tenantId}::bigint`,
      sql`n.bulk_id = ${known.bulkId}::bigint`,
      sql`n.line_no > ${cursor}::integer`,
      state !== undefined && sql`x.state = any (${state}::text[])`,
    )}
    order by n.line_no
    limit ${limit + 1}::integer
  `.execute(tx.db)
  return rows
}
