import { commonErrors, wholesaleErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { pricedFor } from '../queries/products.ts'
import { lockKey } from './lock-key.ts'

/**
 * Opens a SKU to a key. A price below the floor is refused unless it is set by who may; a floor that rises later lifts what the key
 * pays (`wholesale.priced`).
 * @param how.priceFen null: the key's part of the mall's price
 * @throws common.not_found, wholesale.not_for_sale, below_floor, wrong_key_state
 */
export async function setPrice(
  tx: Tx,
  keyId: number,
  skuId: number,
  how: { readonly priceFen: number | null; readonly belowFloor: boolean; readonly reason: string; readonly by: string },
): Promise<void> {
  const { tenantId } = tx.ctx
  await lockKey(tx, keyId)
  const { rows } = await sql`
    select from catalog.skus where tenant_id = ${tenantId}::bigint and id = ${skuId}::bigint and removed_at is null
  `.execute(tx.db)
  if (rows.length === 0) throw commonErrors.notFound()
  await sql`
    insert into wholesale.prices (tenant_id, key_id, sku_id, price_fen, below_floor, updated_by)
    values (${tenantId}::bigint, ${keyId}::bigint, ${skuId}::bigint, ${how.priceFen}::bigint, ${how.belowFloor}, ${how.by})
    on conflict (tenant_id, key_id, sku_id) do update
    set price_fen = excluded.price_fen,
        below_floor = excluded.below_floor,
        updated_by = excluded.updated_by,
        updated_at = now()
  `.execute(tx.db)
  // Read behind the write: only now is the SKU open, and only what is open has a floor here.
  const [priced] = await pricedFor(tx, keyId, [skuId])
  if (!priced) throw wholesaleErrors.notForSale()
  if (!how.belowFloor && how.priceFen !== null && how.priceFen < priced.floorFen) {
    throw wholesaleErrors.belowFloor({ floorFen: priced.floorFen })
  }
  tx.audit({
    action: how.belowFloor ? 'wholesale.price_below_floor' : 'wholesale.price',
    objectKind: 'wholesale_key',
    objectId: keyId,
    detail: { skuId, priceFen: how.priceFen, floorFen: priced.floorFen, ...(how.reason && { reason: how.reason }) },
  })
}

/** @throws common.not_found, wholesale.wrong_key_state */
export async function removePrice(tx: Tx, keyId: number, skuId: number): Promise<void> {
  await lockKey(tx, keyId)
  const { numAffectedRows } = await sql`
    delete from wholesale.prices
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and key_id = ${keyId}::bigint
      and sku_id = ${skuId}::bigint
  `.execute(tx.db)
  if (Number(numAffectedRows) === 0) throw commonErrors.notFound()
  tx.audit({ action: 'wholesale.close_product', objectKind: 'wholesale_key', objectId: keyId, detail: { skuId } })
}
