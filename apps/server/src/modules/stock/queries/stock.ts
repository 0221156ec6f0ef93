import type { stockListQuery, stockRoutes } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, orderBy } from '../../../platform/lists/index.ts'

export type StockRow = z.infer<(typeof stockRoutes)['list']['response']>['items'][number]
type Filter = Partial<z.output<typeof stockListQuery>>

/** Stock of every SKU, from the ledger's accounts: available + held (both of the total warehouse) + in channels + delivered + used + void + suspect + expired = imported. */
export async function listStock(tx: ReadTx, query: z.output<typeof stockListQuery>) {
  const counted = await sql<{ total: number }>`select count(*) as total from (${stockRows(tx, query)}) r`.execute(tx.db)
  const found = await sql<StockRow>`
    select r.*
    from (${stockRows(tx, query)}) r
    ${orderBy(query.sort, SORTS, 'goodsTitle', sql`r."skuId"`)}
    ${limitOf(query)}`.execute(tx.db)
  return { items: found.rows, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** Stock of the given SKUs; those that never had any are there with zeros. */
export async function stockOf(tx: ReadTx, skuIds: readonly number[]): Promise<readonly StockRow[]> {
  const found = await sql<StockRow>`
    select r.*
    from (${stockRows(tx, {}, sql`s.id = any(${skuIds}::bigint[])`)}) r
    order by r."skuId"`.execute(tx.db)
  return found.rows
}

/** SKUs on sale with fewer pieces left than their threshold, the emptiest first. */
export async function lowStock(tx: ReadTx, limit: number): Promise<readonly StockRow[]> {
  const found = await sql<StockRow>`
    select r.*
    from (${stockRows(tx, { low: 'true' }, sql`s.state = 'on'`)}) r
    order by r.available, r."skuId"
    limit ${limit}::integer`.execute(tx.db)
  return found.rows
}

/** All rows of a filter for an export. */
export async function* everyStockRow(
  read: <T>(fn: (tx: ReadTx) => Promise<T>) => Promise<T>,
  query: Filter,
): AsyncGenerator<StockRow> {
  const pageSize = 500
  for (let page = 1; ; page += 1) {
    const { items } = await read((tx) => listStock(tx, { ...query, page, pageSize }))
    yield* items
    if (items.length < pageSize) return
  }
}

const SORTS = Object.fromEntries(
  [
    'goodsTitle',
    'skuTitle',
    'available',
    'held',
    'inChannels',
    'delivered',
    'used',
    'void',
    'suspect',
    'expired',
    'imported',
    'costFen',
    'lowStockAt',
  ].map((name) => [name, sql.ref(`r.${name}`)]),
)

/** `costFen` is what the pieces still on the shelf have cost, batch by batch, wherever they lie. */
function stockRows(tx: ReadTx, query: Filter, extra?: RawBuilder<unknown>): RawBuilder<unknown> {
  const tenant = sql`${tx.ctx.tenantId}::bigint`
  return sql`
    select rows.*
    from (
      select
        s.id as "skuId", g.id as "goodsId", g.title as "goodsTitle", s.title as "skuTitle",
        coalesce(a.available, 0) as available, coalesce(a.held, 0) as held, coalesce(e.pieces, 0) as "inChannels",
        coalesce(a.delivered, 0) as delivered,
        coalesce(a.used, 0) as used, coalesce(a.void, 0) as void, coalesce(a.suspect, 0) as suspect,
        coalesce(a.expired, 0) as expired, coalesce(a.imported, 0) as imported, s.low_stock_at as "lowStockAt",
        s.low_stock_at is not null and coalesce(a.available, 0) < s.low_stock_at as low,
        coalesce(v.cost_fen, 0) as "costFen"
      from catalog.skus s
      join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
      left join (${accountsBySku(tenant)}) a on a.sku_id = s.id
      left join (
        select split_part(ref, ':', 1)::bigint as sku_id, sum(balance)::bigint as pieces
        from ledger.accounts
        where tenant_id = ${tenant}
          and kind = 'warehouse.available'
          and unit = 'piece'
        group by 1
      ) e on e.sku_id = s.id
      left join (
        select b.sku_id, sum(c.available * b.cost_fen)::bigint as cost_fen
        from vault.batches b
        join vault.batch_counts c on c.tenant_id = b.tenant_id and c.batch_id = b.id
        where b.tenant_id = ${tenant}
        group by b.sku_id
      ) v on v.sku_id = s.id
      where ${allOf(
        sql`s.tenant_id = ${tenant}`,
        sql`s.removed_at is null`,
        sql`catalog.reserve_of(s.kind) = 'shelf'`,
        extra,
        query.goodsId !== undefined && sql`s.goods_id = ${query.goodsId}::bigint`,
        !!query.q && sql`concat_ws(' ', g.title, s.title) ilike ${containing(query.q)}::text`,
      )}
    ) rows
    where ${query.low === undefined ? sql`true` : sql`rows.low = ${query.low === 'true'}::boolean`}`
}

/** A SKU's seven accounts side by side. What is held still lies in `stock.available`. */
function accountsBySku(tenant: RawBuilder<unknown>): RawBuilder<unknown> {
  const balanceOf = (kind: string) =>
    sql`(sum(balance) filter (where kind = ${sql.lit(`stock.${kind}`)}))::bigint as ${sql.ref(kind)}`
  return sql`
    select
      ref::bigint as sku_id,
      (sum(balance - held_out) filter (where kind = 'stock.available'))::bigint as available,
      (sum(held_out) filter (where kind = 'stock.available'))::bigint as held,
      (-sum(balance) filter (where kind = 'stock.source'))::bigint as imported,
      ${sql.join(['delivered', 'used', 'void', 'suspect', 'expired'].map(balanceOf))}
    from ledger.accounts
    where tenant_id = ${tenant}
      and unit = 'piece'
      and kind like 'stock.%'
    group by ref`
}
