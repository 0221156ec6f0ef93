import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { readRule } from '../prices/rules.ts'
import { followShelf, lockSkus, movePrice } from './save-price-rules.ts'

/** Ends following cost and demand. The price stays as it is; what waited for a person is dropped. @throws common.not_found */
export async function removePriceRule(tx: Tx, skuId: number): Promise<void> {
  await lockSkus(tx, [skuId])
  const { priceFen, costHao, supplier, rule } = await readRule(tx, skuId)
  await sql`
    delete from suppliers.price_rules where tenant_id = ${tx.ctx.tenantId} and sku_id = ${skuId}
  `.execute(tx.db)
  await movePrice(tx, { skuId, kind: 'ended', fromFen: priceFen, toFen: priceFen, costHao, supplier, reason: '' })
  await followShelf(tx, [skuId])
  tx.audit({
    action: 'price_rule.remove',
    objectKind: 'sku',
    objectId: skuId,
    detail: { ...rule, steps: rule.steps.map(({ from, bp }) => `${from}: ${bp}`) },
  })
}
