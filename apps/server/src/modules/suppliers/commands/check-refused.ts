import type { ProductKind } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { type SupplierAccounts, systemCtx } from '../accounts.ts'
import type { TellNews } from '../lanes.ts'
import { newsOf } from '../model.ts'

export const CHECK_REFUSED_TASK = 'suppliers.check_refused'

/** A purchase that was refused, and about which the supplier called back after all: what it says now is taken to the books. */
export async function checkRefused(
  platform: Pick<Platform, 'db'>,
  outbound: Outbound,
  accounts: SupplierAccounts,
  tell: TellNews,
  tenantId: TenantId,
  purchaseId: number,
): Promise<void> {
  const purchase = await platform.db.read(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<{
      supplierId: number
      no: string
      remoteNo: string | null
      kind: ProductKind
      quantity: number
      placedAt: Date
      profileId: number | null
      profileVersion: number | null
    }>`
      select p.supplier_id as "supplierId", p.no, p.remote_no as "remoteNo", r.kind, p.quantity,
        coalesce(p.sent_at, p.created_at) as "placedAt", p.profile_id as "profileId", p.profile_version as "profileVersion"
      from suppliers.purchases p
      join suppliers.products r on r.tenant_id = p.tenant_id and r.id = p.product_id
      where p.tenant_id = ${tenantId}
        and p.id = ${purchaseId}
        and p.state in ('refused', 'cancelled')
    `.execute(tx.db)
    return rows[0]
  })
  if (!purchase) return
  const { adapter, account } = await accounts.get(tenantId, purchase.supplierId, purchase)
  const outcome = await adapter.ask(outbound, account, purchase)
  // Thrown, so that the job comes again.
  if (outcome.kind === 'unknown') throw new Error(`the supplier does not say: ${outcome.reason}`)
  const news = newsOf(outcome, { quantity: purchase.quantity, sentMs: 0, finalAfterSeconds: null })
  if (news.kind === 'done' || news.kind === 'partial') await tell(tenantId, { id: purchaseId, ...news })
}
