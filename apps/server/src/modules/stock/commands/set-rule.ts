import { commonErrors, stockErrors, type warehouseRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Tx } from '../../../platform/db/index.ts'
import { TOP_UP_TASK } from '../jobs.ts'
import { actorName } from '../model.ts'
import { getWarehouse } from '../queries/warehouses.ts'

type Rule = z.output<(typeof warehouseRoutes)['setRule']['body']>

/**
 * When a warehouse is filled up with a SKU and when its shortage is told; nothing of either takes the rule away.
 * @throws commonErrors.notFound, stockErrors.ruleReversed
 */
export async function setWarehouseRule(tx: Tx, warehouseId: number, skuId: number, rule: Rule): Promise<void> {
  const { least, target, lowAt } = rule
  if ((least === null) !== (target === null) || (least !== null && target !== null && target < least)) {
    throw stockErrors.ruleReversed()
  }
  await getWarehouse(tx, warehouseId)
  const tenant = sql`${tx.ctx.tenantId}::bigint`
  const { rows } = await sql`
    select from catalog.skus where tenant_id = ${tenant} and id = ${skuId}::bigint and catalog.reserve_of(kind) = 'shelf' and removed_at is null`.execute(
    tx.db,
  )
  if (rows.length === 0) throw commonErrors.notFound()
  if (least === null && lowAt === null) {
    await sql`
      delete from stock.warehouse_rules
      where tenant_id = ${tenant} and warehouse_id = ${warehouseId}::bigint and sku_id = ${skuId}::bigint`.execute(
      tx.db,
    )
  } else {
    await sql`
      insert into stock.warehouse_rules (tenant_id, warehouse_id, sku_id, fill_below, target, low_at, updated_by)
      values (
        ${tenant}, ${warehouseId}::bigint, ${skuId}::bigint, ${least}::integer, ${target}::integer, ${lowAt}::integer,
        ${actorName(tx.ctx.actor)}::text
      )
      on conflict (tenant_id, warehouse_id, sku_id) do update
      set fill_below = excluded.fill_below,
          target = excluded.target,
          low_at = excluded.low_at,
          low_since = null,
          updated_by = excluded.updated_by,
          updated_at = now()`.execute(tx.db)
  }
  tx.audit({ action: 'stock.set_rule', objectKind: 'warehouse', objectId: warehouseId, detail: { skuId, ...rule } })
  if (least !== null) tx.enqueue(TOP_UP_TASK, {}, { key: 'all' })
}
