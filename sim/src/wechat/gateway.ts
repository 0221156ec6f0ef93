import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { type Books, keyOf, type Payment, type Refund, type RefundStatus, type Trade, type TradeType } from './books.ts'
import type { WechatFaultKind } from './faults.ts'
import { WechatError } from './fields.ts'

export type CreateInput = {
  readonly appid: string
  readonly outTradeNo: string
  readonly tradeType: TradeType
  readonly description: string
  readonly attach: string
  readonly notifyUrl: string
  readonly total: number
  readonly currency: string
  readonly openid: string
  readonly profitSharing: boolean
  /** Machine time; two hours when the caller named none. */
  readonly expiresAtMs: number | undefined
}
export type RefundInput = {
  readonly outRefundNo: string
  readonly transactionId: string | undefined
  readonly outTradeNo: string | undefined
  readonly amount: number
  readonly total: number
  readonly notifyUrl: string
}

/** The gateway's business, without any wire. Every refusal is a `WechatError`. */
export type Gateway = {
  readonly create: (mchid: string, input: CreateInput) => Payment
  readonly find: (mchid: string, outTradeNo: string) => Payment
  readonly findTransaction: (mchid: string, transactionId: string) => Payment
  readonly close: (mchid: string, outTradeNo: string) => void
  /** What the cashier does when a person presses pay. `late` takes the money even when the order is closed. */
  readonly pay: (payment: Payment, options?: PayOptions) => Trade
  readonly refund: (mchid: string, input: RefundInput) => Refund
  readonly findRefund: (mchid: string, outRefundNo: string) => Refund
  /** Ends a refund that was accepted; ABNORMAL may still become SUCCESS or CLOSED by hand. False: it had ended before. */
  readonly endRefund: (refund: Refund, status: RefundStatus) => boolean
}
export type PayOptions = { readonly late?: boolean; readonly openid?: string; readonly paidAtMs?: number }

export type GatewayParts = {
  readonly books: Books
  readonly clock: VirtualClock
  readonly faults: FaultSwitch<WechatFaultKind>
  /** Called when a refund has ended; resolves when the merchant has been told. */
  readonly onRefundEnded: (refund: Refund) => Promise<void>
}

export function openGateway(parts: GatewayParts): Gateway {
  const { books, clock, faults } = parts

  const find = (mchid: string, outTradeNo: string): Payment => {
    const payment = books.payments.get(keyOf(mchid, outTradeNo))
    if (!payment) throw new WechatError(404, 'ORDER_NOT_EXIST', '订单不存在')
    if (payment.state === 'NOTPAY' && clock.now() >= payment.expiresAtMs) {
      payment.state = 'CLOSED'
      books.save('payment', payment)
    }
    return payment
  }

  // What was under way when the process died goes on.
  for (const refund of books.refunds.values()) if (refund.status === 'PROCESSING') settleLater(parts, refund)

  return {
    find,
    findTransaction: (mchid, transactionId) => {
      const payment = books.paymentsByTransaction.get(keyOf(mchid, transactionId))
      if (!payment) throw new WechatError(404, 'ORDER_NOT_EXIST', '订单不存在')
      return payment
    },
    create: (mchid, input) => create(parts, find, mchid, input),
    close: (mchid, outTradeNo) => {
      const payment = find(mchid, outTradeNo)
      if (payment.trade) throw new WechatError(400, 'ORDERPAID', '该订单已支付')
      if (payment.state === 'CLOSED') throw new WechatError(400, 'ORDER_CLOSED', '订单已关闭')
      payment.state = 'CLOSED'
      books.save('payment', payment)
    },
    pay: (payment, options = {}) => {
      const { state } = find(payment.mchid, payment.outTradeNo)
      if (payment.trade) throw new WechatError(400, 'ORDERPAID', '该订单已支付')
      const late = options.late || (state === 'CLOSED' && faults.take('pay.late', { key: payment.outTradeNo }))
      if (state === 'CLOSED' && !late) throw new WechatError(400, 'ORDER_CLOSED', '订单已关闭')
      const trade: Trade = {
        transactionId: books.nextNo('42000', 28),
        // Times on the wire are the machine's; only deadlines follow the gateway's clock.
        paidAtMs: options.paidAtMs ?? Date.now(),
        openid: options.openid ?? (payment.openid || `oSim${books.nextToken().slice(0, 24)}`),
      }
      payment.trade = trade
      payment.state = 'SUCCESS'
      payment.frozen = payment.profitSharing ? payment.total : 0
      books.save('payment', payment)
      return trade
    },
    refund: (mchid, input) => refund(parts, mchid, input),
    findRefund: (mchid, outRefundNo) => {
      const found = books.refunds.get(keyOf(mchid, outRefundNo))
      if (!found) throw new WechatError(404, 'RESOURCE_NOT_EXISTS', '退款单不存在')
      return found
    },
    endRefund: (made, status) => endRefund(parts, made, status),
  }
}

const OPEN_MS = 2 * 3_600_000

