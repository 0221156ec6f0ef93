import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { type Books, keyOf, type Payment, type Refund, type Trade } from './books.ts'
import type { PaygateFaultKind } from './faults.ts'

/** An answer of the gateway that is not a success; `status` is the HTTP status it travels with. */
export class GatewayError extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, status: number, message: string) {
    super(message)
    this.code = code
    this.status = status
  }
}

export type CreateInput = {
  readonly outTradeNo: string
  readonly amount: number
  readonly currency: string
  readonly subject: string
  readonly notifyUrl: string
  readonly returnUrl: string
  readonly expiresAtMs: number
}
export type RefundInput = {
  readonly outRefundNo: string
  readonly outTradeNo: string
  readonly tradeNo: string
  readonly amount: number
  readonly reason: string
}

/** The gateway's business, without any wire. */
export type Gateway = {
  readonly create: (merchantId: string, input: CreateInput) => Payment
  readonly find: (merchantId: string, outTradeNo: string) => Payment
  readonly close: (merchantId: string, outTradeNo: string) => Payment
  /** What the cashier does when a person presses pay. `late` takes the money even when the order is closed. */
  readonly pay: (
    payment: Payment,
    options?: { readonly late?: boolean; readonly paidAtMs?: number },
  ) => readonly Trade[]
  readonly refund: (merchantId: string, input: RefundInput) => Refund
  readonly findRefund: (merchantId: string, outRefundNo: string) => Refund
}

export function openGateway(books: Books, clock: VirtualClock, faults: FaultSwitch<PaygateFaultKind>): Gateway {
  const find = (merchantId: string, outTradeNo: string): Payment => {
    const payment = books.payments.get(keyOf(merchantId, outTradeNo))
    if (!payment) throw new GatewayError('ORDER_NOT_FOUND', 404, 'no such order')
    if (payment.status === 'WAIT' && clock.now() >= payment.expiresAtMs) {
      payment.status = 'CLOSED'
      books.save('payment', payment)
    }
    return payment
  }

  const takeMoney = (payment: Payment, paidAtMs: number): Trade => {
    const trade = {
      tradeNo: books.nextNo('SP'),
      amount: payment.amount,
      currency: payment.currency,
      paidAtMs,
      refunded: 0,
    }
    payment.trades.push(trade)
    payment.status = 'PAID'
    return trade
  }

  return {
    find,
    create: (merchantId, input) => {
      const key = keyOf(merchantId, input.outTradeNo)
      const existing = books.payments.get(key)
      if (existing && !sameTerms(existing, input)) {
        throw new GatewayError('OUT_TRADE_NO_USED', 409, 'this order number was used with other terms')
      }
      if (existing) return find(merchantId, input.outTradeNo)
      const payment: Payment = {
        ...input,
        expiresAtMs: clock.now() + (input.expiresAtMs - Date.now()),
        merchantId,
        createdAtMs: clock.now(),
        token: books.nextToken(),
        status: 'WAIT',
        trades: [],
      }
      books.payments.set(key, payment)
      books.paymentsByToken.set(payment.token, payment)
      books.save('payment', payment)
      return payment
    },
    close: (merchantId, outTradeNo) => {
      const payment = find(merchantId, outTradeNo)
      if (payment.status === 'PAID') throw new GatewayError('ALREADY_PAID', 409, 'the order is paid')
      payment.status = 'CLOSED'
      books.save('payment', payment)
      return payment
    },
    pay: (payment, options = {}) => {
      const { status } = find(payment.merchantId, payment.outTradeNo)
      const late = options.late || (status === 'CLOSED' && faults.take('pay.late', { key: payment.outTradeNo }))
      if (status === 'CLOSED' && !late) throw new GatewayError('ORDER_CLOSED', 409, 'the order is closed')
      if (status === 'PAID') throw new GatewayError('ALREADY_PAID', 409, 'the order is paid')
      // Times on the wire are the machine's; only deadlines follow the gateway's clock.
      const paidAtMs = options.paidAtMs ?? Date.now()
      const trades = [takeMoney(payment, paidAtMs)]
      if (faults.take('pay.double', { key: payment.outTradeNo })) trades.push(takeMoney(payment, paidAtMs))
      books.save('payment', payment)
      return trades
    },
    refund: (merchantId, input) => refund(merchantId, input),
    findRefund: (merchantId, outRefundNo) => {
      const found = books.refunds.get(keyOf(merchantId, outRefundNo))
      if (!found) throw new GatewayError('REFUND_NOT_FOUND', 404, 'no such refund')
      return found
    },
  }

  function refund(merchantId: string, input: RefundInput): Refund {
    const key = keyOf(merchantId, input.outRefundNo)
    const existing = books.refunds.get(key)
    if (existing && (existing.tradeNo !== input.tradeNo || existing.amount !== input.amount)) {
      throw new GatewayError('REFUND_NO_USED', 409, 'this refund number was used with other terms')
    }
    if (existing) return existing
    const payment = find(merchantId, input.outTradeNo)
    const trade = payment.trades.find((candidate) => candidate.tradeNo === input.tradeNo)
    if (!trade) throw new GatewayError('TRADE_NOT_FOUND', 404, 'no such trade on this order')
    if (trade.refunded + input.amount > trade.amount) {
      throw new GatewayError('REFUND_EXCEEDS', 409, 'more than what is left of the trade')
    }
    if (faults.take('refund.reject', { key: input.outTradeNo })) {
      throw new GatewayError('REFUND_NOT_ALLOWED', 409, 'the bank refuses refunds for this trade')
    }
    const made: Refund = {
      ...input,
      merchantId,
      refundNo: books.nextNo('SR'),
      createdAtMs: clock.now(),
      status: 'PROCESSING',
    }
    trade.refunded += input.amount
    books.refunds.set(key, made)
    books.save('payment', payment)
    settleRefund(made, payment, trade)
    return made
  }

  function settleRefund(made: Refund, payment: Payment, trade: Trade): void {
    const failing = faults.take('refund.fail_later', { key: payment.outTradeNo })
    const slow = failing ?? faults.take('refund.slow', { key: payment.outTradeNo })
    const finish = (): void => {
      made.status = failing ? 'FAILED' : 'SUCCESS'
      made.endedAtMs = Date.now()
      if (failing) {
        made.failReason = 'ACCOUNT_ABNORMAL'
        trade.refunded -= made.amount
      }
      books.save('refund', made)
      books.save('payment', payment)
    }
    books.save('refund', made)
    if (slow) clock.at(clock.now() + (slow.ms ?? 60_000), finish)
    else finish()
  }
}

function sameTerms(payment: Payment, input: CreateInput): boolean {
  return payment.amount === input.amount && payment.currency === input.currency && payment.notifyUrl === input.notifyUrl
}
