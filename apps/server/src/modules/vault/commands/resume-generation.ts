import { type BatchView, vaultErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { getBatch } from '../queries/batches.ts'
import { GENERATE_TASK } from './create-generation.ts'

/** Lets the job go on at once. @throws vaultErrors.wrongBatchState when nothing broke off, or it is an import */
export async function resumeGeneration(tx: Tx, batchId: number): Promise<BatchView> {
  const done = await sql`
    update vault.batches
    set state = 'importing',
        failure = null,
        heartbeat_at = now()
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${batchId}::bigint
      and origin = 'generated'
      and state = 'interrupted'`.execute(tx.db)
  const view = await getBatch(tx, batchId)
  if (!done.numAffectedRows) throw vaultErrors.wrongBatchState({ state: view.state })
  tx.audit({
    action: 'batch.resume_generation',
    objectKind: 'batch',
    objectId: batchId,
    detail: { made: view.imported, wanted: view.wanted },
  })
  tx.enqueue(GENERATE_TASK, { batchId }, { key: String(batchId) })
  return view
}
