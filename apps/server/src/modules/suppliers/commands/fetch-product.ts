import { commonErrors, supplierErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { storableJson } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { type SupplierAccounts, systemCtx } from '../accounts.ts'

/**
 * Asks a supplier about one product: price, stock, and what its buyer has to fill.
 * @throws common.not_found, suppliers.refused, suppliers.unavailable
 */
export async function fetchProduct(
  platform: Pick<Platform, 'db' | 'clock'>,
  outbound: Outbound,
  accounts: SupplierAccounts,
  tenantId: TenantId,
  productId: number,
): Promise<void> {
  const place = await platform.db.read(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<{ supplierId: number; remoteId: string }>`
      select supplier_id as "supplierId", remote_id as "remoteId"
      from suppliers.products
      where tenant_id = ${tenantId}
        and id = ${productId}
    `.execute(tx.db)
    return rows[0]
  })
  if (!place) throw commonErrors.notFound()
  await fetchRemoteProduct(platform, outbound, accounts, tenantId, place.supplierId, place.remoteId)
}

/** @throws suppliers.refused, suppliers.unavailable */
export async function fetchRemoteProduct(
  platform: Pick<Platform, 'db' | 'clock'>,
  outbound: Outbound,
  accounts: SupplierAccounts,
  tenantId: TenantId,
  supplierId: number,
  remoteId: string,
): Promise<void> {
  const { adapter, account } = await accounts.get(tenantId, supplierId)
  const toldAt = platform.clock.now()
  const answer = await adapter.product(outbound, account, remoteId)
  if (answer.kind === 'refused') throw supplierErrors.refused({ code: answer.code, message: answer.message })
  if (answer.kind === 'unknown') throw supplierErrors.unavailable({ reason: answer.reason })
  await platform.db.call(tenantId, 'suppliers.keep_products', supplierId, storableJson([answer.value]), false, toldAt)
}
