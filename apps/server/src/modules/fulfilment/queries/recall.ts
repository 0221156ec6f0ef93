import {
  errorMessage,
  RECALL_PIECE_STATES,
  type RecalledPiece,
  type RecallPieceState,
  type RecallView,
  type recallRoutes,
} from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import { allOf, everyRow, limitOf, orderBy } from '../../../platform/lists/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { maskContact } from '../../orders/index.ts'
import { mask, openCards } from '../../vault/index.ts'

type Deps = Pick<Platform, 'db' | 'crypto'>
type Query = z.output<typeof recallRoutes.pieces.query>

type RecallRow = Omit<RecallView, 'begunAt' | 'closedAt' | 'pieces' | 'orders' | 'claim' | 'listed'> & {
  readonly begunAt: Date
  readonly closedAt: Date | null
  readonly listedAt: Date | null
  readonly supplier: string
  readonly costFen: number
  readonly stopped: number
}

/** A recall with its counts, and what follows from them for the supplier; null when the batch was never recalled. */
export async function getRecall(tx: ReadTx, batchId: number): Promise<RecallView | null> {
  const { tenantId } = tx.ctx
  const found = await sql<RecallRow>`
    select r.reason, r.evidence, r.begun_by as "begunBy", r.begun_at as "begunAt", r.listed_at as "listedAt",
      r.closed_by as "closedBy", r.closed_at as "closedAt", r.close_note as "closeNote", r.supplier, r.cost_fen as "costFen",
      coalesce(r.stopped, c.available + c.suspect, 0)::bigint as stopped
    from vault.recalls r
    left join vault.batch_counts c on c.tenant_id = r.tenant_id and c.batch_id = r.batch_id
    where r.tenant_id = ${tenantId}::bigint
      and r.batch_id = ${batchId}::bigint`.execute(tx.db)
  const [row] = found.rows
  if (!row) return null
  const counted = await sql<{ readonly state: RecallPieceState; readonly pieces: number; readonly orders: number }>`
    select ${STATE} as state, count(*) as pieces, (
      select count(distinct x.order_no)
      from vault.recall_pieces x
      where x.tenant_id = ${tenantId}::bigint
        and x.batch_id = ${batchId}::bigint
    ) as orders
    from vault.recall_pieces p
    ${JOINS}
    where p.tenant_id = ${tenantId}::bigint
      and p.batch_id = ${batchId}::bigint
    group by 1`.execute(tx.db)
  const of = (state: RecallPieceState) => counted.rows.find((one) => one.state === state)?.pieces ?? 0
  const { begunAt, closedAt, listedAt, supplier, costFen, stopped, ...facts } = row
  const putRight = PUT_RIGHT.reduce((sum, state) => sum + of(state), 0)
  return {
    ...facts,
    begunAt: begunAt.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
    listed: listedAt !== null,
    pieces: Object.fromEntries(RECALL_PIECE_STATES.map((state) => [state, of(state)])) as RecallView['pieces'],
    orders: counted.rows[0]?.orders ?? 0,
    claim: { supplier, costFen, stopped, putRight, amountFen: (stopped + putRight) * costFen },
  }
}

/** What cost the shop another code, or the price. */
const PUT_RIGHT: readonly RecallPieceState[] = ['replaced', 'refunding', 'refunded', 'settled']

/** A piece with its right and, where there is one, its refund; of one that was sent again, the later one. */
const JOINS = sql`
  join entitlements.grants g on g.tenant_id = p.tenant_id and g.id = p.grant_id
  left join payments.refunds f on f.tenant_id = p.tenant_id and f.id = p.refund_id
  left join payments.refunds a on a.tenant_id = p.tenant_id and a.id = f.replaced_by`
const STATE = sql`fulfilment.recall_state(p.state, g.state, coalesce(a.state, f.state))`

type PieceRow = Omit<
  RecalledPiece,
  'masked' | 'contactMasked' | 'deliveredAt' | 'changedAt' | 'failure' | 'orderNo'
> & {
  readonly orderNo: number
  readonly sealed: Buffer
  readonly contact: string
  readonly deliveredAt: Date
  readonly changedAt: Date
  readonly failure: { readonly code: string; readonly params: Readonly<Record<string, unknown>> } | null
}

