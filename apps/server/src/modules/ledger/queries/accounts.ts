import type { ledgerRoutes } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf, orderBy } from '../../../platform/lists/index.ts'

type Query = z.output<typeof ledgerRoutes.accounts.query>
type Page = z.output<typeof ledgerRoutes.accounts.response>
export type AccountView = Page['items'][number]
type Row = Omit<AccountView, 'updatedAt'> & { readonly updatedAt: Date }

export async function listAccounts(tx: ReadTx, query: Query): Promise<Page> {
  const conditions = allOf(
    sql`a.tenant_id = ${tx.ctx.tenantId}::bigint`,
    query.kind !== undefined && query.kind !== '' && sql`a.kind = ${query.kind}`,
    query.unit !== undefined && query.unit !== '' && sql`a.unit = ${query.unit}`,
    query.q !== undefined && query.q !== '' && sql`a.ref = ${query.q}`,
  )
  const sorts = { balance: sql`a.balance`, held: sql`a.held_out`, updatedAt: sql`a.changed_at`, kind: sql`a.kind` }
  const { rows } = await sql<Row & { readonly total: number }>`
    ${accountRows(sql`count(*) over () as total`)}
    where ${conditions}
    ${orderBy(query.sort, sorts, 'kind', sql`a.id`)}
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    items: rows.map(({ total: _, ...row }) => viewOf(row)),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

export async function readAccount(tx: ReadTx, accountId: number): Promise<AccountView | undefined> {
  const { rows } = await sql<Row>`
    ${accountRows(sql`1 as one`)}
    where a.tenant_id = ${tx.ctx.tenantId}::bigint
      and a.id = ${accountId}::bigint
  `.execute(tx.db)
  return rows[0] && viewOf(rows[0])
}

/** The name beside the number: the SKU of a stock account, the masked phone of a purse. */
const accountRows = (extra: RawBuilder<unknown>) => sql`
  select a.id, a.kind, a.ref, a.unit, a.balance, a.held_out as held, a.floor, a.changed_at as "updatedAt", ${extra},
    case
      when a.kind = 'warehouse.available' then (
        select g.title || case when s.title = '' then '' else ' ' || s.title end || ' · ' || w.name
        from stock.warehouses w
        join catalog.skus s on s.tenant_id = w.tenant_id and s.id::text = split_part(a.ref, ':', 1)
        join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
        where w.tenant_id = a.tenant_id and w.id::text = split_part(a.ref, ':', 2)
      )
      when a.kind like 'stock.%' then (
        select g.title || case when s.title = '' then '' else ' ' || s.title end
        from catalog.skus s
        join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
        where s.tenant_id = a.tenant_id and s.id::text = a.ref
      )
      when a.kind = 'cash.member' then (
        select m.phone_masked from members.members m where m.tenant_id = a.tenant_id and m.id::text = a.ref
      )
    end as "refTitle"
  from ledger.accounts a
`

const viewOf = ({ id, kind, ref, refTitle, unit, balance, held, floor, updatedAt }: Row): AccountView => ({
  id,
  kind,
  ref,
  refTitle,
  unit,
  balance,
  held,
  floor,
  updatedAt: updatedAt.toISOString(),
})
