import { catalogErrors, commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { announceChange } from './announce.ts'

/**
 * Cancels a price change that has not come yet; cancelling twice is no error.
 * @throws common.not_found, catalog.price_change_done
 */
export async function cancelPriceChange(tx: Tx, id: number): Promise<void> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<{ skuId: number; cancelled: boolean; due: boolean }>`
    select sku_id as "skuId", cancelled_at is not null as cancelled, at <= now() as due
    from catalog.price_changes
    where tenant_id = ${tenantId}::bigint
      and id = ${id}::bigint
    for no key update
  `.execute(tx.db)
  const [change] = rows
  if (!change) throw commonErrors.notFound()
  if (change.cancelled) return
  if (change.due) throw catalogErrors.priceChangeDone()
  await sql`
    update catalog.price_changes
    set cancelled_at = now()
    where tenant_id = ${tenantId}::bigint
      and id = ${id}::bigint
  `.execute(tx.db)
  const detail = { skuId: change.skuId }
  announceChange(tx, { action: 'price.cancel', objectKind: 'price_change', objectId: id, detail })
}
