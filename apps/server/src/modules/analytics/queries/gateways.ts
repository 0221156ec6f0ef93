import { type analyticsRoutes, commonErrors, STATEMENT_DAYS_MAX } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { checkRange, type Range } from '../model.ts'

export type GatewayStatement = z.output<typeof analyticsRoutes.gateways.response>['items'][number]
export type GatewayDays = z.output<typeof analyticsRoutes.gatewayDays.response>
export type GatewayDay = GatewayDays['days'][number]
type Line = Omit<GatewayDay, 'day' | 'closingFen'>
type DayRow = Line & { readonly gateway: string; readonly day: string }

/**
 * In which column of a statement a transfer of the gateway's account stands, by the account on the other side. Over `t` with
 * `own_side` ('from' or 'to'), `other_kind` and the transfer's `kind`.
 */
export const columnOf = sql<string>`
  case
    when t.other_kind = 'cash.bank' then 'settled'
    when t.other_kind = 'cash.chargeback' then 'chargebacks'
    when t.other_kind = 'cash.fee' then case t.kind when 'cash.fee_from_buyer' then 'received' else 'fees' end
    when t.other_kind in ('cash.clearing', 'cash.surplus', 'cash.revenue') or analytics.is_personal(t.other_kind)
      then case t.own_side when 'from' then 'received' else 'refunded' end
    else 'others'
  end`

/** What each adds to its column. Only what is received goes out of the gateway's account: all else brings down what it owes. */
export const signedAmount = sql<number>`
  case when (t.own_side = 'to') = (${columnOf} <> 'received') then t.amount else -t.amount end`

/** The turnover of gateways' accounts in a range, as `columnOf` and `signedAmount` want it. */
export const turnedSides = (tenantId: number, { from, to }: Range) => sql`
  select t.day, t.from_ref as gateway, 'from' as own_side, t.to_kind as other_kind, t.kind, t.transfers, t.amount
  from analytics.turnover t
  where t.tenant_id = ${tenantId}::bigint
    and t.day between ${from}::date and ${to}::date
    and t.unit = 'CNY'
    and t.from_kind = 'cash.gateway'
  union all
  select t.day, t.to_ref, 'to', t.from_kind, t.kind, t.transfers, t.amount
  from analytics.turnover t
  where t.tenant_id = ${tenantId}::bigint
    and t.day between ${from}::date and ${to}::date
    and t.unit = 'CNY'
    and t.to_kind = 'cash.gateway'`

/** Every gateway that ever took money, with what it owed before the range, what moved in it, and what it owes after it. */
export async function gatewayStatements(tx: ReadTx, range: Range): Promise<readonly GatewayStatement[]> {
  checkRange(range, STATEMENT_DAYS_MAX)
  const accounts = await openingsOf(tx, range.from)
  const days = await linesOf(tx, range)
  return accounts.map((account) => {
    const own = days.filter(({ gateway }) => gateway === account.gateway)
    const line = own.reduce(plus, NO_LINE)
    return { ...account, ...line, closingFen: account.openingFen + changeOf(line) }
  })
}

/**
 * One gateway, day by day, newest first.
 * @throws common.not_found
 */
export async function gatewayDays(tx: ReadTx, gateway: string, range: Range): Promise<GatewayDays> {
  const statement = (await gatewayStatements(tx, range)).find((one) => one.gateway === gateway)
  if (!statement) throw commonErrors.notFound()
  const days: GatewayDay[] = []
  let open = statement.openingFen
  for (const { gateway: own, day, ...line } of await linesOf(tx, range)) {
    if (own !== gateway) continue
    open += changeOf(line)
    days.push({ day, ...line, closingFen: open })
  }
  return { ...statement, days: days.toReversed() }
}

const NO_LINE: Line = { receivedFen: 0, refundedFen: 0, feesFen: 0, chargebacksFen: 0, settledFen: 0, othersFen: 0 }

const plus = (one: Line, other: Line): Line => ({
  receivedFen: one.receivedFen + other.receivedFen,
  refundedFen: one.refundedFen + other.refundedFen,
  feesFen: one.feesFen + other.feesFen,
  chargebacksFen: one.chargebacksFen + other.chargebacksFen,
  settledFen: one.settledFen + other.settledFen,
  othersFen: one.othersFen + other.othersFen,
})

/** By how much a gateway owes us more. */
const changeOf = ({ receivedFen, refundedFen, feesFen, chargebacksFen, settledFen, othersFen }: Line): number =>
  receivedFen - refundedFen - feesFen - chargebacksFen - settledFen - othersFen

/** A gateway's account is below zero by what the gateway owes. */
async function openingsOf(tx: ReadTx, from: string) {
  const { rows } = await sql<Pick<GatewayStatement, 'gateway' | 'accountId' | 'openingFen'>>`
    select a.ref as gateway, a.id as "accountId", coalesce((
      select sum(case when t.from_kind = 'cash.gateway' and t.from_ref = a.ref then t.amount else -t.amount end)
      from analytics.turnover t
      where t.tenant_id = a.tenant_id
        and t.day < ${from}::date
        and t.unit = 'CNY'
        and ((t.from_kind = 'cash.gateway' and t.from_ref = a.ref) <> (t.to_kind = 'cash.gateway' and t.to_ref = a.ref))
    ), 0)::bigint as "openingFen"
    from ledger.accounts a
    where a.tenant_id = ${tx.ctx.tenantId}::bigint
      and a.kind = 'cash.gateway'
      and a.unit = 'CNY'
    order by a.ref
  `.execute(tx.db)
  return rows
}

/** By gateway and day, oldest first. */
async function linesOf(tx: ReadTx, { from, to }: Range): Promise<readonly DayRow[]> {
  const { rows } = await sql<DayRow>`
    with placed as (
      select t.gateway, t.day, ${columnOf} as col, ${signedAmount} as amount
      from (${turnedSides(tx.ctx.tenantId, { from, to })}) t
    )
    select p.gateway, p.day::text as day,
      coalesce(sum(p.amount) filter (where p.col = 'received'), 0)::bigint as "receivedFen",
      coalesce(sum(p.amount) filter (where p.col = 'refunded'), 0)::bigint as "refundedFen",
      coalesce(sum(p.amount) filter (where p.col = 'fees'), 0)::bigint as "feesFen",
      coalesce(sum(p.amount) filter (where p.col = 'chargebacks'), 0)::bigint as "chargebacksFen",
      coalesce(sum(p.amount) filter (where p.col = 'settled'), 0)::bigint as "settledFen",
      coalesce(sum(p.amount) filter (where p.col = 'others'), 0)::bigint as "othersFen"
    from placed p
    group by p.gateway, p.day
    order by p.gateway, p.day
  `.execute(tx.db)
  return rows
}
