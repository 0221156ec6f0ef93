import { z } from 'zod'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { GatewayAccount, RefundCall, RefundOutcome, RefundQueryOutcome } from '../../gateway.ts'
import { askStripe, unknown } from './client.ts'
import { toStripe } from './money.ts'

const LIST_MAX = 100
const LISTS_MAX = 5

export const refundShape = z.object({
  id: z.string(),
  status: z.string().nullable(),
  failure_reason: z.string().optional(),
  metadata: z.record(z.string(), z.string()).nullable().optional(),
})
type Refund = z.infer<typeof refundShape>

/**
 * Stripe keeps a key for repeats for 24 hours only, so a refund that may have been sent earlier is looked for first; the
 * key covers two that look at the same moment.
 */
export async function refund(outbound: Outbound, account: GatewayAccount, call: RefundCall): Promise<RefundOutcome> {
  const known = await queryRefund(outbound, account, call)
  if (known.kind !== 'not_found') return known
  const amount = toStripe(call.amountFen, call.currency)
  if (amount === undefined) {
    const message = `${call.amountFen} hundredths of ${call.currency} cannot be refunded`
    return { kind: 'refused', code: 'amount_not_chargeable', message }
  }
  const answer = await askStripe(outbound, account, (stripe) =>
    stripe.refunds.create(
      {
        payment_intent: call.tradeNo,
        amount,
        reason: 'requested_by_customer',
        metadata: { refund_no: call.refundNo, payment_no: call.paymentNo },
      },
      { idempotencyKey: call.refundNo },
    ),
  )
  if (answer.kind === 'missing') return { kind: 'refused', code: 'resource_missing', message: 'no such payment' }
  if (answer.kind !== 'answer') return answer
  const parsed = refundShape.safeParse(answer.value)
  return parsed.success ? outcomeOf(parsed.data) : unknown('the refund’s state is not readable')
}

/** Looks through the payment's refunds for our number. */
export async function queryRefund(
  outbound: Outbound,
  account: GatewayAccount,
  call: RefundCall,
): Promise<RefundQueryOutcome> {
  let after: string | undefined
  for (let list = 0; list < LISTS_MAX; list++) {
    const answer = await askStripe(outbound, account, (stripe) =>
      stripe.refunds.list({
        payment_intent: call.tradeNo,
        limit: LIST_MAX,
        ...(after !== undefined && { starting_after: after }),
      }),
    )
    if (answer.kind === 'missing') return { kind: 'not_found' }
    if (answer.kind !== 'answer') return answer
    const parsed = z.object({ data: z.array(refundShape), has_more: z.boolean() }).safeParse(answer.value)
    if (!parsed.success) return unknown('the list of refunds is not readable')
    const found = parsed.data.data.find((candidate) => candidate.metadata?.refund_no === call.refundNo)
    if (found) return outcomeOf(found)
    after = parsed.data.data.at(-1)?.id
    if (!parsed.data.has_more || after === undefined) return { kind: 'not_found' }
  }
  return unknown('too many refunds of one payment to look through')
}

export function outcomeOf(found: Refund): RefundOutcome {
  if (found.status === 'succeeded') return { kind: 'done' }
  if (found.status === 'pending' || found.status === 'requires_action') return { kind: 'accepted' }
  if (found.status === 'failed' || found.status === 'canceled') {
    const code = found.failure_reason ?? found.status
    return { kind: 'failed', code, message: `the refund ended as ${found.status}` }
  }
  return unknown(`the refund’s state is ${found.status}`)
}
