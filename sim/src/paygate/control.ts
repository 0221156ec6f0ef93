import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { type Received, showPayment, showRefund } from './api.ts'
import { type Books, keyOf, type Merchant, type Notice, type Payment } from './books.ts'
import type { PaygateFault, PaygateFaultInput, PaygateFaultKind } from './faults.ts'
import { type Gateway, GatewayError } from './gateway.ts'
import type { NoticeOffice, Sending } from './notices.ts'

/** An order to pay from outside the cashier. With `notifyUrl` and `amount` it is made first when nobody created it. */
export type PayOrder = {
  readonly outTradeNo: string
  readonly amount?: number
  readonly notifyUrl?: string
  /** Take the money although the order is closed or expired. */
  readonly late?: boolean
  /** When it was paid, as an ISO time; now, unless told. */
  readonly paidAt?: string
}
export type PayReport = {
  readonly paid: number
  readonly acknowledged: number
  readonly refused: readonly { readonly outTradeNo: string; readonly code: string }[]
  readonly elapsedMs: number
  /** From sending a notice to its answer. */
  readonly noticeP50Ms: number
  readonly noticeP99Ms: number
}

/** What tests and load runs do to the gateway. Over HTTP it is the control port, in process this object. */
export type PaygateControl = {
  readonly addFault: (fault: PaygateFaultInput) => PaygateFault
  readonly faults: () => readonly PaygateFault[]
  readonly clearFaults: (id?: number) => void
  readonly addMerchant: (merchant: Merchant) => void
  /** Pays many orders, at most `parallel` notices (default 64) under way at once; resolves when all were answered. */
  readonly pay: (
    merchantId: string,
    orders: readonly PayOrder[],
    options?: { readonly parallel?: number },
  ) => Promise<PayReport>
  /** Sends an order's notices again, `count` copies at the same moment. */
  readonly repeatNotices: (merchantId: string, outTradeNo: string, count?: number) => Promise<readonly Sending[]>
  readonly advance: (ms: number) => Promise<void>
  readonly received: () => readonly Received[]
  readonly sendings: () => readonly Sending[]
  readonly payment: (merchantId: string, outTradeNo: string) => Record<string, unknown>
  readonly books: (merchantId: string) => {
    readonly payments: readonly Record<string, unknown>[]
    readonly refunds: readonly Record<string, unknown>[]
    /** One for every trade: whether its receiver has acknowledged it. */
    readonly notices: readonly Record<string, unknown>[]
  }
}

type ControlParts = {
  readonly books: Books
  readonly gateway: Gateway
  readonly notices: NoticeOffice
  readonly faults: FaultSwitch<PaygateFaultKind>
  readonly clock: VirtualClock
  readonly received: Received[]
}

export function paygateControl(parts: ControlParts): PaygateControl {
  const { books, gateway, notices, faults, clock } = parts
  return {
    addFault: faults.add,
    faults: faults.list,
    clearFaults: faults.clear,
    addMerchant: (merchant) => {
      books.merchants.set(merchant.id, merchant)
      books.save('merchant', merchant)
    },
    pay: (merchantId, orders, options = {}) => payMany(parts, merchantId, orders, options.parallel ?? 64),
    repeatNotices: (merchantId, outTradeNo, count = 1) => notices.repeat(gateway.find(merchantId, outTradeNo), count),
    advance: clock.advance,
    received: () => parts.received,
    sendings: notices.sendings,
    payment: (merchantId, outTradeNo) => showPayment(gateway.find(merchantId, outTradeNo)),
    books: (merchantId) => ({
      payments: [...books.payments.values()].filter((payment) => payment.merchantId === merchantId).map(showPayment),
      refunds: [...books.refunds.values()].filter((refund) => refund.merchantId === merchantId).map(showRefund),
      notices: [...books.notices.values()].filter((notice) => notice.merchantId === merchantId).map(showNotice),
    }),
  }
}

function showNotice(notice: Notice): Record<string, unknown> {
  const { outTradeNo, tradeNo, attempts, acknowledged } = notice
  return { out_trade_no: outTradeNo, trade_no: tradeNo, attempts, acknowledged }
}

async function payMany(
  parts: ControlParts,
  merchantId: string,
  orders: readonly PayOrder[],
  parallel: number,
): Promise<PayReport> {
  const refused: { outTradeNo: string; code: string }[] = []
  const tookMs: number[] = []
  let acknowledged = 0
  let next = 0
  const startedMs = performance.now()

  const worker = async (): Promise<void> => {
    for (let order = orders[next++]; order; order = orders[next++]) {
      try {
        const payment = paymentOf(parts, merchantId, order)
        const sentMs = performance.now()
        const paidAt = order.paidAt === undefined ? {} : { paidAtMs: Date.parse(order.paidAt) }
        for (const trade of parts.gateway.pay(payment, { late: order.late ?? false, ...paidAt })) {
          await parts.notices.announce(payment, trade)
          if (parts.books.notices.get(trade.tradeNo)?.acknowledged) acknowledged += 1
        }
        tookMs.push(performance.now() - sentMs)
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error
        refused.push({ outTradeNo: order.outTradeNo, code: error.code })
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, orders.length) }, worker))
  tookMs.sort((a, b) => a - b)
  return {
    paid: tookMs.length,
    acknowledged,
    refused,
    elapsedMs: performance.now() - startedMs,
    noticeP50Ms: tookMs[Math.floor(tookMs.length * 0.5)] ?? 0,
    noticeP99Ms: tookMs[Math.floor(tookMs.length * 0.99)] ?? 0,
  }
}

function paymentOf(parts: ControlParts, merchantId: string, order: PayOrder): Payment {
  const known = parts.books.payments.get(keyOf(merchantId, order.outTradeNo))
  if (known || order.amount === undefined || order.notifyUrl === undefined) {
    return known ?? parts.gateway.find(merchantId, order.outTradeNo)
  }
  return parts.gateway.create(merchantId, {
    outTradeNo: order.outTradeNo,
    amount: order.amount,
    currency: 'CNY',
    subject: order.outTradeNo,
    notifyUrl: order.notifyUrl,
    returnUrl: order.notifyUrl,
    expiresAtMs: Date.now() + 3_600_000,
  })
}
