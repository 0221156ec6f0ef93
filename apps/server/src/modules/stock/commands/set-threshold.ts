import { commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

/** Warns when fewer than `lowStockAt` pieces are left; null switches the warning off. @throws commonErrors.notFound */
export async function setThreshold(tx: Tx, skuId: number, lowStockAt: number | null): Promise<void> {
  const done = await sql<{ goodsId: number }>`
    update catalog.skus
    set low_stock_at = ${lowStockAt}::integer
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${skuId}::bigint
      and removed_at is null
    returning goods_id as "goodsId"`.execute(tx.db)
  const [sku] = done.rows
  if (!sku) throw commonErrors.notFound()
  tx.audit({ action: 'stock.set_threshold', objectKind: 'sku', objectId: skuId, detail: { lowStockAt } })
  tx.emit({ type: 'goods.changed', subject: `goods:${sku.goodsId}`, payload: { goodsId: sku.goodsId } })
}
