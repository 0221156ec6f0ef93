import { commonErrors, type RecoveryRow, type recoveryRoutes } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../../platform/db/index.ts'
import { allOf, limitOf, orderBy } from '../../../../platform/lists/index.ts'

type Query = z.output<typeof recoveryRoutes.list.query>
type Page = z.output<typeof recoveryRoutes.list.response>
type Sums = z.output<typeof recoveryRoutes.sums.response>
type Raw = Omit<RecoveryRow, 'openedAt' | 'sentAt' | 'endedAt'> & {
  readonly openedAt: Date
  readonly sentAt: Date | null
  readonly endedAt: Date | null
}

const COLUMNS = sql`
  r.id, r.supplier_id as "supplierId", r.supplier, r.batch_id as "batchId", b.purchase_ref as "purchaseRef", r.cause,
  r.complaint_id as "complaintId", c.order_no as "orderNo", g.title as "goodsTitle", s.title as "skuTitle", r.pieces,
  r.claimed_fen as "claimedFen", r.credited_fen as "creditedFen",
  r.asked_fen as "askedFen", r.asked_by as "askedBy", r.asked_by_id as "askedById", r.state, r.reference, r.note, r.opened_at as "openedAt",
  r.sent_at as "sentAt", r.ended_at as "endedAt"
`
const FROM = sql`
  from fulfilment.recoveries r
  join vault.batches b on b.tenant_id = r.tenant_id and b.id = r.batch_id
  join catalog.skus s on s.tenant_id = r.tenant_id and s.id = b.sku_id
  join catalog.goods g on g.tenant_id = r.tenant_id and g.id = s.goods_id
  left join fulfilment.complaints c on c.tenant_id = r.tenant_id and c.id = r.complaint_id
`
const SORTS = { openedAt: sql`r.opened_at`, claimedFen: sql`r.claimed_fen` }

function conditionOf(tx: ReadTx, query: Query): RawBuilder<unknown> {
  return allOf(
    sql`r.tenant_id = ${tx.ctx.tenantId}::bigint`,
    query.state && sql`r.state = any (${query.state}::text[])`,
    query.cause && sql`r.cause = any (${query.cause}::text[])`,
    !!query.supplier && sql`r.supplier = ${query.supplier}`,
    !!query.q && sql`(c.order_no::text = ${query.q} or r.reference = ${query.q} or b.purchase_ref = ${query.q})`,
  )
}

/** Claims on suppliers, the newest first. */
export async function listRecoveries(tx: ReadTx, query: Query): Promise<Page> {
  const { rows } = await sql<Raw & { readonly total: number }>`
    select ${COLUMNS}, count(*) over () as total
    ${FROM}
    where ${conditionOf(tx, query)}
    ${orderBy(query.sort, SORTS, '-openedAt', sql`r.id`)}
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    items: rows.map(({ total: _, ...row }) => shown(row)),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

/** For the export: some of the filter's claims, with ids below `beforeId`. */
export async function someRecoveries(
  tx: ReadTx,
  query: Query,
  beforeId: number,
  count: number,
): Promise<RecoveryRow[]> {
  const { rows } = await sql<Raw>`
    select ${COLUMNS}
    ${FROM}
    where ${conditionOf(tx, query)}
      and r.id < ${beforeId}::bigint
    order by r.id desc
    limit ${count}::bigint
  `.execute(tx.db)
  return rows.map(shown)
}

/** @throws common.not_found */
export async function readRecovery(tx: ReadTx, recoveryId: number): Promise<RecoveryRow> {
  const { rows } = await sql<Raw>`
    select ${COLUMNS}
    ${FROM}
    where r.tenant_id = ${tx.ctx.tenantId}::bigint
      and r.id = ${recoveryId}::bigint
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  return shown(rows[0])
}

const shown = ({ openedAt, sentAt, endedAt, ...row }: Raw): RecoveryRow => ({
  ...row,
  openedAt: openedAt.toISOString(),
  sentAt: sentAt?.toISOString() ?? null,
  endedAt: endedAt?.toISOString() ?? null,
})

/** What is asked for, credited and lost, by supplier; who owes most comes first. */
export async function sumRecoveries(tx: ReadTx): Promise<Sums> {
  const { rows } = await sql<Sums['items'][number]>`
    select r.supplier, count(*) as recoveries,
      coalesce(sum(r.claimed_fen) filter (where r.state = 'open'), 0)::bigint as "openFen",
      coalesce(sum(r.claimed_fen) filter (where r.state in ('sent', 'awaiting')), 0)::bigint as "sentFen",
      sum(r.credited_fen)::bigint as "creditedFen",
      coalesce(sum(r.claimed_fen - r.credited_fen) filter (where r.ended_at is not null), 0)::bigint as "lostFen"
    from fulfilment.recoveries r
    where r.tenant_id = ${tx.ctx.tenantId}::bigint
    group by r.supplier
    order by sum(r.claimed_fen) filter (where r.ended_at is null) desc nulls last, r.supplier
  `.execute(tx.db)
  return { items: [...rows] }
}
