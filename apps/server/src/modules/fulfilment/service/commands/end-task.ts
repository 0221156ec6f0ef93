import type { OrderNo } from '@quanshu/kernel'
import { Refusal } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../../platform/db/index.ts'
import { refundOrder } from '../../commands/refund-order.ts'
import { askSql, said } from '../ask-sql.ts'
import type { Worker } from '../model.ts'

type Ended = { readonly orderNo: OrderNo; readonly lineNo: number; readonly refund?: boolean }

/**
 * Finishes a task with its proof: the line is delivered, the right is the buyer's and the price is earned.
 * @throws service.taken, service.wrong_state, common.not_found
 */
export async function finishTask(
  tx: Tx,
  taskId: number,
  { proof, pictureIds }: { readonly proof: string; readonly pictureIds: readonly number[] },
  worker: Worker,
): Promise<void> {
  const pictures = [...new Set(pictureIds)]
  await askSql<Ended>(
    tx,
    sql`fulfilment.finish_task(${tx.ctx.tenantId}::bigint, ${taskId}::bigint, ${said(worker, { proof, pictures })}::jsonb)`,
  )
  tx.audit({
    action: 'service.finish',
    objectKind: 'task',
    objectId: taskId,
    detail: { pictures: pictures.length },
  })
}

/**
 * Rejects a task. The line is an exception then; where the rule of the service says so its money goes back at once, and what
 * cannot go back, or waits for a second person, stays on the desk.
 * @throws service.taken, service.wrong_state, common.not_found
 */
export async function rejectTask(tx: Tx, taskId: number, reason: string, worker: Worker): Promise<void> {
  const { orderNo, lineNo, refund } = await askSql<Ended>(
    tx,
    sql`fulfilment.reject_task(${tx.ctx.tenantId}::bigint, ${taskId}::bigint, ${said(worker, { reason })}::jsonb)`,
  )
  tx.audit({ action: 'service.reject', objectKind: 'task', objectId: taskId, detail: { reason } })
  if (!refund) return
  try {
    await refundOrder(tx, { no: orderNo, lineNo, to: 'source', reason, actor: worker })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}
