import { commonErrors, type OwnProduct, type workspaceRoutes } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, orderBy, type PageQuery } from '../../../platform/lists/index.ts'

type Query = z.output<typeof workspaceRoutes.listProducts.query>
type Row = Omit<OwnProduct, 'toldAt'> & { readonly toldAt: Date }

const COLUMNS = sql`
  p.id, p.remote_id as "remoteId", p.name, p.kind, p.cost_hao as "costHao", p.stock, p.min_quantity as "minQuantity",
  p.max_quantity as "maxQuantity", p.on_sale as "onSale", p.told_at as "toldAt",
  exists (
    select from suppliers.offers o where o.tenant_id = p.tenant_id and o.product_id = p.id and o.enabled
  ) as "isUsed",
  (
    select a.to_hao from suppliers.price_asks a
    where a.tenant_id = p.tenant_id and a.product_id = p.id and a.state = 'waiting'
  ) as "askedHao"
`
const SORTS = { name: sql`p.name`, cost: sql`p.cost_hao`, stock: sql`p.stock`, toldAt: sql`p.told_at` }

const ofSupplier = (tx: ReadTx, supplierId: number): RawBuilder<unknown> =>
  sql`p.tenant_id = ${tx.ctx.tenantId}::bigint and p.supplier_id = ${supplierId}::bigint`

/** What one supplier sells here. */
export async function listOwnProducts(tx: ReadTx, supplierId: number, query: Query) {
  const where = allOf(
    ofSupplier(tx, supplierId),
    query.kind && sql`p.kind = any (${query.kind}::text[])`,
    query.onSale !== undefined && sql`p.on_sale = ${query.onSale === 'true'}`,
    !!query.q && sql`(p.name ilike ${containing(query.q)} or p.remote_id ilike ${containing(query.q)})`,
  )
  const { rows } = await sql<Row & { readonly total: number }>`
    select ${COLUMNS}, count(*) over () as total
    from suppliers.products p
    where ${where}
    ${orderBy(query.sort, SORTS, 'name', sql`p.id`)}
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    items: rows.map(({ total: _, ...row }) => shown(row)),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

/** @throws common.not_found, also for another supplier's */
export async function readOwnProduct(tx: ReadTx, supplierId: number, productId: number): Promise<OwnProduct> {
  const { rows } = await sql<Row>`
    select ${COLUMNS}
    from suppliers.products p
    where ${ofSupplier(tx, supplierId)}
      and p.id = ${productId}::bigint
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  return shown(rows[0])
}

/** What an own product cost over time. */
export async function ownProductHistory(tx: ReadTx, supplierId: number, productId: number, query: PageQuery) {
  const { rows } = await sql<{ id: number; costHao: number; onSale: boolean; at: Date; total: number }>`
    select c.id, c.cost_hao as "costHao", c.on_sale as "onSale", c.at, count(*) over () as total
    from suppliers.products p
    join suppliers.product_changes c on c.tenant_id = p.tenant_id and c.product_id = p.id
    where ${ofSupplier(tx, supplierId)}
      and p.id = ${productId}::bigint
    order by c.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    items: rows.map(({ total: _, at, ...row }) => ({ ...row, at: at.toISOString() })),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

const shown = ({ toldAt, ...row }: Row): OwnProduct => ({ ...row, toldAt: toldAt.toISOString() })
