import { type BatchView, vaultErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { VaultDeps } from '../deps.ts'
import { announceProgress } from '../progress.ts'
import { getBatch } from '../queries/batches.ts'

/**
 * Ends an import; the upload that runs hears of it with its next chunk. What was imported stays and can be undone.
 * @throws vaultErrors.wrongBatchState when the import has ended already
 */
export async function cancelImport(deps: VaultDeps, ctx: Ctx, batchId: number): Promise<BatchView> {
  const batch = await deps.db.write(ctx, async (tx) => {
    const done = await sql`
      update vault.batches
      set state = 'cancelled',
          finished_at = now()
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${batchId}::bigint
        and state in ('importing', 'interrupted')`.execute(tx.db)
    const view = await getBatch(tx, batchId)
    if (!done.numAffectedRows) throw vaultErrors.wrongBatchState({ state: view.state })
    tx.audit({ action: 'batch.cancel', objectKind: 'batch', objectId: batchId, detail: { imported: view.imported } })
    tx.emit({ type: 'stock.changed', subject: `sku:${view.skuId}`, payload: { skuId: view.skuId } })
    return view
  })
  announceProgress(deps.hub, ctx.tenantId, batchId)
  return batch
}
