import { analyticsErrors, type analyticsRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { addDays, dayOf, dayStart } from '../model.ts'
import { bookWord } from '../words.ts'

export type BalanceSheet = z.output<typeof analyticsRoutes.balanceSheet.response>
type Line = Omit<BalanceSheet['units'][number]['lines'][number], 'title'> & { readonly unit: string }

/**
 * How the shop stood at a moment; without one, how it stands now. Money and points by kind of account, the shop's own also by
 * whose they are; a kind that comes with a later module is there by itself. Each unit adds up to zero: every movement has
 * two sides. The stock is told beside it, at what its batches cost, since goods are not posted in money.
 * @throws analytics.moment_ahead
 */
export async function readBalanceSheet(tx: ReadTx, at: string | undefined): Promise<BalanceSheet> {
  const now = await sql<{ readonly now: Date }>`select now() as now`.execute(tx.db)
  const moment = at === undefined ? (now.rows[0]?.now ?? new Date()) : new Date(at)
  if (at !== undefined && moment > (now.rows[0]?.now ?? moment)) throw analyticsErrors.momentAhead()
  const lines = at === undefined ? await linesNow(tx) : await linesThen(tx, moment)
  const units = [...Map.groupBy(lines, ({ unit }) => unit)].map(([unit, own]) => ({
    unit,
    sum: own.reduce((sum, { balance }) => sum + balance, 0),
    lines: own.map(({ unit: _, ...line }) => ({ ...line, title: bookWord(tx.ctx.locale, line.kind) })),
  }))
  return { at: moment.toISOString(), units, stock: await stockAt(tx, at === undefined ? undefined : moment) }
}

async function linesNow(tx: ReadTx): Promise<readonly Line[]> {
  const { rows } = await sql<Line>`
    select a.unit, a.kind, case when analytics.is_personal(a.kind) then '' else a.ref end as ref, count(*) as accounts,
      sum(a.balance)::bigint as balance
    from ledger.accounts a
    where a.tenant_id = ${tx.ctx.tenantId}::bigint
      and a.unit <> 'piece'
    group by 1, 2, 3
    order by 1, 2, 3
  `.execute(tx.db)
  return rows
}

/** Whole days from the turnover; the moment's own day from the ledger, so nothing that was not read yet is missing. */
async function linesThen(tx: ReadTx, moment: Date): Promise<readonly Line[]> {
  const day = dayOf(moment)
  const { rows } = await sql<Line>`
    with shared as materialized (
      select s.* from analytics.shared_accounts(${tx.ctx.tenantId}::bigint) s
    ), today as materialized (
      select s.unit, s.kind as from_kind, s.ref as from_ref, t.to_account, null::bigint as from_account, s.id as known, t.amount
      from shared s
      cross join lateral (
        select t.to_account, t.amount
        from ledger.transfers t
        where t.tenant_id = ${tx.ctx.tenantId}::bigint
          and t.from_account = s.id
          and t.at >= ${dayStart(day)}::timestamptz
          and t.at < ${moment}::timestamptz
      ) t
      union all
      select s.unit, s.kind, s.ref, null, t.from_account, s.id, t.amount
      from shared s
      cross join lateral (
        select t.from_account, t.amount
        from ledger.transfers t
        where t.tenant_id = ${tx.ctx.tenantId}::bigint
          and t.to_account = s.id
          and t.at >= ${dayStart(day)}::timestamptz
          and t.at < ${moment}::timestamptz
          and t.from_account <> all (array(select x.id from shared x))
      ) t
    ), moved as (
      select t.unit, t.to_kind as kind, t.to_ref as ref, t.amount
      from analytics.turnover t
      where t.tenant_id = ${tx.ctx.tenantId}::bigint
        and t.day < ${day}::date
      union all
      select t.unit, t.from_kind, t.from_ref, -t.amount
      from analytics.turnover t
      where t.tenant_id = ${tx.ctx.tenantId}::bigint
        and t.day < ${day}::date
      union all
      -- The known side, then the other one.
      select t.unit, t.from_kind, t.from_ref, case when t.to_account is null then t.amount else -t.amount end
      from today t
      union all
      select t.unit, a.kind, case when analytics.is_personal(a.kind) then '' else a.ref end,
        case when t.to_account is null then -t.amount else t.amount end
      from today t
      cross join lateral (
        select a.kind, a.ref
        from ledger.accounts a
        where a.tenant_id = ${tx.ctx.tenantId}::bigint
          and a.id = coalesce(t.to_account, t.from_account)
        offset 0
      ) a
    )
    select m.unit, m.kind, m.ref, coalesce(max(n.accounts), 1) as accounts, sum(m.amount)::bigint as balance
    from moved m
    left join (
      select a.kind, a.unit, count(*) as accounts
      from ledger.accounts a
      where a.tenant_id = ${tx.ctx.tenantId}::bigint
        and analytics.is_personal(a.kind)
        and a.unit <> 'piece'
        and a.opened_at < ${moment}::timestamptz
      group by a.kind, a.unit
    ) n on n.kind = m.kind and n.unit = m.unit
    group by m.unit, m.kind, m.ref
    order by m.unit, m.kind, m.ref
  `.execute(tx.db)
  return rows
}

/**
 * Codes that can be sold, at what their batches cost. Then: now, with what was sold since put back (from the figures), what
 * else left or came back undone, and without what was imported since.
 */
async function stockAt(tx: ReadTx, moment: Date | undefined): Promise<BalanceSheet['stock']> {
  const now = sql`
    select c.batch_id, c.available as pieces
    from vault.batch_counts c
    where c.tenant_id = ${tx.ctx.tenantId}::bigint`
  const available = moment === undefined ? now : sql`${now} union all ${since(tx, moment)}`
  const { rows } = await sql<BalanceSheet['stock']>`
    select coalesce(sum(s.pieces), 0)::bigint as pieces, coalesce(sum(s.pieces * b.cost_fen), 0)::bigint as "costFen",
      coalesce(sum(s.pieces) filter (where b.cost_fen = 0), 0)::bigint as "piecesWithoutCost"
    from (select x.batch_id, sum(x.pieces) as pieces from (${available}) x group by x.batch_id) s
    join vault.batches b on b.tenant_id = ${tx.ctx.tenantId}::bigint and b.id = s.batch_id
  `.execute(tx.db)
  return rows[0] ?? { pieces: 0, costFen: 0, piecesWithoutCost: 0 }
}

function since(tx: ReadTx, moment: Date) {
  const tenant = sql`${tx.ctx.tenantId}::bigint`
  const nextDay = dayStart(addDays(dayOf(moment), 1))
  return sql`
    select e.batch_id, e.pieces
    from analytics.entries e
    where e.tenant_id = ${tenant}
      and e.at >= ${moment}::timestamptz
      and e.at < ${nextDay}::timestamptz
    union all
    select s.batch_id, s.pieces
    from analytics.sums s
    where s.tenant_id = ${tenant}
      and s.grain = 'day'
      and s.at >= ${nextDay}::timestamptz
    union all
    select c.batch_id, (m.from_state = 'available')::integer - (m.to_state = 'available')::integer
    from vault.movements m
    join vault.cards c on c.tenant_id = m.tenant_id and c.id = m.card_id
    where m.tenant_id = ${tenant}
      and m.at >= ${moment}::timestamptz
      and m.to_state <> 'delivered'
    union all
    select substring(t.cause from '^batch:(\\d{1,16})$')::bigint, t.pieces
    from ledger.accounts a
    cross join lateral (
      select t.cause, -t.amount as pieces
      from ledger.transfers t
      where t.tenant_id = a.tenant_id
        and t.to_account = a.id
        and t.kind = 'stock.import'
        and t.at >= ${moment}::timestamptz
      union all
      select t.cause, t.amount
      from ledger.transfers t
      where t.tenant_id = a.tenant_id
        and t.to_account = (
          select s.id
          from ledger.accounts s
          where s.tenant_id = a.tenant_id and s.kind = 'stock.source' and s.ref = a.ref and s.unit = 'piece'
        )
        and t.kind = 'stock.undo'
        and t.from_account = a.id
        and t.at >= ${moment}::timestamptz
    ) t
    where a.tenant_id = ${tenant}
      and a.kind = 'stock.available'
      and a.unit = 'piece'`
}
