import { type BatchView, refusalOf } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { FOLLOW_TASK, getBatch } from '../../vault/index.ts'
import { isSqlRefusal, type SqlRefusal } from '../model.ts'

/** Takes a recalled batch off the shelf, finds what was delivered of it, and does what was chosen for it. */
export const RECALL_TASK = 'fulfilment.recall'

type Answer = { readonly skuId: number } | SqlRefusal

/**
 * Recalls a batch whose source proved bad. With the commit nothing more of it is picked; a job moves its cards and lists
 * its delivered pieces.
 * @throws vaultErrors.wrongBatchState, commonErrors.notFound
 */
export async function recallBatch(
  tx: Tx,
  batchId: number,
  { reason, evidence }: { readonly reason: string; readonly evidence: string },
  actor: string,
): Promise<BatchView> {
  const { skuId } = await answered(
    tx,
    sql`fulfilment.recall_batch(${tx.ctx.tenantId}::bigint, ${batchId}::bigint, ${reason}, ${evidence}, ${actor})`,
  )
  tx.audit({ action: 'batch.recall', objectKind: 'batch', objectId: batchId, detail: { reason, evidence } })
  tx.emit({ type: 'batch.suspended', subject: `batch:${batchId}`, payload: { batchId, skuId, reason } })
  queueRecall(tx, batchId)
  return getBatch(tx, batchId)
}

/** One job a recall: what is chosen while it runs, it does too. */
export function queueRecall(tx: Tx, batchId: number): void {
  tx.enqueue(RECALL_TASK, { batchId }, { key: String(batchId) })
}

/**
 * Everything delivered is decided: the pieces that were never delivered become void, and the batch is done with.
 * @throws vaultErrors.recallUnfinished, recallListing, wrongBatchState; commonErrors.notFound
 */
export async function closeRecall(tx: Tx, batchId: number, note: string, actor: string): Promise<void> {
  const { skuId } = await end(tx, batchId, 'recalled', note, actor)
  tx.audit({ action: 'batch.recall_close', objectKind: 'batch', objectId: batchId, detail: { note } })
  tx.enqueue(FOLLOW_TASK, { batchId, skuId, from: 'suspect', to: 'void' })
}

/**
 * The source proved good: the batch is suspended as before, and whoever may can sell it again. What was put right stays so;
 * what was only queued is not done, and buyers of codes that nothing became of are told that these are good.
 * @throws vaultErrors.wrongBatchState, commonErrors.notFound
 */
export async function withdrawRecall(tx: Tx, batchId: number, note: string, actor: string): Promise<void> {
  await end(tx, batchId, 'suspended', note, actor)
  tx.audit({ action: 'batch.recall_withdraw', objectKind: 'batch', objectId: batchId, detail: { note } })
  queueRecall(tx, batchId)
}

const end = (tx: Tx, batchId: number, to: 'recalled' | 'suspended', note: string, actor: string) =>
  answered(tx, sql`fulfilment.close_recall(${tx.ctx.tenantId}::bigint, ${batchId}::bigint, ${to}, ${note}, ${actor})`)

async function answered(tx: Tx, call: ReturnType<typeof sql>): Promise<{ readonly skuId: number }> {
  const { rows } = await sql<{ readonly answer: Answer }>`select ${call} as answer`.execute(tx.db)
  const answer = rows[0]?.answer
  if (!answer) throw new Error('a recall gave no answer')
  if (isSqlRefusal(answer)) throw refusalOf(answer.code, answer.params)
  return answer
}
