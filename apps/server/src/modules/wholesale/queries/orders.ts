import { type WholesaleOrder, wholesaleErrors } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { readViews, type SealedView } from '../../orders/index.ts'
import { handOver } from '../commands/hand-over.ts'
import { standingOf, systemCtx } from '../model.ts'
import type { OpenKey } from './open-key.ts'

export type Numbered = {
  readonly outerNo: string
  readonly orderNo: OrderNo
  readonly requestHash: Buffer
  readonly endedBecause: string | null
}

/** The order that a key has under a number of its own; another key's is not there. */
export async function findOrder(tx: ReadTx, keyId: number, outerNo: string): Promise<Numbered | undefined> {
  const { rows } = await sql<Numbered>`
    select outer_no as "outerNo", order_no as "orderNo", request_hash as "requestHash", ended_because as "endedBecause"
    from wholesale.orders
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and key_id = ${keyId}::bigint
      and outer_no = ${outerNo}
  `.execute(tx.db)
  return rows[0]
}

/** @throws wholesale.unknown_order */
export async function readOrder(
  platform: Platform,
  key: OpenKey,
  outerNo: string,
  ip: string,
): Promise<WholesaleOrder> {
  const numbered = await platform.db.read(systemCtx(key.tenantId), (tx) => findOrder(tx, key.id, outerNo))
  if (!numbered) throw wholesaleErrors.unknownOrder()
  const [view] = await readViews(platform, key.tenantId, [numbered.orderNo])
  if (!view) throw new Error(`order ${numbered.orderNo} has a caller's number and cannot be read`)
  return await answerOf(platform, key, numbered, view, ip)
}

/** An order as its buyer is told of it. */
async function answerOf(
  platform: Platform,
  key: OpenKey,
  { outerNo, orderNo, endedBecause }: Numbered,
  view: SealedView,
  ip: string,
): Promise<WholesaleOrder> {
  const standing = standingOf(view)
  const cards = await handOver(platform, key, [view], ip)
  return {
    ...factsOf(view, outerNo, standing),
    priceFen: view.lines[0]?.unitPriceFen ?? 0,
    cards: cards.get(orderNo) ?? [],
    failedBecause: standing.state === 'failed' ? (endedBecause ?? 'refunded') : null,
  }
}

function factsOf(view: SealedView, outerNo: string, { state, arrived }: ReturnType<typeof standingOf>) {
  const [line] = view.lines
  return {
    outerNo,
    orderNo: String(view.no),
    productId: String(line?.skuId ?? ''),
    quantity: line?.quantity ?? 0,
    state,
    arrived,
    amountFen: view.totalFen,
    refundedFen: view.refundedFen,
    placedAt: new Date(view.placedAt).toISOString(),
  }
}

const STATEMENT_PAGE = 50

/** What a key ordered on a day, as it stands now: money that went back counts with its order, whenever that was. */
export async function statementOf(platform: Platform, key: OpenKey, day: string, cursor: number) {
  const numbered = await platform.db.read(systemCtx(key.tenantId), async (tx) => {
    const { rows } = await sql<{ outerNo: string; orderNo: OrderNo }>`
      select outer_no as "outerNo", order_no as "orderNo"
      from wholesale.orders
      where tenant_id = ${key.tenantId}::bigint
        and key_id = ${key.id}::bigint
        and placed_at >= (${day}::date)::timestamp at time zone 'Asia/Shanghai'
        and placed_at < (${day}::date + 1)::timestamp at time zone 'Asia/Shanghai'
      order by placed_at, order_no
      limit ${STATEMENT_PAGE + 1}::bigint
      offset ${cursor}::bigint
    `.execute(tx.db)
    return rows
  })
  const page = numbered.slice(0, STATEMENT_PAGE)
  const views = await readViews(
    platform,
    key.tenantId,
    page.map(({ orderNo }) => orderNo),
  )
  const byNo = new Map(views.map((view) => [view.no, view]))
  return {
    items: page.flatMap(({ outerNo, orderNo }) => {
      const view = byNo.get(orderNo)
      return view ? [factsOf(view, outerNo, standingOf(view))] : []
    }),
    next: numbered.length > STATEMENT_PAGE ? String(cursor + STATEMENT_PAGE) : null,
  }
}
