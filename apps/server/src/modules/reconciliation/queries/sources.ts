import { inflateRawSync } from 'node:zlib'
import { commonErrors, type reconciliationRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { readCase } from './cases.ts'

type CaseDetail = z.output<typeof reconciliationRoutes.getCase.response>
type Rows = CaseDetail['rows']
const PAIRS_MAX = 20
const NOTICES_MAX = 10

/** A difference with both sides as they stand. @throws common.notFound */
export async function readCaseDetail(tx: ReadTx, id: number): Promise<CaseDetail> {
  const view = await readCase(tx, id)
  const { rows } = await sql<{
    readonly billId: number | null
    readonly n: number | null
    readonly factId: number | null
  }>`
    select bill_id as "billId", n, fact_id as "factId"
    from reconciliation.cases
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
  `.execute(tx.db)
  const [place] = rows
  const hasLine = place !== undefined && place.billId !== null && place.n !== null
  return {
    ...view,
    text: hasLine ? await lineText(tx, place.billId ?? 0, place.n ?? 0) : null,
    rows: await ourRows(tx, {
      kind: view.kind,
      gateway: view.gateway,
      factId: place?.factId ?? null,
      orderNo: view.orderNo,
      tradeNo: view.theirs?.tradeNo ?? view.number,
    }),
    pairs: view.actions.includes('pair') ? await pairsOf(tx, id) : [],
  }
}

/** A line as it stands in the file; null when the bill's lines are gone. */
export async function lineText(tx: ReadTx, billId: number, n: number): Promise<string | null> {
  const { rows } = await sql<{ readonly from: number; readonly texts: Buffer }>`
    select t.from_n as "from", t.texts
    from reconciliation.bills b
    join reconciliation.bill_texts t on t.tenant_id = b.tenant_id and t.begun_at = b.begun_at and t.bill_id = b.id and t.from_n <= ${n}::integer
    where b.tenant_id = ${tx.ctx.tenantId}::bigint
      and b.id = ${billId}::bigint
    order by t.from_n desc
    limit 1
  `.execute(tx.db)
  const [block] = rows
  if (!block) return null
  const texts = JSON.parse(inflateRawSync(block.texts).toString('utf8')) as readonly string[]
  return texts[n - block.from] ?? null
}

type About = {
  readonly kind: string
  readonly gateway: string
  readonly factId: number | null
  readonly orderNo: number | null
  readonly tradeNo: string
}

/** Our rows behind a movement: the fact itself, else what we asked for and were told under its order and trade number. */
export async function ourRows(tx: ReadTx, { kind, gateway, factId, orderNo, tradeNo }: About): Promise<Rows> {
  const tenant = sql`${tx.ctx.tenantId}::bigint`
  const { rows } = await sql<Rows[number]>`
    select x."table", x.row - 'tenant_id' as row
    from (
      select 'receipt' as "table", to_jsonb(r) as row, 1 as place, r.id as id
      from payments.receipts r
      where r.tenant_id = ${tenant}
        and (
          (${kind} = 'payment' and r.id = ${factId}::bigint)
          or (r.order_no = ${orderNo}::bigint and r.gateway = ${gateway})
        )
      union all
      select 'refund', to_jsonb(f), 2, f.id
      from payments.refunds f
      where f.tenant_id = ${tenant}
        and ((${kind} = 'refund' and f.id = ${factId}::bigint) or f.order_no = ${orderNo}::bigint)
      union all
      select 'chargeback', to_jsonb(c), 3, c.id
      from payments.chargebacks c
      where c.tenant_id = ${tenant}
        and ((${kind} like 'chargeback%' and c.id = ${factId}::bigint) or c.order_no = ${orderNo}::bigint)
      union all
      select 'purchase', to_jsonb(p) - 'fields' - 'choice', 6, p.id
      from suppliers.purchases p
      where p.tenant_id = ${tenant}
        and ${kind} = 'purchase'
        and (p.id = ${factId}::bigint or (p.remote_no = ${tradeNo} and p.supplier_id = reconciliation.supplier_of(${gateway})))
      union all
      select 'money', to_jsonb(m), 7, m.id
      from suppliers.money m
      where m.tenant_id = ${tenant}
        and ${kind} in ('deposit', 'credit')
        and m.id = ${factId}::bigint
      union all
      select 'attempt', to_jsonb(a) - 'cashier', 4, a.turn
      from payments.attempts a
      where a.tenant_id = ${tenant}
        and a.order_no = ${orderNo}::bigint
        and a.gateway = ${gateway}
      union all
      select 'notice', n.row, 5, n.id
      from (
        select to_jsonb(n) - 'headers' as row, n.id
        from payments.notices n
        where n.tenant_id = ${tenant}
          and n.order_no = ${orderNo}::bigint
          and n.gateway = ${gateway}
          and (n.trade_no = ${tradeNo} or n.trade_no is null)
        order by n.received_at desc
        limit ${NOTICES_MAX}::bigint
      ) n
    ) x
    order by x.place, x.id
  `.execute(tx.db)
  return [...rows]
}

/** Open differences of the other side with the same amount: most likely the same movement under another number. */
async function pairsOf(tx: ReadTx, id: number): Promise<CaseDetail['pairs']> {
  const { rows } = await sql<Omit<CaseDetail['pairs'][number], 'at'> & { readonly at: string }>`
    select o.id, o.first_day as day, o.number, coalesce(o.theirs ->> 'amountFen', o.ours ->> 'amountFen')::bigint as "amountFen", coalesce(o.theirs ->> 'at', o.ours ->> 'at') as at
    from reconciliation.cases c
    join reconciliation.cases o
      on o.tenant_id = c.tenant_id
      and o.gateway = c.gateway
      and o.kind = c.kind
      and o.state in ('open', 'waiting')
      and o.id <> c.id
      and reconciliation.is_same_amount(c.kind, coalesce(c.theirs, o.theirs), coalesce(c.ours, o.ours))
      and (o.theirs is null) = (c.ours is null)
      and (o.ours is null) = (c.theirs is null)
    where c.tenant_id = ${tx.ctx.tenantId}::bigint
      and c.id = ${id}::bigint
    order by abs(o.first_day - c.first_day), o.id
    limit ${PAIRS_MAX}::bigint
  `.execute(tx.db)
  return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }))
}

/** @throws common.notFound */
export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw commonErrors.notFound()
  return value
}
