import { fenToYuan, yuanToFen } from '@quanshu/kernel'
import { z } from 'zod'
import type {
  CloseOutcome,
  CreateOutcome,
  GatewayTrade,
  PaymentCall,
  PaymentGateway,
  QueryOutcome,
  RefundOutcome,
  RefundQueryOutcome,
  Refused,
  Unknown,
} from '../../gateway.ts'
import { beijingTime } from '../beijing-day.ts'
import { fetchBill } from './bill.ts'
import { readBill } from './bill-lines.ts'
import {
  type Biz,
  beijingTimestamp,
  callAlipay,
  knownOf,
  moneyOutcomeOf,
  outcomeOf,
  signedAddress,
  unknown,
} from './call.ts'
import { fields } from './fields.ts'
import { KeyUnreadable } from './keys.ts'
import { verifyNotice } from './notice.ts'
import { splits } from './splits.ts'

const precreated = z.object({ qr_code: z.string().min(1) })
const queried = z.object({
  trade_status: z.enum(['WAIT_BUYER_PAY', 'TRADE_CLOSED', 'TRADE_SUCCESS', 'TRADE_FINISHED']),
  trade_no: z.string().default(''),
  total_amount: z.string().default(''),
  send_pay_date: z.string().default(''),
})
const refunded = z.object({ fund_change: z.enum(['Y', 'N']) })
const refundQueried = z.object({
  refund_status: z.string().optional(),
  refund_amount: z.string().optional(),
  error_code: z.string().optional(),
})

/** What opens the pay page, by scene. */
const PAGES = {
  page: { method: 'alipay.trade.page.pay', product: 'FAST_INSTANT_TRADE_PAY' },
  h5: { method: 'alipay.trade.wap.pay', product: 'QUICK_WAP_WAY' },
} as const

/**
 * Alipay by its open platform, v2, with public keys. The official client signs; every call leaves through `Outbound`, and
 * every answer is checked before it is read.
 */
