import { z } from 'zod'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { GatewayAccount, RefundCall, RefundOutcome, RefundQueryOutcome } from '../../gateway.ts'
import { callWechat, clip, outcomeOf, unknown } from './wire.ts'

const REASON_BYTES_MAX = 80

const refunded = z.object({
  out_refund_no: z.string(),
  status: z.enum(['SUCCESS', 'CLOSED', 'PROCESSING', 'ABNORMAL']),
  amount: z.object({ refund: z.int() }),
})

/**
 * The answer only says that the refund was accepted; how it ended comes as a notice or on asking. A failed try is
 * repeated under its number, which never refunds twice.
 */
export async function refund(outbound: Outbound, account: GatewayAccount, call: RefundCall): Promise<RefundOutcome> {
  const reason = clip(call.reason, REASON_BYTES_MAX)
  const answer = await callWechat(outbound, account, {
    method: 'POST',
    path: '/v3/refund/domestic/refunds',
    value: {
      transaction_id: call.tradeNo,
      out_refund_no: call.refundNo,
      ...(reason !== '' && { reason }),
      notify_url: call.notifyUrl,
      amount: { refund: call.amountFen, total: call.totalFen, currency: call.currency },
    },
  })
  // The trade is there, we were told its number: the gateway's "not there" is a moment's confusion of its own.
  if (answer.kind === 'answer' && answer.code === 'RESOURCE_NOT_EXISTS') return unknown(answer.code)
  return outcomeOf<RefundOutcome>(answer, (value) => stateOf(call, value))
}

export async function queryRefund(
  outbound: Outbound,
  account: GatewayAccount,
  call: RefundCall,
): Promise<RefundQueryOutcome> {
  const path = `/v3/refund/domestic/refunds/${call.refundNo}`
  const answer = await callWechat(outbound, account, { method: 'GET', path })
  if (answer.kind === 'answer' && answer.code === 'RESOURCE_NOT_EXISTS') return { kind: 'not_found' }
  return outcomeOf<RefundQueryOutcome>(answer, (value) => stateOf(call, value))
}

function stateOf(call: RefundCall, value: unknown): RefundOutcome {
  const parsed = refunded.safeParse(value)
  if (!parsed.success) return unknown('the refund’s state is not readable')
  const { out_refund_no, status, amount } = parsed.data
  if (out_refund_no !== call.refundNo || amount.refund !== call.amountFen) {
    return unknown('the answer is about another refund')
  }
  if (status === 'SUCCESS') return { kind: 'done' }
  if (status === 'PROCESSING') return { kind: 'accepted' }
  return failure(status)
}

/** CLOSED: the money stayed with the merchant. ABNORMAL: the person's account takes none, it came back to the merchant. */
export const failure = (status: 'CLOSED' | 'ABNORMAL') =>
  ({
    kind: 'failed',
    code: `REFUND_${status}`,
    message: status === 'CLOSED' ? '退款关闭' : '退款异常，用户的账户无法收款，需人工处理',
  }) as const
