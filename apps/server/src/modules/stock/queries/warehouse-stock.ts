import type { warehouseRoutes, warehouseStockQuery } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, orderBy } from '../../../platform/lists/index.ts'

type Listed = z.infer<(typeof warehouseRoutes)['stock']['response']>
type StockRow = Listed['items'][number]
type Row = Omit<StockRow, 'heldSince' | 'oldestAt' | 'lastInAt'> & {
  readonly heldSince: Date | null
  readonly oldestAt: Date | null
  readonly lastInAt: Date | null
}

/** 0 is the total warehouse, whose rows have no id. */
export const ofWarehouse = (column: RawBuilder<unknown>, warehouseId: number | undefined) =>
  warehouseId !== undefined && sql`${column} is not distinct from nullif(${warehouseId}::bigint, 0)`

/** Who holds what, since when and at what cost. */
export async function listWarehouseStock(tx: ReadTx, query: z.output<typeof warehouseStockQuery>): Promise<Listed> {
  const from = sql`
    from stock.shelf_rows(${tx.ctx.tenantId}::bigint) r
    join catalog.skus s on s.tenant_id = ${tx.ctx.tenantId}::bigint and s.id = r.sku_id
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    where ${allOf(
      sql`true`,
      ofWarehouse(sql`r.warehouse_id`, query.warehouseId),
      query.skuId !== undefined && sql`r.sku_id = ${query.skuId}::bigint`,
      query.low !== undefined && sql`r.low = ${query.low === 'true'}::boolean`,
      !!query.q && sql`concat_ws(' ', g.title, s.title, r.warehouse_name) ilike ${containing(query.q)}::text`,
    )}`
  const counted = await sql<{ total: number }>`select count(*) as total ${from}`.execute(tx.db)
  const { rows } = await sql<Row>`
    select r.warehouse_id as "warehouseId", r.warehouse_name as "warehouseName", r.sku_id as "skuId", g.id as "goodsId",
      g.title as "goodsTitle", s.title as "skuTitle", r.available, r.held, r.held_since as "heldSince", r.channel_only as "channelOnly",
      r.cost_fen as "costFen", r.oldest_at as "oldestAt", r.last_in_at as "lastInAt", r.ages, r.fill_below as "least", r.target, r.low_at as "lowAt", r.low
    ${from}
    ${orderBy(query.sort, SORTS, 'goodsTitle', sql`r.sku_id, r.warehouse_id`)}
    ${limitOf(query)}`.execute(tx.db)
  const items = rows.map((row) => ({
    ...row,
    ages: row.ages.map(Number),
    heldSince: row.heldSince?.toISOString() ?? null,
    oldestAt: row.oldestAt?.toISOString() ?? null,
    lastInAt: row.lastInAt?.toISOString() ?? null,
  }))
  return { items, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

const SORTS = {
  goodsTitle: sql`g.title`,
  warehouse: sql`r.warehouse_name`,
  available: sql`r.available`,
  held: sql`r.held`,
  costFen: sql`r.cost_fen`,
  oldestAt: sql`r.oldest_at`,
}