export const alipay: PaymentGateway = {
  id: 'alipay',
  name: { zh: '支付宝', en: 'Alipay' },
  baseUrl: 'https://openapi.alipay.com/gateway.do',
  merchantIdName: { zh: '应用 APPID', en: 'App ID' },
  fields,
  scenes: ['page', 'h5', 'qr'],
  currencies: ['CNY'],

  async create(outbound, account, payment): Promise<CreateOutcome> {
    const beside = { notify_url: payment.notifyUrl, return_url: payment.returnUrl }
    if (payment.scene === 'page' || payment.scene === 'h5') {
      const { method, product } = PAGES[payment.scene]
      const quit = payment.scene === 'h5' ? { quit_url: payment.returnUrl } : {}
      try {
        const url = signedAddress(account, method, { ...orderOf(payment), product_code: product, ...quit }, beside)
        return { kind: 'done', cashier: { way: 'redirect', url } }
      } catch (error) {
        if (error instanceof KeyUnreadable) return unknown(error.message)
        throw error
      }
    }
    if (payment.scene !== 'qr') return { kind: 'refused', code: 'SCENE_UNKNOWN', message: payment.scene }
    const ask = () =>
      callAlipay(outbound, account, 'alipay.trade.precreate', orderOf(payment), { notify_url: payment.notifyUrl })
    const first = await ask()
    // The same number with the same terms answers the same, so a person need not be bothered with one lost answer.
    return outcomeOf<CreateOutcome>(first.kind === 'unknown' ? await ask() : first, (value) => {
      const parsed = precreated.safeParse(value)
      if (!parsed.success) return unknown('no code to scan')
      return { kind: 'done', cashier: { way: 'qr', content: parsed.data.qr_code } }
    })
  },

  async query(outbound, account, { paymentNo }) {
    const answer = await callAlipay(outbound, account, 'alipay.trade.query', { out_trade_no: paymentNo })
    if (answer.kind === 'answer' && answer.subCode === 'ACQ.TRADE_NOT_EXIST') {
      return { kind: 'done', state: 'not_found', trades: [] }
    }
    return outcomeOf<QueryOutcome>(answer, queryOutcome)
  },

  async close(outbound, account, { paymentNo }): Promise<CloseOutcome> {
    const answer = await callAlipay(outbound, account, 'alipay.trade.close', { out_trade_no: paymentNo })
    // A page nobody opened or a code nobody scanned is no trade yet.
    if (answer.kind === 'answer' && answer.subCode === 'ACQ.TRADE_NOT_EXIST')
      return { kind: 'done', state: 'not_found' }
    if (answer.kind === 'answer' && /STATUS/.test(answer.subCode)) {
      // Paid or closed before: the refusal does not say which.
      const found = await alipay.query(outbound, account, { paymentNo })
      if (found.kind !== 'done') return found
      return found.state === 'waiting'
        ? unknown('still waiting, yet not to be closed')
        : { kind: 'done', state: found.state }
    }
    return outcomeOf<CloseOutcome>(answer, () => ({ kind: 'done', state: 'closed' }))
  },

  async refund(outbound, account, call): Promise<RefundOutcome> {
    const answer = await callAlipay(outbound, account, 'alipay.trade.refund', {
      ...tradeOf(call),
      out_request_no: call.refundNo,
      refund_amount: fenToYuan(call.amountFen),
      ...(call.reason !== '' && { refund_reason: call.reason.slice(0, 256) }),
    })
    return moneyOutcomeOf<RefundOutcome>(answer, (value) => {
      const parsed = refunded.safeParse(value)
      if (!parsed.success) return unknown('the refund’s state is not readable')
      // `N`: nothing moved just now. Either it did under this number before, or it is still being worked on.
      return { kind: parsed.data.fund_change === 'Y' ? 'done' : 'accepted' }
    })
  },

  async queryRefund(outbound, account, call): Promise<RefundQueryOutcome> {
    const answer = await callAlipay(outbound, account, 'alipay.trade.fastpay.refund.query', {
      ...tradeOf(call),
      out_request_no: call.refundNo,
    })
    if (answer.kind === 'answer' && answer.subCode === 'ACQ.TRADE_NOT_EXIST') return { kind: 'not_found' }
    return knownOf<RefundQueryOutcome>(answer, (value) => {
      const parsed = refundQueried.safeParse(value)
      if (!parsed.success) return unknown('the refund’s state is not readable')
      const { refund_status: status, refund_amount: amount, error_code: code } = parsed.data
      if (status === 'REFUND_SUCCESS') return { kind: 'done' }
      if (status === 'REFUND_FAIL')
        return { kind: 'failed', code: code ?? status, message: 'the gateway could not refund' }
      if (status) return { kind: 'accepted' }
      // Without a state: with an amount it is done, without one the gateway never heard of it.
      return { kind: amount ? 'done' : 'not_found' }
    })
  },

  verifyNotice,
  acknowledgement: { status: 200, contentType: 'text/plain', body: 'success' },
  rejection: { status: 400, contentType: 'text/plain', body: 'fail' },
  noticeHeaders: ['content-type'],
  bills: { fetch: fetchBill, read: readBill },
  splits,

  async test(outbound, account) {
    // An order that cannot be: the signed "does not exist" proves address, app and both keys.
    const answer = await callAlipay(outbound, account, 'alipay.trade.query', { out_trade_no: 'QUANSHUCONNECTIONTEST' })
    if (answer.kind === 'answer' && answer.subCode === 'ACQ.TRADE_NOT_EXIST') return { kind: 'done' }
    return outcomeOf<{ readonly kind: 'done' } | Refused | Unknown>(answer, () => ({ kind: 'done' }))
  },
}

function orderOf(payment: PaymentCall): Biz {
  return {
    out_trade_no: payment.paymentNo,
    total_amount: fenToYuan(payment.amountFen),
    // The gateway does not take these three.
    subject: payment.subject.replace(/[/=&]/g, ' ').slice(0, 128),
    time_expire: beijingTimestamp(payment.expiresAt.getTime()),
    ...(payment.split && { extend_params: { royalty_freeze: 'true' } }),
  }
}

const tradeOf = (call: { readonly paymentNo: string; readonly tradeNo: string }): Biz => ({
  out_trade_no: call.paymentNo,
  ...(call.tradeNo !== '' && { trade_no: call.tradeNo }),
})

function queryOutcome(value: Readonly<Record<string, unknown>>): QueryOutcome {
  const parsed = queried.safeParse(value)
  if (!parsed.success) return unknown('the trade’s state is not readable')
  const status = parsed.data.trade_status
  if (status === 'WAIT_BUYER_PAY') return { kind: 'done', state: 'waiting', trades: [] }
  // Never paid, or paid and wholly given back: there is no money of it with us.
  if (status === 'TRADE_CLOSED') return { kind: 'done', state: 'closed', trades: [] }
  const amountFen = yuanToFen(parsed.data.total_amount)
  const paidAt = beijingTime(parsed.data.send_pay_date)
  if (amountFen === undefined || !paidAt || parsed.data.trade_no === '') return unknown('the trade is not readable')
  const trade: GatewayTrade = { tradeNo: parsed.data.trade_no, amountFen, currency: 'CNY', paidAt }
  return { kind: 'done', state: 'paid', trades: [trade] }
}
