import { type BatchView, vaultErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { VaultDeps } from '../deps.ts'
import { getBatch } from '../queries/batches.ts'

/** Removing is one transaction; half a million cards take longer than an ordinary statement may. */
const TIMEOUT = '5min'

type Outcome =
  | { readonly removed: number; readonly skuId: number }
  | { readonly refused: 'state'; readonly state: string }
  | { readonly refused: 'touched'; readonly count: number }
  | { readonly refused: 'exported' }

/**
 * Takes back a batch of which nothing was sold, voided or expired: its codes are gone and may be imported again.
 * @throws vaultErrors.batchTouched, batchExported, wrongBatchState
 */
export async function undoBatch(deps: VaultDeps, ctx: Ctx, batchId: number, reason: string): Promise<BatchView> {
  return deps.db.write(ctx, async (tx) => {
    await getBatch(tx, batchId)
    await sql`set local statement_timeout = ${sql.lit(TIMEOUT)}`.execute(tx.db)
    const called = await sql<{ outcome: Outcome }>`
      select vault.undo_batch(${ctx.tenantId}::bigint, ${batchId}::bigint) as outcome`.execute(tx.db)
    const outcome = called.rows[0]?.outcome
    if (!outcome || 'refused' in outcome) throw refusalFor(outcome)
    const { removed, skuId } = outcome
    tx.audit({ action: 'batch.undo', objectKind: 'batch', objectId: batchId, detail: { reason, removed } })
    tx.emit({ type: 'batch.undone', subject: `batch:${batchId}`, payload: { batchId, skuId, removed } })
    tx.emit({ type: 'stock.changed', subject: `sku:${skuId}`, payload: { skuId } })
    return getBatch(tx, batchId)
  })
}

function refusalFor(outcome: Exclude<Outcome, { removed: number }> | undefined) {
  if (outcome?.refused === 'touched') return vaultErrors.batchTouched({ count: outcome.count })
  if (outcome?.refused === 'exported') return vaultErrors.batchExported()
  return vaultErrors.wrongBatchState({ state: outcome?.state ?? '' })
}
