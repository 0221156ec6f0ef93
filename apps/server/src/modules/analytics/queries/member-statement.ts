import { type analyticsRoutes, commonErrors, STATEMENT_DAYS_MAX } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, Database, ReadTx } from '../../../platform/db/index.ts'
import { limitOf } from '../../../platform/lists/index.ts'
import { addDays, checkRange, dayStart, type Range } from '../model.ts'
import { bookWord } from '../words.ts'

export type MemberStatementQuery = Range & { readonly page: number; readonly pageSize: number }
export type MemberStatement = z.output<typeof analyticsRoutes.memberStatement.response>
export type Movement = MemberStatement['items'][number]
type Row = Omit<Movement, 'at' | 'what' | 'balanceAfter'> & { readonly at: Date; readonly change: number }

/**
 * A member's balance over some days: what it was before, each movement with the balance after it (oldest first, as one reads
 * a bank's statement), what it was afterwards.
 * @throws common.not_found, analytics.range_reversed, analytics.range_too_long
 */
export async function readMemberStatement(
  tx: ReadTx,
  memberId: number,
  query: MemberStatementQuery,
): Promise<MemberStatement> {
  checkRange(query, STATEMENT_DAYS_MAX)
  const { accountId, balance, ...member } = await memberOf(tx, memberId)
  const moved = movementsOf(tx.ctx, accountId, query)
  const sums = await sql<{
    readonly since: number
    readonly inFen: number
    readonly outFen: number
    readonly total: number
  }>`
    select
      coalesce((select sum(x.amount) from (${movementsOf(tx.ctx, accountId, { from: query.from })}) x), 0)::bigint as since,
      coalesce(sum(m.amount) filter (where m.amount > 0), 0)::bigint as "inFen",
      coalesce(-sum(m.amount) filter (where m.amount < 0), 0)::bigint as "outFen",
      count(*) as total
    from (${moved}) m
  `.execute(tx.db)
  const { since, inFen, outFen, total } = sums.rows[0] ?? { since: 0, inFen: 0, outFen: 0, total: 0 }
  const openingFen = balance - since
  const { rows } = await sql<Row>`
    select m.id, m.at, m.kind, m.cause, m.amount, c.kind || case when c.ref = '' then '' else ':' || c.ref end as counterparty,
      m.change
    from (
      select x.*, (sum(x.amount) over (order by x.at, x.id))::bigint as change from (${moved}) x
    ) m
    join ledger.accounts c on c.tenant_id = ${tx.ctx.tenantId}::bigint and c.id = m.other
    order by m.at, m.id
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    member: { id: memberId, ...member },
    openingFen,
    inFen,
    outFen,
    closingFen: openingFen + inFen - outFen,
    items: rows.map(({ at, change, ...row }) => ({
      ...row,
      at: at.toISOString(),
      what: bookWord(tx.ctx.locale, row.kind),
      counterparty: bookWord(tx.ctx.locale, row.counterparty),
      balanceAfter: openingFen + change,
    })),
    total,
    page: query.page,
    pageSize: query.pageSize,
  }
}

const PAGE_SIZE = 1_000

/** Every movement, for an export. */
export async function* everyMovement(db: Database, ctx: Ctx, memberId: number, range: Range): AsyncGenerator<Movement> {
  for (let page = 1; ; page += 1) {
    const { items } = await db.read(ctx, (tx) =>
      readMemberStatement(tx, memberId, { ...range, page, pageSize: PAGE_SIZE }),
    )
    yield* items
    if (items.length < PAGE_SIZE) return
  }
}

/** Movements of an account from a day on, to another day if one is given: id, at, kind, cause, amount, other. */
function movementsOf(
  { tenantId }: Ctx,
  accountId: number | null,
  { from, to }: { readonly from: string; readonly to?: string },
): RawBuilder<unknown> {
  const side = (own: 'to_account' | 'from_account', other: 'to_account' | 'from_account') => sql`
    select t.id, t.at, t.kind, t.cause, ${own === 'to_account' ? sql`t.amount` : sql`-t.amount`} as amount, t.${sql.ref(other)} as other
    from ledger.transfers t
    where t.tenant_id = ${tenantId}::bigint
      and t.${sql.ref(own)} = ${accountId}::bigint
      and t.at >= ${dayStart(from)}::timestamptz
      ${to === undefined ? sql`` : sql`and t.at < ${dayStart(addDays(to, 1))}::timestamptz`}`
  return sql`${side('to_account', 'from_account')} union all ${side('from_account', 'to_account')}`
}

async function memberOf(tx: ReadTx, memberId: number) {
  const { rows } = await sql<{
    readonly name: string
    readonly phoneMasked: string | null
    readonly accountId: number | null
    readonly balance: number
  }>`
    select m.name, m.phone_masked as "phoneMasked", a.id as "accountId", coalesce(a.balance, 0) as balance
    from members.members m
    left join ledger.accounts a
      on a.tenant_id = m.tenant_id and a.kind = 'cash.member' and a.ref = m.id::text and a.unit = 'CNY'
    where m.tenant_id = ${tx.ctx.tenantId}::bigint
      and m.id = ${memberId}::bigint
  `.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  return row
}
