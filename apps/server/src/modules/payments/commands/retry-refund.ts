import { commonErrors, paymentErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { REFUND_TASK } from './send-refund.ts'

/**
 * Lets a failed refund be asked again under the same number.
 * @throws commonErrors.notFound, paymentErrors.refundNotFailed
 */
export async function retryRefund(tx: Tx, refundId: number, reason: string): Promise<void> {
  const { rows } = await sql<{ order_no: number; retried: boolean }>`
    select order_no, payments.retry_refund(tenant_id, id)::boolean as retried
    from payments.refunds
    where tenant_id = ${tx.ctx.tenantId}
      and id = ${refundId}
  `.execute(tx.db)
  const [refund] = rows
  if (!refund) throw commonErrors.notFound()
  if (!refund.retried) throw paymentErrors.refundNotFailed()
  tx.enqueue(REFUND_TASK, { refundId }, { key: String(refundId) })
  tx.audit({ action: 'refund.retry', objectKind: 'order', objectId: refund.order_no, detail: { refundId, reason } })
}