/** Delivered pieces of a recall, masked. */
export async function listRecalled(deps: Deps, ctx: Ctx, batchId: number, query: Query) {
  const { rows, total } = await deps.db.read(ctx, async (tx) => {
    const condition = conditionOf(tx, batchId, query)
    const counted = await sql<{ total: number }>`
      select count(*) as total
      from vault.recall_pieces p
      ${JOINS}
      where ${condition}`.execute(tx.db)
    const order = orderBy(query.sort, SORTS, 'orderNo', sql`p.grant_id`)
    return { rows: await load(tx, condition, sql`${order} ${limitOf(query)}`), total: counted.rows[0]?.total ?? 0 }
  })
  return { items: await shown(deps, ctx, rows), total, page: query.page, pageSize: query.pageSize }
}

/** All pieces of a filter, newest first, in short reads. */
export async function* everyRecalled(
  deps: Deps,
  ctx: Ctx,
  batchId: number,
  query: Query,
): AsyncGenerator<RecalledPiece> {
  const rows = everyRow(async (beforeId, count) => {
    const some = await deps.db.read(ctx, (tx) =>
      load(
        tx,
        sql`p.grant_id < ${beforeId}::bigint and ${conditionOf(tx, batchId, query)}`,
        sql`order by p.grant_id desc limit ${count}::bigint`,
      ),
    )
    return (await shown(deps, ctx, some)).map((piece) => ({ id: piece.grantId, piece }))
  })
  for await (const { piece } of rows) yield piece
}

const SORTS = { grantId: sql`p.grant_id`, orderNo: sql`p.order_no`, changedAt: sql`p.changed_at` }

function conditionOf(tx: ReadTx, batchId: number, query: Query): RawBuilder<unknown> {
  return allOf(
    sql`p.tenant_id = ${tx.ctx.tenantId}::bigint`,
    sql`p.batch_id = ${batchId}::bigint`,
    query.state !== undefined && sql`${STATE} = any (${query.state}::text[])`,
    query.orderNo !== undefined && sql`p.order_no = ${query.orderNo}::bigint`,
    query.used !== undefined && sql`${USED} = ${query.used === 'true'}::boolean`,
    !!query.q &&
      sql`(p.order_no::text = ${query.q} or exists (
        select from orders.orders o
        where o.tenant_id = p.tenant_id and o.no = p.order_no and lower(o.contact) = ${query.q.toLowerCase()}
      ))`,
  )
}

/** Also of a code that was replaced since: what counts is whether it had been used. */
const USED = sql`exists (
  select from vault.cards u where u.tenant_id = p.tenant_id and u.id = p.card_id and u.state = 'used'
)`

async function load(tx: ReadTx, condition: RawBuilder<unknown>, tail: RawBuilder<unknown>): Promise<PieceRow[]> {
  const { rows } = await sql<PieceRow>`
    select p.grant_id as "grantId", p.card_id as "cardId", p.order_no as "orderNo", p.line_no as "lineNo",
      ${STATE} as state, p.action, p.reason, p.chosen_by as "chosenBy", p.failure, p.changed_at as "changedAt",
      g.member_id as "memberId", g.granted_at as "deliveredAt", ${USED} as used, c.sealed, o.contact,
      coalesce(a.amount_fen, f.amount_fen) as "refundFen"
    from vault.recall_pieces p
    ${JOINS}
    join vault.cards c on c.tenant_id = p.tenant_id and c.id = p.card_id
    join orders.orders o on o.tenant_id = p.tenant_id and o.no = p.order_no
    where ${condition}
    ${tail}`.execute(tx.db)
  return rows
}

async function shown({ crypto }: Deps, ctx: Ctx, rows: readonly PieceRow[]): Promise<RecalledPiece[]> {
  const opened = await openCards(
    crypto,
    ctx.tenantId,
    rows.map(({ cardId, sealed }) => ({ id: cardId, sealed })),
  )
  return rows.map(({ sealed: _, contact, failure, deliveredAt, changedAt, ...row }, at) => ({
    ...row,
    masked: mask(opened[at]?.[0] ?? ''),
    contactMasked: maskContact(contact),
    deliveredAt: deliveredAt.toISOString(),
    changedAt: changedAt.toISOString(),
    failure: failure && { code: failure.code, message: errorMessage(failure.code, failure.params, ctx.locale) },
  }))
}
