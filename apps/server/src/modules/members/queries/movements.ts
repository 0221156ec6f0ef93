import type { memberRoutes } from '@quanshu/contract'
import type { MemberId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { limitOf } from '../../../platform/lists/index.ts'

type Query = z.output<typeof memberRoutes.listMyMovements.query>
type Page = z.output<typeof memberRoutes.listMyMovements.response>
type Row = Omit<Page['items'][number], 'at'> & { readonly at: Date; readonly total: number }

/** What went into and out of a member's balance, newest first, each with the balance after it. */
export async function movementsOf(tx: ReadTx, id: MemberId, query: Query): Promise<Page> {
  const { rows } = await sql<Row>`
    with purse as (
      select a.id, a.balance
      from ledger.accounts a
      where a.tenant_id = ${tx.ctx.tenantId}::bigint
        and a.kind = 'cash.member'
        and a.ref = ${String(id)}
        and a.unit = 'CNY'
    ), moved as (
      select t.at, t.id, t.kind, t.cause, t.amount, p.balance
      from purse p
      join ledger.transfers t on t.tenant_id = ${tx.ctx.tenantId}::bigint and t.to_account = p.id
      union all
      select t.at, t.id, t.kind, t.cause, -t.amount, p.balance
      from purse p
      join ledger.transfers t on t.tenant_id = ${tx.ctx.tenantId}::bigint and t.from_account = p.id
    )
    select m.id, m.at, m.kind, m.amount as "amountFen",
      case when m.cause ~ '^order:[0-9]{16}$' then substring(m.cause from 7)::bigint end as "orderNo",
      (m.balance - coalesce(sum(m.amount) over (
        order by m.at desc, m.id desc
        rows between unbounded preceding and 1 preceding
      ), 0))::bigint as "balanceFen",
      count(*) over () as total
    from moved m
    order by m.at desc, m.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    items: rows.map(({ total: _, at, ...row }) => ({ ...row, at: at.toISOString() })),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}
