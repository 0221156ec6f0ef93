import { commonErrors, refusalOf } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { REFUND_TASK } from './send-refund.ts'

type Answer = { readonly ok: true } | { readonly code: string; readonly params: Readonly<Record<string, unknown>> }

/**
 * Lets a failed refund be asked again under the same number.
 * @throws commonErrors.notFound, payments.refund_not_failed, orders.refund_over_receipt when a payer's bank has had the money
 */
export async function retryRefund(tx: Tx, refundId: number, reason: string): Promise<void> {
  const { rows } = await sql<{ order_no: number; answer: Answer }>`
    select order_no, payments.retry_refund(tenant_id, id) as answer
    from payments.refunds
    where tenant_id = ${tx.ctx.tenantId}
      and id = ${refundId}
  `.execute(tx.db)
  const [refund] = rows
  if (!refund) throw commonErrors.notFound()
  if ('code' in refund.answer) throw refusalOf(refund.answer.code, refund.answer.params)
  tx.enqueue(REFUND_TASK, { refundId }, { key: String(refundId) })
  tx.audit({ action: 'refund.retry', objectKind: 'order', objectId: refund.order_no, detail: { refundId, reason } })
}