function create(
  { books, clock }: GatewayParts,
  find: (mchid: string, outTradeNo: string) => Payment,
  mchid: string,
  input: CreateInput,
): Payment {
  if (books.merchants.get(mchid)?.appid !== input.appid) {
    throw new WechatError(400, 'APPID_MCHID_NOT_MATCH', 'appid和mchid不匹配，请检查后再试')
  }
  const terms = JSON.stringify(input)
  const existing = books.payments.get(keyOf(mchid, input.outTradeNo))
  if (existing && existing.terms !== terms) throw new WechatError(403, 'OUT_TRADE_NO_USED', '商户订单号重复')
  if (existing) {
    const { state, trade } = find(mchid, input.outTradeNo)
    if (trade) throw new WechatError(400, 'ORDERPAID', '该订单已支付')
    if (state === 'CLOSED') throw new WechatError(400, 'ORDER_CLOSED', '订单已关闭')
    return existing
  }
  const payment: Payment = {
    ...input,
    mchid,
    terms,
    expiresAtMs:
      input.expiresAtMs === undefined ? clock.now() + OPEN_MS : clock.now() + (input.expiresAtMs - Date.now()),
    createdAtMs: clock.now(),
    prepayId: `wx${books.nextNo('', 16)}${books.nextToken().slice(0, 18)}`,
    token: books.nextToken(),
    state: 'NOTPAY',
    refunded: 0,
    frozen: 0,
  }
  books.save('payment', payment)
  return payment
}

function refund(parts: GatewayParts, mchid: string, input: RefundInput): Refund {
  const { books, faults } = parts
  const existing = books.refunds.get(keyOf(mchid, input.outRefundNo))
  const payment = paymentToRefund(books, mchid, input)
  if (existing && (existing.transactionId !== payment.trade?.transactionId || existing.amount !== input.amount)) {
    throw new WechatError(400, 'INVALID_REQUEST', '订单金额或退款金额与之前请求不一致，请核实后再试')
  }
  if (existing) return existing
  if (!payment.trade) throw new WechatError(400, 'INVALID_REQUEST', '订单未支付')
  if (input.total !== payment.total) {
    throw new WechatError(400, 'INVALID_REQUEST', '订单总金额与退款申请的总金额不一致，请核实后再试')
  }
  if (payment.refunded === payment.total) throw new WechatError(400, 'INVALID_REQUEST', '订单已全额退款')
  if (payment.refunded + input.amount > payment.total) {
    throw new WechatError(400, 'INVALID_REQUEST', '申请退款金额超过订单可退金额')
  }
  if (faults.take('refund.reject', { key: payment.outTradeNo })) {
    throw new WechatError(403, 'NOT_ENOUGH', '基本账户余额不足，请充值后重新发起')
  }
  const made: Refund = {
    mchid,
    outRefundNo: input.outRefundNo,
    refundId: books.nextNo('50302', 29),
    outTradeNo: payment.outTradeNo,
    transactionId: payment.trade.transactionId,
    amount: input.amount,
    total: payment.total,
    notifyUrl: input.notifyUrl,
    createdAtMs: Date.now(),
    status: 'PROCESSING',
  }
  payment.refunded += input.amount
  payment.state = 'REFUND'
  books.save('payment', payment)
  books.save('refund', made)
  settleLater(parts, made)
  return made
}

function paymentToRefund(books: Books, mchid: string, input: RefundInput): Payment {
  const payment =
    input.transactionId === undefined
      ? books.payments.get(keyOf(mchid, input.outTradeNo ?? ''))
      : books.paymentsByTransaction.get(keyOf(mchid, input.transactionId))
  if (!payment) throw new WechatError(404, 'RESOURCE_NOT_EXISTS', '订单号不存在')
  return payment
}

/** How a refund ends: at once unless a switch says otherwise. The first answer is PROCESSING in any case, as in life. */
function settleLater(parts: GatewayParts, made: Refund): void {
  const at = { key: made.outTradeNo }
  const { clock, faults } = parts
  const failing = faults.take('refund.fail_later', at)
  const closing = failing ? undefined : faults.take('refund.close_later', at)
  const slow = failing ?? closing ?? faults.take('refund.slow', at)
  const status = failing ? 'ABNORMAL' : closing ? 'CLOSED' : 'SUCCESS'
  clock.at(clock.now() + (slow ? (slow.ms ?? 60_000) : REFUND_MS), async () => {
    if (endRefund(parts, made, status)) await parts.onRefundEnded(made)
  })
}

/** Without a switch a refund is through a moment after it was accepted. */
const REFUND_MS = 20

function endRefund({ books }: GatewayParts, made: Refund, status: RefundStatus): boolean {
  if (made.status === 'SUCCESS' || made.status === 'CLOSED' || made.status === status) return false
  made.status = status
  if (status === 'SUCCESS') made.successAtMs = Date.now()
  books.save('refund', made)
  const payment = books.payments.get(keyOf(made.mchid, made.outTradeNo))
  if (status !== 'CLOSED' || !payment) return true
  // Closed: the money never left the merchant, and may be refunded again. Abnormal: it left and came back to his account.
  payment.refunded -= made.amount
  if (payment.refunded === 0) payment.state = 'SUCCESS'
  books.save('payment', payment)
  return true
}
