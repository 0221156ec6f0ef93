import { z } from 'zod'
import type {
  CloseOutcome,
  CreateOutcome,
  GatewayTrade,
  NoticeVerdict,
  PaymentGateway,
  QueryOutcome,
  RefundQueryOutcome,
  Refused,
  Unknown,
} from '../gateway.ts'
import { bills } from './sim-pay-bill.ts'
import { callSimPay, isGenuine, isRecent, parseObject, type SimPayAnswer, textOf, unknown } from './sim-pay-wire.ts'

const trade = z.object({
  trade_no: z.string().regex(/^[0-9A-Za-z]{1,64}$/),
  amount: z.int().positive(),
  currency: z.string().regex(/^[A-Z]{3}$/),
  paid_at: z.iso.datetime({ offset: true }),
})
const created = z.object({ cashier_url: z.url() })
const queried = z.object({ status: z.enum(['WAIT', 'PAID', 'CLOSED']), trades: z.array(trade) })
const refunded = z.object({ status: z.enum(['PROCESSING', 'SUCCESS', 'FAILED']), fail_reason: z.string().optional() })
const notice = trade.extend({
  event: z.string(),
  merchant_id: z.string(),
  out_trade_no: z.string().min(1).max(64),
})

/** The stand-in gateway's protocol (`sim/src/paygate/README.md`), written from its description and not from its code. */
export const simPay: PaymentGateway = {
  id: 'sim-pay',
  name: { zh: '仿真支付', en: 'Sim Pay' },
  baseUrl: '',
  merchantIdName: { zh: '商户号', en: 'Merchant id' },
  fields: [{ key: 'secret', name: { zh: '商户密钥', en: 'Merchant secret' }, secret: true, required: true }],
  scenes: ['page', 'h5'],
  currencies: ['CNY'],

  async create(outbound, account, payment) {
    const body = {
      out_trade_no: payment.paymentNo,
      amount: payment.amountFen,
      currency: payment.currency,
      subject: payment.subject,
      notify_url: payment.notifyUrl,
      return_url: payment.returnUrl,
      expires_at: payment.expiresAt.toISOString(),
    }
    const first = await callSimPay(outbound, account, 'POST', '/v1/payments', body)
    // The same number with the same terms answers the same, so a person need not be bothered with one lost answer.
    const answer = first.kind === 'unknown' ? await callSimPay(outbound, account, 'POST', '/v1/payments', body) : first
    return outcomeOf<CreateOutcome>(answer, (value) => {
      const parsed = created.safeParse(value)
      return parsed.success
        ? { kind: 'done', cashier: { way: 'redirect', url: parsed.data.cashier_url } }
        : unknown('no cashier address')
    })
  },

  async query(outbound, account, { paymentNo }) {
    const answer = await callSimPay(outbound, account, 'GET', `/v1/payments/${paymentNo}`)
    if (answer.kind === 'answer' && answer.code === 'ORDER_NOT_FOUND')
      return { kind: 'done', state: 'not_found', trades: [] }
    return outcomeOf<QueryOutcome>(answer, (value) => {
      const parsed = queried.safeParse(value)
      if (!parsed.success) return unknown('the payment’s state is not readable')
      const state = ({ WAIT: 'waiting', PAID: 'paid', CLOSED: 'closed' } as const)[parsed.data.status]
      return { kind: 'done', state, trades: parsed.data.trades.map(tradeOf) }
    })
  },

  async close(outbound, account, { paymentNo }) {
    const answer = await callSimPay(outbound, account, 'POST', `/v1/payments/${paymentNo}/close`)
    if (answer.kind === 'answer' && answer.code === 'ORDER_NOT_FOUND') return { kind: 'done', state: 'not_found' }
    if (answer.kind === 'answer' && answer.code === 'ALREADY_PAID') return { kind: 'done', state: 'paid' }
    return outcomeOf<CloseOutcome>(answer, () => ({ kind: 'done', state: 'closed' }))
  },

  async refund(outbound, account, call) {
    const answer = await callSimPay(outbound, account, 'POST', '/v1/refunds', {
      out_refund_no: call.refundNo,
      out_trade_no: call.paymentNo,
      trade_no: call.tradeNo,
      amount: call.amountFen,
      reason: call.reason.slice(0, 80),
    })
    return outcomeOf(answer, refundStateOf)
  },

  async queryRefund(outbound, account, call) {
    const answer = await callSimPay(outbound, account, 'GET', `/v1/refunds/${call.refundNo}`)
    if (answer.kind === 'answer' && answer.code === 'REFUND_NOT_FOUND') return { kind: 'not_found' }
    return outcomeOf<RefundQueryOutcome>(answer, refundStateOf)
  },

  verifyNotice(account, raw, now): NoticeVerdict {
    if (textOf(raw.headers['x-pay-signature']) === '') return { ok: false, verdict: 'bad_signature' }
    if (textOf(raw.headers['x-pay-merchant']) !== account.merchantId) return { ok: false, verdict: 'wrong_merchant' }
    if (!isGenuine(account, raw)) return { ok: false, verdict: 'bad_signature' }
    if (!isRecent(raw.headers, now)) return { ok: false, verdict: 'stale' }
    const parsed = notice.safeParse(parseObject(raw.body))
    if (!parsed.success) return { ok: false, verdict: 'malformed' }
    if (parsed.data.merchant_id !== account.merchantId) return { ok: false, verdict: 'wrong_merchant' }
    if (parsed.data.event !== 'PAYMENT.SUCCESS') return { ok: false, verdict: 'not_paid' }
    return { ok: true, about: 'payment', paymentNo: parsed.data.out_trade_no, ...tradeOf(parsed.data) }
  },

  acknowledgement: { status: 200, contentType: 'text/plain', body: 'success' },
  rejection: { status: 400, contentType: 'text/plain', body: 'fail' },
  bills,
  noticeHeaders: ['x-pay-merchant', 'x-pay-timestamp', 'x-pay-nonce', 'x-pay-signature'],

  async test(outbound, account) {
    const answer = await callSimPay(outbound, account, 'GET', '/v1/ping')
    return outcomeOf<{ readonly kind: 'done' } | Refused | Unknown>(answer, () => ({ kind: 'done' }))
  },
}

/** A signed `OK` goes to `read`; a signed other code is the gateway's definite no. */
function outcomeOf<T>(
  answer: SimPayAnswer | Unknown,
  read: (value: SimPayAnswer['value']) => T,
): T | Refused | Unknown {
  if (answer.kind === 'unknown') return answer
  if (answer.code === 'OK') return read(answer.value)
  return { kind: 'refused', code: answer.code, message: String(answer.value.message ?? '') }
}

function tradeOf(value: z.infer<typeof trade>): GatewayTrade {
  return { tradeNo: value.trade_no, amountFen: value.amount, currency: value.currency, paidAt: value.paid_at }
}

function refundStateOf(
  value: SimPayAnswer['value'],
): { readonly kind: 'done' } | { readonly kind: 'accepted' } | Refused | Unknown {
  const parsed = refunded.safeParse(value)
  if (!parsed.success) return unknown('the refund’s state is not readable')
  if (parsed.data.status === 'SUCCESS') return { kind: 'done' }
  if (parsed.data.status === 'PROCESSING') return { kind: 'accepted' }
  return { kind: 'refused', code: parsed.data.fail_reason ?? 'REFUND_FAILED', message: 'the gateway could not refund' }
}
