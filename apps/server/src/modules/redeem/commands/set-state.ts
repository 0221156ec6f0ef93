import {
  commonErrors,
  type RedeemBatch,
  type RedeemBatchState,
  type RedeemCodeState,
  redeemErrors,
} from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { redeemBatchStates, redeemCodeStates } from '../model.ts'
import { getBatch } from '../queries/batches.ts'

const VERBS = { suspended: 'suspend', ready: 'resume', active: 'resume', void: 'void' } as const

/**
 * Suspends, resumes or voids a series. Redemptions under way are waited for; from the commit on nothing of it is redeemed.
 * @throws commonErrors.notFound, redeemErrors.wrongBatchState, linkOnSale
 */
export async function setBatchState(
  tx: Tx,
  batchId: number,
  to: 'suspended' | 'ready' | 'void',
  reason: string,
): Promise<RedeemBatch> {
  const { tenantId } = tx.ctx
  const found = await sql<{ state: RedeemBatchState; isOnSale: boolean }>`
    select state, link_sku_id is not null and replaced_at is null as "isOnSale"
    from redeem.batches
    where tenant_id = ${tenantId}::bigint
      and id = ${batchId}::bigint
    for no key update`.execute(tx.db)
  const from = found.rows[0]?.state
  if (from === undefined) throw commonErrors.notFound()
  if (to === 'void' && found.rows[0]?.isOnSale) throw redeemErrors.linkOnSale()
  // `ready` also follows the making, but not by this door.
  if (!redeemBatchStates.may(from, to) || (from === 'making' && to === 'ready')) {
    throw redeemErrors.wrongBatchState({ state: from })
  }
  await sql`
    update redeem.batches
    set state = ${to}::text
    where tenant_id = ${tenantId}::bigint
      and id = ${batchId}::bigint`.execute(tx.db)
  tx.audit({ action: `redeem.${VERBS[to]}`, objectKind: 'redeem_batch', objectId: batchId, detail: { reason } })
  return getBatch(tx, batchId)
}

/** The same for one code. @throws commonErrors.notFound, redeemErrors.wrongCodeState */
export async function setCodeState(
  tx: Tx,
  codeId: number,
  to: 'suspended' | 'active' | 'void',
  reason: string,
): Promise<void> {
  const { tenantId } = tx.ctx
  const found = await sql<{ state: RedeemCodeState; batchId: number }>`
    select state, batch_id as "batchId"
    from redeem.codes
    where tenant_id = ${tenantId}::bigint
      and id = ${codeId}::bigint
    for no key update`.execute(tx.db)
  const [code] = found.rows
  if (!code) throw commonErrors.notFound()
  if (!redeemCodeStates.may(code.state, to)) throw redeemErrors.wrongCodeState({ state: code.state })
  await sql`
    update redeem.codes
    set state = ${to}::text
    where tenant_id = ${tenantId}::bigint
      and id = ${codeId}::bigint`.execute(tx.db)
  tx.audit({
    action: `redeem.${VERBS[to]}_code`,
    objectKind: 'redeem_batch',
    objectId: code.batchId,
    detail: { codeId, reason },
  })
}
