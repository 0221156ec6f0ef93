import { refusalOf } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Database, Tx } from '../../../platform/db/index.ts'
import { getBatch } from '../../vault/index.ts'
import { isSqlRefusal, type SqlRefusal } from '../model.ts'
import { queueRecall } from './recall-batch.ts'

export type RecallChoice = {
  readonly action: 'replace' | 'refund' | 'leave'
  readonly to: 'source' | 'balance'
  /** Null: every piece that waits for a decision. */
  readonly grantIds: readonly number[] | null
  readonly reason: string
}
type Actor = { readonly staffId: StaffId; readonly name: string }

/** Pieces of one transaction; a batch may have delivered a million. */
const PIECES_PER_CALL = 10_000

/**
 * Says what is to become of delivered pieces of a recalled batch; the recall's job does it. Pieces that are done, or on
 * their way, are passed over.
 * @returns how many were chosen
 * @throws vaultErrors.wrongBatchState, recallListing; commonErrors.notFound
 */
export async function chooseRecalled(
  { db }: { readonly db: Pick<Database, 'write'> },
  ctx: Ctx,
  batchId: number,
  choice: RecallChoice,
  actor: Actor,
): Promise<number> {
  for (let total = 0; ; ) {
    const chosen = await db.write(ctx, (tx) => chooseSome(tx, batchId, choice, actor))
    total += chosen
    if (chosen < PIECES_PER_CALL) return total
  }
}

async function chooseSome(tx: Tx, batchId: number, choice: RecallChoice, actor: Actor): Promise<number> {
  await getBatch(tx, batchId)
  const { action, to, grantIds, reason } = choice
  const said = { action, to, grants: grantIds, reason, actor: actor.name, staffId: actor.staffId }
  const { rows } = await sql<{ readonly answer: { readonly chosen: number } | SqlRefusal }>`
    select fulfilment.choose_recalled(
      ${tx.ctx.tenantId}::bigint, ${batchId}::bigint, ${JSON.stringify(said)}::jsonb, ${PIECES_PER_CALL}::integer
    ) as answer`.execute(tx.db)
  const answer = rows[0]?.answer
  if (!answer) throw new Error('fulfilment.choose_recalled gave no answer')
  if (isSqlRefusal(answer)) throw refusalOf(answer.code, answer.params)
  if (answer.chosen === 0) return 0
  tx.audit({
    action: 'batch.recall_handle',
    objectKind: 'batch',
    objectId: batchId,
    detail: { action, ...(action === 'refund' ? { to } : {}), pieces: answer.chosen, all: grantIds === null, reason },
  })
  if (action !== 'leave') queueRecall(tx, batchId)
  return answer.chosen
}
