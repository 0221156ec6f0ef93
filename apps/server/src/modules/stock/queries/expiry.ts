import type { warehouseRoutes } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, orderBy } from '../../../platform/lists/index.ts'
import { ofWarehouse } from './warehouse-stock.ts'

type Calendar = z.infer<(typeof warehouseRoutes)['expiry']['response']>
type CalendarQuery = z.output<(typeof warehouseRoutes)['expiry']['query']>
type Expiring = z.infer<(typeof warehouseRoutes)['expiring']['response']>
type ExpiringQuery = z.output<(typeof warehouseRoutes)['expiring']['query']>

/** The last day on which a card can be used, in the shop's zone. */
const LAST_DAY = sql`(c.valid_to at time zone 'Asia/Shanghai')::date`

const onShelf = (
  tx: ReadTx,
  { warehouseId, skuId }: Pick<CalendarQuery, 'warehouseId' | 'skuId'>,
): RawBuilder<unknown> =>
  allOf(
    sql`c.tenant_id = ${tx.ctx.tenantId}::bigint`,
    sql`c.state = 'available'`,
    ofWarehouse(sql`c.warehouse_id`, warehouseId),
    skuId !== undefined && sql`c.sku_id = ${skuId}::bigint`,
  )

/** Pieces on the shelf by the week or month in which they expire. */
export async function expiryCalendar(tx: ReadTx, query: CalendarQuery): Promise<Calendar> {
  const { rows } = await sql<Calendar['items'][number]>`
    select x.first::text as "from", (x.first + ${query.step === 'week' ? '7 days' : '1 month'}::interval - interval '1 day')::date::text as "to",
      sum(x.pieces)::bigint as pieces, sum(x.pieces * b.cost_fen)::bigint as "costFen"
    from (
      select date_trunc(${query.step}::text, ${LAST_DAY})::date as first, c.batch_id, count(*) as pieces
      from vault.cards c
      where ${onShelf(tx, query)}
        and c.valid_to is not null
      group by 1, 2
    ) x
    join vault.batches b on b.tenant_id = ${tx.ctx.tenantId}::bigint and b.id = x.batch_id
    group by x.first
    order by x.first`.execute(tx.db)
  // What lies there without a date is the rest of what is booked there: counted so, nothing is read of a million cards without one.
  const booked = await sql<{ pieces: number }>`
    select coalesce(sum(r.available + r.held), 0)::bigint as pieces
    from stock.shelf_rows(${tx.ctx.tenantId}::bigint) r
    where ${allOf(
      sql`true`,
      ofWarehouse(sql`r.warehouse_id`, query.warehouseId),
      query.skuId !== undefined && sql`r.sku_id = ${query.skuId}::bigint`,
    )}`.execute(tx.db)
  const dated = rows.reduce((sum, { pieces }) => sum + pieces, 0)
  return { never: Math.max(0, (booked.rows[0]?.pieces ?? 0) - dated), items: rows }
}

/** What expires between two days of the shop, both included. */
export async function listExpiring(tx: ReadTx, query: ExpiringQuery): Promise<Expiring> {
  const rows = sql`
    select x.*, g.title as "goodsTitle", s.title as "skuTitle", coalesce(w.name, '') as "warehouseName", x.pieces * b.cost_fen as "costFen"
    from (
      select c.batch_id as "batchId", c.sku_id as "skuId", c.warehouse_id as "warehouseId", ${LAST_DAY}::text as "validTo", count(*) as pieces
      from vault.cards c
      where ${onShelf(tx, query)}
        and c.valid_to >= ${query.from}::date at time zone 'Asia/Shanghai'
        and c.valid_to < (${query.to}::date + 1) at time zone 'Asia/Shanghai'
      group by 1, 2, 3, 4
    ) x
    join vault.batches b on b.tenant_id = ${tx.ctx.tenantId}::bigint and b.id = x."batchId"
    join catalog.skus s on s.tenant_id = b.tenant_id and s.id = x."skuId"
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    left join stock.warehouses w on w.tenant_id = b.tenant_id and w.id = x."warehouseId"
    where ${query.q ? sql`concat_ws(' ', g.title, s.title) ilike ${containing(query.q)}::text` : sql`true`}`
  const counted = await sql<{ total: number }>`select count(*) as total from (${rows}) r`.execute(tx.db)
  const found = await sql<Expiring['items'][number]>`
    select r.*
    from (${rows}) r
    ${orderBy(query.sort, SORTS, 'validTo', sql`r."batchId"`)}
    ${limitOf(query)}`.execute(tx.db)
  return { items: found.rows, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

const SORTS = { validTo: sql`r."validTo"`, pieces: sql`r.pieces`, costFen: sql`r."costFen"` }
