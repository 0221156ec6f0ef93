import { commonErrors, type WarehouseView, type warehouseRoutes } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'

type Listed = z.infer<(typeof warehouseRoutes)['list']['response']>
type Row = Omit<WarehouseView, 'createdAt' | 'closedAt'> & { readonly createdAt: Date; readonly closedAt: Date | null }

/** The total warehouse and those of channels, open ones first, with the sums of what lies there. */
export async function listWarehouses(tx: ReadTx): Promise<Listed> {
  const [items, sums] = [await load(tx, sql`true`), await sumsOf(tx)]
  return { items, total: sums.get(null) ?? NOTHING }
}

/** @throws commonErrors.notFound */
export async function getWarehouse(tx: ReadTx, warehouseId: number): Promise<WarehouseView> {
  const [found] = await load(tx, sql`w.id = ${warehouseId}::bigint`)
  if (!found) throw commonErrors.notFound()
  return found
}

/** The open channel that is called so. @throws commonErrors.notFound */
export async function openChannel(
  tx: ReadTx,
  channel: string,
): Promise<{ readonly channel: string; readonly name: string }> {
  const { rows } = await sql<{ channel: string; name: string }>`
    select w.channel, w.name
    from stock.warehouses w
    where w.tenant_id = ${tx.ctx.tenantId}::bigint
      and w.channel = ${channel}::text
      and w.state = 'open'`.execute(tx.db)
  const [found] = rows
  if (!found) throw commonErrors.notFound()
  return found
}

/** Pieces from their source to what became of them, of all SKUs or of one. */
export async function warehouseFlow(
  tx: ReadTx,
  skuId: number | undefined,
): Promise<z.infer<(typeof warehouseRoutes)['flow']['response']>> {
  const { rows } = await sql<{ flow: z.infer<(typeof warehouseRoutes)['flow']['response']> }>`
    select stock.flow(${tx.ctx.tenantId}::bigint, ${skuId ?? null}::bigint) as flow`.execute(tx.db)
  return rows[0]?.flow ?? { sources: [], warehouses: [], between: [] }
}

type Sums = Listed['total']
const NOTHING: Sums = { skus: 0, available: 0, held: 0, costFen: 0, low: 0 }

/** By warehouse; null is the total one. */
async function sumsOf(tx: ReadTx): Promise<ReadonlyMap<number | null, Sums>> {
  const { rows } = await sql<Sums & { readonly id: number | null }>`
    select r.warehouse_id as id, count(*) filter (where r.available + r.held > 0) as skus, sum(r.available)::bigint as available,
      sum(r.held)::bigint as held, sum(r.cost_fen)::bigint as "costFen", count(*) filter (where r.low) as low
    from stock.shelf_rows(${tx.ctx.tenantId}::bigint) r
    group by r.warehouse_id`.execute(tx.db)
  return new Map(rows.map(({ id, ...sums }) => [id, sums]))
}

async function load(tx: ReadTx, condition: RawBuilder<unknown>): Promise<WarehouseView[]> {
  const { rows } = await sql<Row>`
    select w.id, w.channel, w.name, w.kind, w.falls_back as "fallsBack", w.state, w.note, w.created_at as "createdAt",
      w.closed_at as "closedAt"
    from stock.warehouses w
    where w.tenant_id = ${tx.ctx.tenantId}::bigint
      and ${condition}
    order by w.state desc, w.id`.execute(tx.db)
  const sums = await sumsOf(tx)
  return rows.map((row) => ({
    ...row,
    ...(sums.get(row.id) ?? NOTHING),
    createdAt: row.createdAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
  }))
}
