import { commonErrors, type supplierMoneyRoutes, type supplierStandingView } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf } from '../../../platform/lists/index.ts'
import { readSettings } from '../../tenancy/index.ts'
import { currenciesIn } from '../adapters/yuan.ts'

type Standing = z.output<typeof supplierStandingView>
type Page = z.output<typeof supplierMoneyRoutes.list.response>
type View = Page['items'][number]
type Query = z.output<typeof supplierMoneyRoutes.list.query>

/** @throws common.not_found */
export async function nameOf(tx: ReadTx, supplierId: number): Promise<string> {
  const { rows } = await sql<{ readonly name: string }>`
    select name from suppliers.suppliers where tenant_id = ${tx.ctx.tenantId} and id = ${supplierId}
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  return rows[0].name
}

/** @throws common.not_found */
export async function mustExist(tx: ReadTx, supplierId: number): Promise<void> {
  await nameOf(tx, supplierId)
}

type StandingRow = Omit<
  Standing,
  'reportedAt' | 'lowSince' | 'underWay' | 'purchases' | 'claims' | 'differenceFen' | 'currencies' | 'approvalAboveFen'
> & {
  readonly rates: string | null
  readonly reportedAt: Date | null
  readonly lowSince: Date | null
  readonly open: number
  readonly openFen: number
  readonly bought: number
  readonly boughtFen: number
  readonly claimed: number
  readonly claimedFen: number
}

/** What we have and owe at a supplier, beside what it says itself. @throws common.not_found */
export async function readStanding(tx: ReadTx, supplierId: number): Promise<Standing> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<StandingRow>`
    select suppliers.balance_of(${tenantId}::bigint, s.id) as "bookFen",
      floor(s.balance_hao / 100.0)::bigint as "reportedFen", s.balance_at as "reportedAt",
      s.balance_alarm_fen as "alarmFen", s.low_since as "lowSince",
      s.settings ->> 'rates' as rates, m.*, p.*, w.fen as "writtenOffFen", w.exchange as "exchangeFen",
      (
        select a.id from ledger.accounts a
        where a.tenant_id = ${tenantId} and a.kind = 'cash.supplier' and a.ref = s.id::text and a.unit = 'CNY'
      ) as "accountId"
    from suppliers.suppliers s
    cross join lateral (
      select coalesce(sum(m.amount_fen) filter (where m.state = 'booked' and m.kind = 'deposit'), 0)::bigint as "depositsFen",
        coalesce(sum(m.amount_fen) filter (where m.state = 'booked' and m.kind = 'withdrawal'), 0)::bigint as "withdrawalsFen",
        coalesce(sum(m.amount_fen) filter (where m.state = 'booked' and m.kind = 'credit'), 0)::bigint as "creditsFen",
        count(*) filter (where m.state = 'claimed') as claimed,
        coalesce(sum(m.amount_fen) filter (where m.state = 'claimed'), 0)::bigint as "claimedFen",
        count(*) filter (where m.state = 'awaiting') as awaiting
      from suppliers.money m
      where m.tenant_id = ${tenantId}
        and m.supplier_id = s.id
    ) m
    cross join lateral (
      select count(*) filter (where p.cost_fen > 0) as bought, coalesce(sum(p.cost_fen), 0)::bigint as "boughtFen",
        count(*) filter (where p.state in ('sending', 'accepted', 'unknown')) as open,
        coalesce(sum(ceil(p.quoted_hao * p.quantity / 100.0)) filter (where p.state in ('sending', 'accepted', 'unknown')), 0)::bigint as "openFen"
      from suppliers.purchases p
      where p.tenant_id = ${tenantId}
        and p.supplier_id = s.id
    ) p
    cross join lateral (
      select coalesce(sum(g.difference_fen), 0)::bigint as fen, coalesce(sum(g.exchange_fen), 0)::bigint as exchange
      from reconciliation.postings g
      where g.tenant_id = ${tenantId}
        and g.gateway = 'supplier-' || s.id
    ) w
    where s.tenant_id = ${tenantId}
      and s.id = ${supplierId}
  `.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  const { open, openFen, bought, boughtFen, claimed, claimedFen, rates, ...rest } = row
  return {
    ...rest,
    reportedAt: row.reportedAt?.toISOString() ?? null,
    lowSince: row.lowSince?.toISOString() ?? null,
    differenceFen: row.reportedFen === null ? null : row.reportedFen - row.bookFen,
    underWay: { count: open, fen: openFen },
    purchases: { count: bought, fen: boughtFen },
    claims: { count: claimed, fen: claimedFen },
    currencies: [...currenciesIn(rates)],
    approvalAboveFen: (await readSettings(tx))['suppliers.moneyApprovalAboveFen'],
  }
}

type Times = 'at' | 'decidedAt' | 'reversedAt' | 'createdAt'
type Row = Omit<View, Times | 'actions'> & {
  readonly at: Date
  readonly decidedAt: Date | null
  readonly reversedAt: Date | null
  readonly createdAt: Date
}

const columns = sql`
  m.id, m.kind, m.amount_fen as "amountFen", m.reference, m.note, m.at, m.state, m.case_id as "caseId",
  case when m.own_currency is not null then jsonb_build_object('currency', m.own_currency, 'hao', m.own_hao) end as own,
  m.requested_by as "requestedBy", m.decided_by as "decidedBy", m.decided_at as "decidedAt", m.decided_note as "decidedNote",
  m.reversed_by as "reversedBy", m.reversed_at as "reversedAt", m.reversed_note as "reversedNote", m.created_at as "createdAt",
  exists (
    select from reconciliation.matches x where x.tenant_id = m.tenant_id and x.kind = m.kind and x.fact_id = m.id
  ) as "isOnStatement"`

/** Newest first. @throws common.not_found */
export async function listMoney(tx: ReadTx, supplierId: number, query: Query): Promise<Page> {
  await mustExist(tx, supplierId)
  const where = allOf(
    sql`m.tenant_id = ${tx.ctx.tenantId}`,
    sql`m.supplier_id = ${supplierId}`,
    query.kind !== undefined && sql`m.kind = any(${query.kind}::text[])`,
    query.state !== undefined && sql`m.state = any(${query.state}::text[])`,
    query.q !== undefined && query.q !== '' && sql`(m.reference = ${query.q} or m.note ilike ${containing(query.q)})`,
  )
  const { rows } = await sql<Row>`
    select ${columns} from suppliers.money m where ${where} order by m.id desc ${limitOf(query)}
  `.execute(tx.db)
  const counted = await sql<{ readonly total: number }>`
    select count(*) as total from suppliers.money m where ${where}
  `.execute(tx.db)
  return { items: rows.map(viewOf), total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** @throws common.not_found */
export async function readMoney(tx: ReadTx, supplierId: number, moneyId: number): Promise<View> {
  const { rows } = await sql<Row>`
    select ${columns}
    from suppliers.money m
    where m.tenant_id = ${tx.ctx.tenantId}
      and m.supplier_id = ${supplierId}
      and m.id = ${moneyId}
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  return viewOf(rows[0])
}

const viewOf = (row: Row): View => ({
  ...row,
  at: row.at.toISOString(),
  decidedAt: row.decidedAt?.toISOString() ?? null,
  reversedAt: row.reversedAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  actions: actionsOf(row),
})

function actionsOf({ state, isOnStatement }: Row): View['actions'] {
  if (state === 'awaiting') return ['approve', 'decline']
  if (state === 'claimed') return ['grant', 'decline']
  return state === 'booked' && !isOnStatement ? ['reverse'] : []
}
