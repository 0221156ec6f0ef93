import { type BulkDetail, refusalOf } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { actorName, RUN_TASK } from '../model.ts'
import { getBulk } from '../queries/bulks.ts'

type Answer<T> =
  | ({ readonly ok: true } & T)
  | { readonly code: string; readonly params: Readonly<Record<string, unknown>> }

/** @throws the refusal of an answer, which undoes what was done before it */
function granted<T>(answer: Answer<T> | undefined): T {
  if (!answer) throw new Error('a function of bulk gave no answer')
  if ('code' in answer) throw refusalOf(answer.code, answer.params)
  return answer
}

/**
 * Sets the whole sum aside and lets a worker order line after line. The price is looked up once more before: it is ordered at
 * the total that was shown, or not at all.
 * @throws bulkErrors.wrongState, nothingToOrder, totalChanged; orders.balance_short; commonErrors.notFound
 */
export async function confirmBulk(
  { db }: Pick<Platform, 'db'>,
  ctx: Ctx,
  bulkId: number,
  totalFen: number,
): Promise<BulkDetail> {
  // Kept even when what follows is refused: whoever looks again sees today's price.
  await db.write(ctx, async (tx) => {
    await getBulk(tx, bulkId)
    await sql`select bulk.quote(${ctx.tenantId}::bigint, ${bulkId}::bigint)`.execute(tx.db)
  })
  return db.write(ctx, async (tx) => {
    const { rows } = await sql<{ answer: Answer<object> }>`
      select bulk.begin(
        ${ctx.tenantId}::bigint, ${bulkId}::bigint, ${totalFen}::bigint, ${actorName(ctx.actor)}::text
      ) as answer`.execute(tx.db)
    granted(rows[0]?.answer)
    const bulk = await getBulk(tx, bulkId)
    tx.audit({
      action: 'bulk.confirm',
      objectKind: 'bulk_order',
      objectId: bulkId,
      detail: { totalFen, lines: bulk.counts.waiting, payer: bulk.payer, memberId: bulk.memberId },
    })
    wakeWorker(tx, bulkId)
    return bulk
  })
}

const VERBS = { paused: 'pause', running: 'resume', cancelled: 'cancel' } as const

/**
 * Pauses, goes on, or cancels what is not ordered yet. A transaction that is ordering some is waited for; from the commit on no
 * line follows. @throws bulkErrors.wrongState; commonErrors.notFound
 */
export async function stopBulk(
  tx: Tx,
  bulkId: number,
  { to, reason }: { readonly to: keyof typeof VERBS; readonly reason: string },
): Promise<BulkDetail> {
  const { rows } = await sql<{ answer: Answer<{ stopped: number; freedFen: number }> }>`
    select bulk.stop(${tx.ctx.tenantId}::bigint, ${bulkId}::bigint, ${to}::text) as answer`.execute(tx.db)
  const { stopped, freedFen } = granted(rows[0]?.answer)
  tx.audit({
    action: `bulk.${VERBS[to]}`,
    objectKind: 'bulk_order',
    objectId: bulkId,
    detail: { reason, lines: stopped, ...(to === 'cancelled' ? { freedFen } : {}) },
  })
  if (to !== 'paused') wakeWorker(tx, bulkId)
  return getBulk(tx, bulkId)
}

/**
 * Lines that were refused, or given back since, are ordered once more, at the price that was agreed.
 * @param lines by number; null for all of them
 * @throws bulkErrors.wrongState, nothingToRetry; orders.balance_short; commonErrors.notFound
 */
export async function retryLines(tx: Tx, bulkId: number, lines: readonly number[] | null): Promise<BulkDetail> {
  const { rows } = await sql<{ answer: Answer<{ lines: number }> }>`
    select bulk.retry(${tx.ctx.tenantId}::bigint, ${bulkId}::bigint, ${lines}::integer[]) as answer`.execute(tx.db)
  const tried = granted(rows[0]?.answer)
  tx.audit({ action: 'bulk.retry', objectKind: 'bulk_order', objectId: bulkId, detail: { lines: tried.lines } })
  wakeWorker(tx, bulkId)
  return getBulk(tx, bulkId)
}

/** One job of a bulk order waits at a time. */
export function wakeWorker(tx: Tx, bulkId: number): void {
  tx.enqueue(RUN_TASK, { bulkId }, { key: String(bulkId) })
}
