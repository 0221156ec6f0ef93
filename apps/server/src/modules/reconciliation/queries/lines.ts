import { commonErrors, type reconciliationRoutes } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf } from '../../../platform/lists/index.ts'
import { lineText, ourRows, present } from './sources.ts'

type Page = z.output<typeof reconciliationRoutes.listLines.response>
export type LineView = Page['items'][number]
type Query = z.output<typeof reconciliationRoutes.listLines.query>
export type LineFilter = Pick<Query, 'kind' | 'q'>
type Row = Omit<LineView, 'at'> & { readonly at: Date }
/** `begunAt` as text: a `Date` keeps no microseconds, and lines are looked up by the very moment. */
type Bill = { readonly id: number; readonly begunAt: string; readonly lines: number }

/** The bill that counts; undefined before there is one. */
export async function billOf(tx: ReadTx, gateway: string, day: string): Promise<Bill | undefined> {
  const { rows } = await sql<Bill>`
    select b.id, b.begun_at::text as "begunAt", b.lines
    from reconciliation.days d
    join reconciliation.bills b on b.tenant_id = d.tenant_id and b.id = d.bill_id
    where d.tenant_id = ${tx.ctx.tenantId}::bigint
      and d.gateway = ${gateway}
      and d.day = ${day}::date
  `.execute(tx.db)
  return rows[0]
}

/** In the order of the file. `q` is a whole number, as a person copies it from the gateway's site. */
export async function listLines(tx: ReadTx, gateway: string, day: string, query: Query): Promise<Page> {
  const { page, pageSize } = query
  const bill = await billOf(tx, gateway, day)
  if (!bill) return { items: [], total: 0, page, pageSize }
  const where = matching(tx, bill, query)
  const { rows } = await lineRows(tx, bill, where, limitOf(query)).execute(tx.db)
  const isWhole = query.kind === undefined && (query.q === undefined || query.q === '')
  const counted = isWhole
    ? bill.lines
    : ((
        await sql<{
          readonly total: number
        }>`select count(*) as total from reconciliation.bill_lines l where ${where}`.execute(tx.db)
      ).rows[0]?.total ?? 0)
  return { items: rows.map(viewOf), total: counted, page, pageSize }
}

/** The next lines behind `afterN`, for an export. */
export async function linesAfter(
  tx: ReadTx,
  bill: Bill,
  filter: LineFilter,
  afterN: number,
  count: number,
): Promise<readonly LineView[]> {
  const where = allOf(matching(tx, bill, filter), sql`l.n > ${afterN}::integer`)
  const { rows } = await lineRows(tx, bill, where, sql`limit ${count}::bigint`).execute(tx.db)
  return rows.map(viewOf)
}

/** One line as it stands in the file, beside our rows. @throws common.notFound */
export async function readLine(tx: ReadTx, gateway: string, day: string, n: number) {
  const bill = present(await billOf(tx, gateway, day))
  const where = allOf(matching(tx, bill, {}), sql`l.n = ${n}::integer`)
  const { rows } = await lineRows(tx, bill, where, sql`limit 1`).execute(tx.db)
  const line = viewOf(present(rows[0]))
  const text = await lineText(tx, bill.id, n)
  if (text === null) throw commonErrors.notFound()
  const found = await sql<{ readonly factId: number | null; readonly orderNo: number | null }>`
    select m.fact_id as "factId", reconciliation.order_of(${line.paymentNo}) as "orderNo"
    from (select 1) one
    left join reconciliation.matches m on m.tenant_id = ${tx.ctx.tenantId}::bigint and m.bill_id = ${bill.id}::bigint and m.n = ${n}::integer
    -- One line may be several refunds of an order; all of them are found by the order.
    limit 1
  `.execute(tx.db)
  const { factId = null, orderNo = null } = found.rows[0] ?? {}
  const ours = await ourRows(tx, { kind: line.kind, gateway, factId, orderNo, tradeNo: line.tradeNo })
  return { line, text, ours }
}

function matching(tx: ReadTx, bill: Bill, { kind, q }: LineFilter): RawBuilder<unknown> {
  return allOf(
    sql`l.tenant_id = ${tx.ctx.tenantId}::bigint`,
    sql`l.begun_at = ${bill.begunAt}::timestamptz`,
    sql`l.bill_id = ${bill.id}::bigint`,
    kind !== undefined && sql`l.kind = ${kind}`,
    q !== undefined && q !== '' && sql`(l.trade_no = ${q} or l.payment_no = ${q} or l.refund_no = ${q})`,
  )
}

const lineRows = (tx: ReadTx, bill: Bill, where: RawBuilder<unknown>, limit: RawBuilder<unknown>) => sql<Row>`
  select l.*, case when l.kind = 'other' then null else coalesce(c.outcome, case when m.fact_id is not null then 'match' end) end as outcome,
    c.id as "caseId", coalesce(m.exchange_fen, 0) as "exchangeFen"
  from (
    select l.n, l.line_no as "lineNo", l.kind, l.state, l.trade_no as "tradeNo", l.payment_no as "paymentNo",
      l.refund_no as "refundNo", l.amount_fen as "amountFen", l.fee_fen as "feeFen", l.currency, l.at,
      suppliers.own_money(l.own_currency, l.own_hao, l.own_rate) -> 'own' as own
    from reconciliation.bill_lines l
    where ${where}
    order by l.n
    ${limit}
  ) l
  left join lateral (
    select m.fact_id, m.exchange_fen
    from reconciliation.matches m
    where m.tenant_id = ${tx.ctx.tenantId}::bigint
      and m.bill_id = ${bill.id}::bigint
      and m.n = l.n
    limit 1
  ) m on true
  left join lateral (
    select c.id, c.outcome
    from reconciliation.cases c
    where c.tenant_id = ${tx.ctx.tenantId}::bigint
      and c.bill_id = ${bill.id}::bigint
      and c.n = l.n
    order by c.id desc
    limit 1
  ) c on true
  order by l.n
`

const viewOf = (row: Row): LineView => ({ ...row, at: row.at.toISOString() })
