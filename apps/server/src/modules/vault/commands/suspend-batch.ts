import { type BatchState, type BatchView, vaultErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { VaultDeps } from '../deps.ts'
import { actorName, batchStates } from '../model.ts'
import { getBatch } from '../queries/batches.ts'

/**
 * Stops selling a batch: its codes on the shelf become suspect, the next to be sold first. Promises to waiting orders
 * that can no longer be kept give way.
 * @throws vaultErrors.wrongBatchState
 */
export async function suspendBatch(deps: VaultDeps, ctx: Ctx, batchId: number, reason: string): Promise<BatchView> {
  const skuId = await deps.db.write(ctx, (tx) => changeState(tx, batchId, 'suspended', reason))
  await shiftBatch(deps, ctx, { batchId, skuId, from: 'available', to: 'suspect' })
  return deps.db.read(ctx, (tx) => getBatch(tx, batchId))
}

/** Sells a suspended batch again. @throws vaultErrors.wrongBatchState, batchHandedOut */
export async function resumeBatch(deps: VaultDeps, ctx: Ctx, batchId: number, reason: string): Promise<BatchView> {
  const skuId = await deps.db.write(ctx, (tx) => changeState(tx, batchId, 'ready', reason))
  await shiftBatch(deps, ctx, { batchId, skuId, from: 'suspect', to: 'available' })
  return deps.db.read(ctx, (tx) => getBatch(tx, batchId))
}

/** The decision is stored first: if the process dies before every card has moved, the sweep moves the rest. */
async function changeState(tx: Tx, batchId: number, to: 'suspended' | 'ready', reason: string): Promise<number> {
  const { tenantId } = tx.ctx
  const found = await sql<{ state: BatchState }>`
    select state
    from vault.batches
    where tenant_id = ${tenantId}::bigint
      and id = ${batchId}::bigint
    for no key update`.execute(tx.db)
  const from = found.rows[0]?.state
  const { skuId, exported } = await getBatch(tx, batchId)
  // `ready` may also follow an import, but not by this door; nor may a suspension follow a recall.
  if (from === undefined || !batchStates.may(from, to) || from === 'importing' || from === 'recalling')
    throw vaultErrors.wrongBatchState({ state: from ?? '' })
  if (to === 'ready' && exported?.handOut) throw vaultErrors.batchHandedOut()
  await sql`
    update vault.batches
    set state = ${to}::text
    where tenant_id = ${tenantId}::bigint
      and id = ${batchId}::bigint`.execute(tx.db)
  tx.audit({
    action: to === 'suspended' ? 'batch.suspend' : 'batch.resume',
    objectKind: 'batch',
    objectId: batchId,
    detail: { reason },
  })
  tx.emit({
    type: to === 'suspended' ? 'batch.suspended' : 'batch.resumed',
    subject: `batch:${batchId}`,
    payload: { batchId, skuId, reason },
  })
  return skuId
}

/** Lets the cards of a batch follow its state, by a job. */
export const FOLLOW_TASK = 'vault.follow'

/** An account is locked for about a tenth of a second at a time. */
const CARDS_PER_CALL = 2_000

export type Shift = {
  readonly batchId: number
  readonly skuId: number
  readonly from: 'available' | 'suspect' | 'expired'
  readonly to: 'available' | 'suspect' | 'void'
}

/** Moves all of a batch's cards that are in one state to another. Safe to run again, or twice at once. */
export async function shiftBatch(
  deps: Pick<VaultDeps, 'db'>,
  ctx: Ctx,
  { batchId, skuId, from, to }: Shift,
): Promise<number> {
  let moved = 0
  for (let after: number | null = 0; after !== null; ) {
    const step: { moved: number; after: number | null } = await deps.db.call(
      ctx.tenantId,
      'vault.shift_batch',
      batchId,
      from,
      to,
      `batch:${batchId}`,
      actorName(ctx.actor),
      after,
      CARDS_PER_CALL,
    )
    moved += step.moved
    after = step.after
  }
  if (moved > 0) {
    await deps.db.write(ctx, async (tx) =>
      tx.emit({ type: 'stock.changed', subject: `sku:${skuId}`, payload: { skuId } }),
    )
  }
  return moved
}
