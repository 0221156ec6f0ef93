import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Received } from './api.ts'
import type { BillRow } from './bill.ts'
import type { BillOffice } from './bills.ts'
import { type Books, keyOf, type Merchant, type Trade } from './books.ts'
import { AlipayError } from './errors.ts'
import type { AlipayFault, AlipayFaultInput, AlipayFaultKind } from './faults.ts'
import type { Gateway } from './gateway.ts'
import { showRefund, showTrade } from './methods.ts'
import type { NoticeOffice, Sending } from './notices.ts'

/** An order to pay from outside the cashier. With `notifyUrl` and `totalFen` it is made first when nobody came with it. */
export type PayOrder = {
  readonly outTradeNo: string
  readonly totalFen?: number
  readonly notifyUrl?: string
  /** Take the money although the trade is closed or expired. */
  readonly late?: boolean
  /** RFC 3339: paid at another time than now, e.g. yesterday at 23:59:59. */
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
type Rows = readonly Readonly<Record<string, unknown>>[]

/** What tests and load runs do to the gateway. Over HTTP it is the control port, in process this object. */
export type AlipayControl = {
  readonly addFault: (fault: AlipayFaultInput) => AlipayFault
  readonly faults: () => readonly AlipayFault[]
  readonly clearFaults: (id?: number) => void
  /** Another app, with the public key its owner made. */
  readonly addMerchant: (merchant: Merchant) => void
  /** Pays many orders, at most `parallel` notices (default 64) under way at once; resolves when all were answered. */
  readonly pay: (
    appId: string,
    orders: readonly PayOrder[],
    options?: { readonly parallel?: number },
  ) => Promise<PayReport>
  /** Ends the time in which a trade can be refunded. */
  readonly finish: (appId: string, outTradeNo: string) => void
  /** Sends a trade's notices again, `count` copies at the same moment. */
  readonly repeatNotices: (appId: string, outTradeNo: string, count?: number) => Promise<readonly Sending[]>
  readonly advance: (ms: number) => Promise<void>
  readonly received: () => readonly Received[]
  readonly sendings: () => readonly Sending[]
  readonly trade: (appId: string, outTradeNo: string) => Readonly<Record<string, unknown>>
  /** What a day's bill says, faults included; amounts in fen with their sign. */
  readonly bill: (appId: string, day: string) => readonly BillRow[]
  readonly books: (appId: string) => { readonly trades: Rows; readonly refunds: Rows; readonly notices: Rows }
}

type ControlParts = {
  readonly books: Books
  readonly gateway: Gateway
  readonly notices: NoticeOffice
  readonly bills: BillOffice
  readonly faults: FaultSwitch<AlipayFaultKind>
  readonly clock: VirtualClock
  readonly received: Received[]
}

export function alipayControl(parts: ControlParts): AlipayControl {
  const { books, gateway, notices, bills, faults, clock } = parts
  const find = (appId: string, outTradeNo: string): Trade => gateway.find(appId, { outTradeNo })
  const ofApp = <T extends { readonly appId: string }>(all: ReadonlyMap<string, T>, appId: string): T[] =>
    [...all.values()].filter((item) => item.appId === appId)
  return {
    addFault: faults.add,
    faults: faults.list,
    clearFaults: faults.clear,
    addMerchant: (merchant) => books.save('merchant', merchant),
    pay: (appId, orders, options = {}) => payMany(parts, appId, orders, options.parallel ?? 64),
    finish: (appId, outTradeNo) => gateway.finish(find(appId, outTradeNo)),
    repeatNotices: (appId, outTradeNo, count = 1) => notices.repeat(find(appId, outTradeNo), count),
    advance: clock.advance,
    received: () => parts.received,
    sendings: notices.sendings,
    trade: (appId, outTradeNo) => showTrade(find(appId, outTradeNo)),
    bill: bills.rows,
    books: (appId) => ({
      trades: ofApp(books.trades, appId).map(showTrade),
      refunds: ofApp(books.refunds, appId).map(showRefund),
      notices: ofApp(books.notices, appId).map((notice) => ({
        out_trade_no: notice.outTradeNo,
        notify_id: notice.id,
        trade_no: notice.fields.trade_no,
        attempts: notice.attempts,
        acknowledged: notice.acknowledged,
      })),
    }),
  }
}

async function payMany(
  parts: ControlParts,
  appId: string,
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
        const trade = parts.gateway.arrive(tradeOf(parts, appId, order))
        const paidAt = order.paidAt === undefined ? {} : { paidAtMs: Date.parse(order.paidAt) }
        parts.gateway.pay(trade, { late: order.late ?? false, ...paidAt })
        const sentMs = performance.now()
        if ((await parts.notices.announcePaid(trade)).acknowledged) acknowledged += 1
        tookMs.push(performance.now() - sentMs)
      } catch (error) {
        if (!(error instanceof AlipayError)) throw error
        refused.push({ outTradeNo: order.outTradeNo, code: error.subCode })
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

function tradeOf(parts: ControlParts, appId: string, order: PayOrder): Trade {
  const known = parts.books.trades.get(keyOf(appId, order.outTradeNo))
  if (known || order.totalFen === undefined || order.notifyUrl === undefined) {
    return known ?? parts.gateway.find(appId, { outTradeNo: order.outTradeNo })
  }
  return parts.gateway.open(appId, {
    method: 'alipay.trade.precreate',
    outTradeNo: order.outTradeNo,
    totalFen: order.totalFen,
    subject: order.outTradeNo,
    notifyUrl: order.notifyUrl,
    returnUrl: '',
    expiresAtMs: parts.clock.now() + 3_600_000,
    frozen: false,
  })
}
