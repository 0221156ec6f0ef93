import { supplierErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { readRule } from '../prices/rules.ts'
import { followShelf, lockSkus, movePrice } from './save-price-rules.ts'

/**
 * Decides about a price that waits: sets it as it was shown, or keeps the present one until the cost moves again.
 * @throws common.not_found, suppliers.nothing_held, suppliers.prices_moved when it is another than shown,
 *   suppliers.below_least when the present price is below what the cost allows
 */
export async function decidePrice(
  tx: Tx,
  skuId: number,
  { action, toFen, reason }: { readonly action: 'confirm' | 'keep'; readonly toFen: number; readonly reason: string },
): Promise<void> {
  const { tenantId } = tx.ctx
  await lockSkus(tx, [skuId])
  const { held, priceFen, costHao, supplier } = await readRule(tx, skuId)
  if (!held) throw supplierErrors.nothingHeld()
  if (held.toFen !== toFen) throw supplierErrors.pricesMoved()
  if (action === 'keep' && held.stopped) throw supplierErrors.belowLeast({ least: (held.leastFen / 100).toFixed(2) })
  await sql`
    update suppliers.price_rules
    set held_fen = null,
        held_least_fen = null,
        held_at = null
    where tenant_id = ${tenantId}
      and sku_id = ${skuId}
  `.execute(tx.db)
  const newFen = action === 'confirm' ? toFen : priceFen
  const kind = action === 'confirm' ? 'confirmed' : 'kept'
  await movePrice(tx, { skuId, kind, fromFen: priceFen, toFen: newFen, costHao, supplier, reason })
  await followShelf(tx, [skuId])
  tx.audit({
    action: 'price_rule.decide',
    objectKind: 'sku',
    objectId: skuId,
    detail: { decision: action, priceFen: [priceFen, newFen], reason },
  })
}
