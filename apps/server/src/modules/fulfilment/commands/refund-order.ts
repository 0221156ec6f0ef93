import { refusalOf } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { isSqlRefusal, type SqlRefusal } from '../model.ts'

export type RefundRequest = {
  readonly no: OrderNo
  /** null: everything that can be refunded. */
  readonly lineNo: number | null
  readonly to: 'source' | 'balance'
  readonly reason: string
  readonly actor: string
}

/**
 * Takes the right back (codes become void) and sends the money on its way; to the balance it is there at once.
 * @throws orders.nothing_to_refund, orders.balance_needs_member, common.not_found
 */
export async function refundOrder(
  tx: Tx,
  request: RefundRequest,
): Promise<{ readonly amountFen: number; readonly refundId: number }> {
  const { no, lineNo, to, reason, actor } = request
  const { rows } = await sql<{
    readonly answer: { readonly amountFen: number; readonly refundId: number } | SqlRefusal
  }>`
    select fulfilment.refund(${tx.ctx.tenantId}::bigint, ${no}::bigint, ${lineNo}::integer, ${to}, ${reason}, ${actor}) as answer
  `.execute(tx.db)
  const answer = rows[0]?.answer
  if (!answer) throw new Error('fulfilment.refund gave no answer')
  if (isSqlRefusal(answer)) throw refusalOf(answer.code, answer.params)
  tx.audit({
    action: 'order.refund',
    objectKind: 'order',
    objectId: no,
    detail: { lineNo, to, reason, amountFen: answer.amountFen },
  })
  return answer
}
