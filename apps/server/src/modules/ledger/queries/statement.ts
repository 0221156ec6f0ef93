import { ledgerErrors, type ledgerRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { limitOf } from '../../../platform/lists/index.ts'
import { readAccount } from './accounts.ts'

type Query = z.output<typeof ledgerRoutes.statement.query>
type Statement = z.output<typeof ledgerRoutes.statement.response>
type Entry = Omit<Statement['items'][number], 'at'> & { readonly at: Date; readonly total: number }

/**
 * An account's entries, newest first. The balance after each is today's balance less everything newer, so it always
 * ends where the account stands.
 * @throws ledger.unknown_account
 */
export async function readStatement(tx: ReadTx, accountId: number, query: Query): Promise<Statement> {
  const account = await readAccount(tx, accountId)
  if (!account) throw ledgerErrors.unknownAccount()
  const { rows } = await sql<Entry>`
    select e.id, e.at, e.amount, e.kind, e.cause, e."balanceAfter", c.kind || case when c.ref = '' then '' else ':' || c.ref end as counterparty,
      count(*) over () as total
    from (
      select t.id, t.at, t.kind, t.cause,
        case when t.to_account = ${accountId}::bigint then t.amount else -t.amount end as amount,
        case when t.to_account = ${accountId}::bigint then t.from_account else t.to_account end as other,
        ${account.balance}::bigint - coalesce(sum(case when t.to_account = ${accountId}::bigint then t.amount else -t.amount end) over (
          order by t.at desc, t.id desc
          rows between unbounded preceding and 1 preceding
        ), 0)::bigint as "balanceAfter"
      from ledger.transfers t
      where t.tenant_id = ${tx.ctx.tenantId}::bigint
        and (t.from_account = ${accountId}::bigint or t.to_account = ${accountId}::bigint)
    ) e
    join ledger.accounts c on c.tenant_id = ${tx.ctx.tenantId}::bigint and c.id = e.other
    where (${query.from ?? null}::timestamptz is null or e.at >= ${query.from ?? null}::timestamptz)
      and (${query.to ?? null}::timestamptz is null or e.at < ${query.to ?? null}::timestamptz)
    order by e.at desc, e.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    account,
    items: rows.map(({ total: _, at, ...entry }) => ({ ...entry, at: at.toISOString() })),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}
