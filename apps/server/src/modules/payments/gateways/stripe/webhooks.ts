import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { GatewayAccount, NoticeVerdict, RawNotice } from '../../gateway.ts'
import { fromStripe } from './money.ts'
import { outcomeOf, refundShape } from './refunds.ts'

/** Stripe's own tolerance; we hold it either way. */
const AGE_SECONDS_MAX = 300
const PAYMENT_NO = /^[0-9A-Z]{16,20}$/

const event = z.object({
  type: z.string(),
  created: z.int(),
  livemode: z.boolean(),
  /** Only on events of accounts connected to this one. */
  account: z.string().optional(),
  data: z.object({ object: z.record(z.string(), z.unknown()) }),
})
const metadata = z.record(z.string(), z.string()).nullable().optional()
const session = z.object({
  client_reference_id: z.string().nullable(),
  payment_status: z.string(),
  amount_total: z.int().nonnegative(),
  currency: z.string(),
  payment_intent: z.string(),
  metadata,
})
const dispute = z.object({
  id: z.string(),
  amount: z.int().positive(),
  currency: z.string(),
  payment_intent: z.string().nullable(),
  reason: z.string(),
  status: z.string(),
})

const NOTHING: NoticeVerdict = { ok: true, about: 'nothing' }
const MALFORMED: NoticeVerdict = { ok: false, verdict: 'malformed' }

/**
 * An event. Genuine ones that are not about money of ours (another page of the same account, a refund made by hand, a
 * payment still under way) are `nothing`, else Stripe would send them for three days and then switch the address off.
 */
export function verifyNotice(account: GatewayAccount, notice: RawNotice, now: Date): NoticeVerdict {
  const at = signedAt(account, notice)
  if (at === undefined) return { ok: false, verdict: 'bad_signature' }
  if (Math.abs(now.getTime() / 1000 - at) > AGE_SECONDS_MAX) return { ok: false, verdict: 'stale' }
  const parsed = event.safeParse(parseJson(notice.body))
  if (!parsed.success) return MALFORMED
  const { type, account: connected, livemode, created, data } = parsed.data
  if (connected !== undefined && connected !== account.merchantId) return { ok: false, verdict: 'wrong_merchant' }
  if (livemode !== isLive(account)) return { ok: false, verdict: 'wrong_merchant' }
  switch (type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return paymentOf(data.object, created)
    case 'refund.updated':
    case 'refund.failed':
    case 'charge.refund.updated':
      return refundOf(data.object)
    case 'charge.dispute.created':
    case 'charge.dispute.closed':
      return disputeOf(data.object)
    default:
      return NOTHING
  }
}

/**
 * When the message was signed, or undefined when no signature over these bytes is ours. The header may carry several
 * signatures, and the account several secrets, one a line, while one replaces the other.
 */
function signedAt(account: GatewayAccount, notice: RawNotice): number | undefined {
  const header = notice.headers['stripe-signature']
  if (typeof header !== 'string') return undefined
  const items = header.split(',').map((item) => item.split('='))
  const times = items.filter(([name]) => name === 't').map(([, value]) => value ?? '')
  const [time] = times
  if (time === undefined || times.length > 1 || !/^\d{9,11}$/.test(time)) return undefined
  const given = items.filter(([name]) => name === 'v1').map(([, value]) => Buffer.from(value ?? '', 'hex'))
  for (const secret of (account.secrets.webhookSecret ?? '').split(/\s+/).filter((line) => line !== '')) {
    const expected = createHmac('sha256', secret).update(`${time}.`).update(notice.body).digest()
    if (given.some((each) => each.length === expected.length && timingSafeEqual(each, expected))) return Number(time)
  }
  return undefined
}

const isLive = (account: GatewayAccount): boolean => !/^[a-z]+_test_/.test(account.secrets.secretKey ?? '')

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function paymentOf(object: unknown, created: number): NoticeVerdict {
  // A page in another mode has no payment: subscriptions, saved cards.
  const parsed = session.safeParse(object)
  if (!parsed.success) return NOTHING
  const { client_reference_id: paymentNo, payment_status, metadata: marks, payment_intent } = parsed.data
  // Ours carries the number twice. A payment link may put anything into the first.
  if (paymentNo === null || marks?.payment_no !== paymentNo) return NOTHING
  if (!PAYMENT_NO.test(paymentNo)) return MALFORMED
  if (payment_status !== 'paid') return NOTHING
  const currency = parsed.data.currency.toUpperCase()
  const amountFen = fromStripe(parsed.data.amount_total, currency)
  if (amountFen === undefined) return MALFORMED
  const paidAt = new Date(created * 1000).toISOString()
  return { ok: true, about: 'payment', paymentNo, tradeNo: payment_intent, amountFen, currency, paidAt }
}

function refundOf(object: unknown): NoticeVerdict {
  const parsed = refundShape.safeParse(object)
  if (!parsed.success) return MALFORMED
  const refundNo = parsed.data.metadata?.refund_no
  if (refundNo === undefined) return NOTHING
  const outcome = outcomeOf(parsed.data)
  if (outcome.kind !== 'done' && outcome.kind !== 'failed') return NOTHING
  return { ok: true, about: 'refund', refundNo, outcome }
}

/** An inquiry (`warning_…`) takes no money, and `prevented` ends in a refund of its own. */
function disputeOf(object: unknown): NoticeVerdict {
  const parsed = dispute.safeParse(object)
  if (!parsed.success) return MALFORMED
  const { id, payment_intent: tradeNo, status, reason } = parsed.data
  const state = ({ needs_response: 'opened', under_review: 'opened', lost: 'lost', won: 'won' } as const)[status]
  if (tradeNo === null || state === undefined) return NOTHING
  const amountFen = fromStripe(parsed.data.amount, parsed.data.currency.toUpperCase())
  if (amountFen === undefined) return MALFORMED
  return { ok: true, about: 'chargeback', disputeNo: id, tradeNo, amountFen, state, reason }
}
