import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import type { Range } from '../model.ts'
import type { Figures } from './figures.ts'
import type { Report } from './report.ts'

type Agreement = Report['agreement']
type Difference = Agreement['differences'][number]
/** At most so many days are named; one that does not agree is enough to call somebody. */
const DAYS_NAMED_MAX = 31

/**
 * Whether what is shown is what the ledger says. Three comparisons, in the snapshot of the report itself:
 * the figures of the range with the turnover of the ledger's accounts on its days; the turnover of all days and what has
 * not been read yet with the balances of the accounts; and what the last row-by-row checks of the days found.
 * @param totals figures of the whole range; absent when filters leave only a part of them
 */
export async function readAgreement(tx: ReadTx, range: Range, totals: Figures | undefined): Promise<Agreement> {
  const [days, ofRange, ofAccounts] = [
    await daysOf(tx, range),
    totals ? await compareRange(tx, range, totals) : [],
    await compareBalances(tx),
  ]
  const differences = [...ofAccounts, ...ofRange, ...days.differences]
  return {
    asOf: days.gatheredAt?.toISOString() ?? null,
    agrees: differences.length === 0,
    differences,
    checkedDays: days.checked,
    uncheckedDays: days.unchecked,
    recountedDays: days.recounted,
  }
}

async function daysOf(tx: ReadTx, { from, to }: Range) {
  const { rows } = await sql<{
    readonly gatheredAt: Date | null
    readonly checked: number
    readonly unchecked: number
    readonly recounted: string[]
    readonly differences: Difference[]
  }>`
    select
      (
        select s.gathered_at from analytics.standings s where s.tenant_id = ${tx.ctx.tenantId}::bigint and isfinite(s.gathered_at)
      ) as "gatheredAt",
      count(*) filter (where d.checked_at >= d.changed_at) as checked,
      count(*) filter (where d.checked_at is null or d.checked_at < d.changed_at) as unchecked,
      coalesce(
        (array_agg(d.day::text order by d.day desc) filter (where d.recounted_at is not null))[:${DAYS_NAMED_MAX}], '{}'
      ) as recounted,
      coalesce(jsonb_path_query_array(
        jsonb_agg(x.differences order by d.day desc) filter (where d.differences <> '[]'), '$[*][*]'
      ), '[]') as differences
    from analytics.days d
    cross join lateral (
      select coalesce(jsonb_agg(e.item || jsonb_build_object('day', d.day)), '[]') as differences
      from jsonb_array_elements(d.differences) as e(item)
    ) x
    where d.tenant_id = ${tx.ctx.tenantId}::bigint
      and d.day >= ${from}::date
      and d.day <= ${to}::date
      -- Today still changes with every order.
      and (d.day < analytics.shop_day(now()) or d.checked_at is not null)
  `.execute(tx.db)
  const [row] = rows
  if (!row) throw new Error('counting days gave no row')
  return { ...row, differences: row.differences.slice(0, DAYS_NAMED_MAX) }
}

async function compareRange(tx: ReadTx, { from, to }: Range, totals: Figures): Promise<Difference[]> {
  const { rows } = await sql<{ readonly figure: string; readonly amount: number }>`
    select f.kind as figure, sum(f.amount)::bigint as amount
    from analytics.turnover t
    cross join lateral analytics.effects(t.from_kind, t.from_ref, t.to_kind, t.to_ref, t.amount) f
    where t.tenant_id = ${tx.ctx.tenantId}::bigint
      and t.day >= ${from}::date
      and t.day <= ${to}::date
    group by f.kind
  `.execute(tx.db)
  const ledgers = (kind: string) => rows.find(({ figure }) => figure === kind)?.amount ?? 0
  return [
    { day: null, figure: 'sales', ours: totals.salesFen, ledgers: ledgers('sale') },
    { day: null, figure: 'refunds', ours: totals.refundsFen, ledgers: ledgers('refund') },
    { day: null, figure: 'fees', ours: totals.feesFen, ledgers: ledgers('fee') },
    { day: null, figure: 'losses', ours: totals.lossesFen, ledgers: ledgers('loss') },
    { day: null, figure: 'bonuses', ours: totals.bonusesFen, ledgers: ledgers('bonus') },
  ].filter(({ ours, ledgers }) => ours !== ledgers)
}

/** Every kind of account of the shop's own: all turnover of all days, and what lies behind the marks, is its balance. */
async function compareBalances(tx: ReadTx): Promise<Difference[]> {
  const { rows } = await sql<Difference>`
    with accounts as materialized (
      select a.id, a.kind, a.unit, a.balance, coalesce(m.out_at, '-infinity') as out_at, coalesce(m.out_id, 0) as out_id,
        coalesce(m.in_at, '-infinity') as in_at, coalesce(m.in_id, 0) as in_id
      from analytics.shared_accounts(${tx.ctx.tenantId}::bigint) s
      join ledger.accounts a on a.tenant_id = ${tx.ctx.tenantId}::bigint and a.id = s.id
      left join analytics.marks m on m.tenant_id = a.tenant_id and m.account_id = a.id
    ), unread as (
      -- Read on the side of the shared account that paid, so what came from one counts once that one has been read.
      select a.kind, a.unit, -t.amount as amount
      from accounts a
      cross join lateral (
        select t.amount
        from ledger.transfers t
        where t.tenant_id = ${tx.ctx.tenantId}::bigint
          and t.from_account = a.id
          and t.at >= a.out_at
          and (t.at, t.id) > (a.out_at, a.out_id)
      ) t
      union all
      select o.kind, o.unit, t.amount
      from accounts a
      cross join lateral (
        select t.to_account, t.amount
        from ledger.transfers t
        where t.tenant_id = ${tx.ctx.tenantId}::bigint
          and t.from_account = a.id
          and t.at >= a.out_at
          and (t.at, t.id) > (a.out_at, a.out_id)
      ) t
      join accounts o on o.id = t.to_account
      union all
      select a.kind, a.unit, t.amount
      from accounts a
      cross join lateral (
        select t.amount
        from ledger.transfers t
        where t.tenant_id = ${tx.ctx.tenantId}::bigint
          and t.to_account = a.id
          and t.at >= a.in_at
          and (t.at, t.id) > (a.in_at, a.in_id)
          and t.from_account <> all (array(select x.id from accounts x))
      ) t
    ), turned as (
      select t.to_kind as kind, t.unit, t.amount
      from analytics.turnover t
      where t.tenant_id = ${tx.ctx.tenantId}::bigint
      union all
      select t.from_kind, t.unit, -t.amount
      from analytics.turnover t
      where t.tenant_id = ${tx.ctx.tenantId}::bigint
      union all
      select u.kind, u.unit, u.amount from unread u
    ), ours as (
      select t.kind, t.unit, sum(t.amount) as amount from turned t group by t.kind, t.unit
    ), ledgers as (
      select a.kind, a.unit, sum(a.balance) as amount from accounts a group by a.kind, a.unit
    )
    select null as day, l.kind as figure, coalesce(o.amount, 0)::bigint as ours, l.amount::bigint as ledgers
    from ledgers l
    left join ours o on o.kind = l.kind and o.unit = l.unit
    where coalesce(o.amount, 0) <> l.amount
    order by l.kind
  `.execute(tx.db)
  return [...rows]
}
