import { type BatchState, type BatchView, vaultErrors, type vaultRoutes } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { VaultDeps } from '../deps.ts'
import { getBatch } from '../queries/batches.ts'
import { nameChannels } from './name-channels.ts'
import { shiftBatch } from './suspend-batch.ts'

/** A batch that was taken off the shelf gets nothing back onto it by another date. */
const SELLING: readonly BatchState[] = ['importing', 'interrupted', 'cancelled', 'ready']

export type BatchChanges = Partial<z.output<(typeof vaultRoutes)['editBatch']['body']>>

/**
 * Corrects what was said about a batch. Another last day also reaches its unsold codes; those that had expired by the
 * old one go back on the shelf, unless the batch is suspended.
 * @throws vaultErrors.wrongBatchState for an undone batch; validityReversed; as nameChannels
 */
export async function editBatch(deps: VaultDeps, ctx: Ctx, batchId: number, changes: BatchChanges): Promise<BatchView> {
  const after = await deps.db.write(ctx, (tx) => saveChanges(tx, batchId, changes))
  const stillValid = after.validTo === null || Date.parse(after.validTo) > Date.now()
  if (changes.validTo !== undefined && stillValid && after.counts.expired > 0 && SELLING.includes(after.state)) {
    await shiftBatch(deps, ctx, { batchId, skuId: after.skuId, from: 'expired', to: 'available' })
  }
  return deps.db.read(ctx, (tx) => getBatch(tx, batchId))
}

async function saveChanges(tx: Tx, batchId: number, changes: BatchChanges): Promise<BatchView> {
  const { tenantId } = tx.ctx
  const before = await getBatch(tx, batchId)
  if (before.state === 'undone') throw vaultErrors.wrongBatchState({ state: before.state })
  const { validFrom, validTo } = { ...before, ...changes }
  if (validFrom && validTo && Date.parse(validTo) <= Date.parse(validFrom)) throw vaultErrors.validityReversed()
  const assignments = assignmentsOf(changes)
  if (assignments.length === 0 && changes.channels === undefined) return before
  if (changes.channels !== undefined) await nameChannels(tx, before, changes.channels)
  if (assignments.length > 0) {
    await sql`
      update vault.batches
      set ${sql.join(assignments)}
      where tenant_id = ${tenantId}::bigint
        and id = ${batchId}::bigint`.execute(tx.db)
  }
  if (changes.validTo !== undefined) {
    await sql`select vault.set_validity(${tenantId}::bigint, ${batchId}::bigint, ${changes.validTo}::timestamptz)`.execute(
      tx.db,
    )
  }
  tx.audit({
    action: 'batch.edit',
    objectKind: 'batch',
    objectId: batchId,
    detail: { before: shownFacts(before), changes },
  })
  return getBatch(tx, batchId)
}

function assignmentsOf(changes: BatchChanges): RawBuilder<unknown>[] {
  const { supplier, costFen, purchaseRef, validFrom, validTo, note } = changes
  return [
    supplier !== undefined && sql`supplier = ${supplier}::text`,
    costFen !== undefined && sql`cost_fen = ${costFen}::bigint`,
    purchaseRef !== undefined && sql`purchase_ref = ${purchaseRef}::text`,
    validFrom !== undefined && sql`valid_from = ${validFrom}::timestamptz`,
    validTo !== undefined && sql`valid_to = ${validTo}::timestamptz`,
    note !== undefined && sql`note = ${note}::text`,
  ].filter((assignment) => assignment !== false)
}

const shownFacts = ({ supplier, costFen, purchaseRef, validFrom, validTo, note, channels }: BatchView) => ({
  supplier,
  costFen,
  purchaseRef,
  validFrom,
  validTo,
  note,
  channels,
})
