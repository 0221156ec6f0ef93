import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Received } from './answering.ts'
import { type Books, keyOf, type Payment, type RefundStatus } from './books.ts'
import type { WechatFault, WechatFaultInput, WechatFaultKind } from './faults.ts'
import { WechatError } from './fields.ts'
import type { Gateway } from './gateway.ts'
import type { KeyMode, KeyRing } from './keys.ts'
import type { NoticeOffice, Sending } from './notices.ts'
import { showPayment, showRefund, showSplit } from './views.ts'

/** An order to pay from outside the cashier. With `notifyUrl` and `amount` it is made first when nobody created it. */
export type WechatPayOrder = {
  readonly outTradeNo: string
  readonly amount?: number
  readonly notifyUrl?: string
  /** Take the money although the order is closed or expired. */
  readonly late?: boolean
  /** When it was paid, RFC 3339; decides in which day's bill it stands. Default: now. */
  readonly paidAt?: string
}
export type WechatPayReport = {
  readonly paid: number
  readonly acknowledged: number
  readonly refused: readonly { readonly outTradeNo: string; readonly code: string }[]
  readonly elapsedMs: number
  /** From sending a notice to its answer. */
  readonly noticeP50Ms: number
  readonly noticeP99Ms: number
}

/** What tests and load runs do to the gateway. Over HTTP it is the control port, in process this object. */
export type WechatControl = {
  readonly addFault: (fault: WechatFaultInput) => WechatFault
  readonly faults: () => readonly WechatFault[]
  readonly clearFaults: (id?: number) => void
  /** Which keys merchants have been given; `both` at the start. */
  readonly setKeyMode: (mode: KeyMode) => void
  /** Another platform certificate signs from now on; the old one is listed on unless `overlap` is false. */
  readonly replaceCertificate: (options?: { readonly overlap?: boolean }) => Promise<{ readonly serial: string }>
  /** Pays many orders, at most `parallel` notices (default 64) under way at once; resolves when all were answered. */
  readonly pay: (
    mchid: string,
    orders: readonly WechatPayOrder[],
    options?: { readonly parallel?: number },
  ) => Promise<WechatPayReport>
  /** Ends a refund by hand, e.g. an abnormal one, and tells the merchant. */
  readonly endRefund: (mchid: string, outRefundNo: string, status: RefundStatus) => Promise<void>
  /** Sends an order's notices again, `count` copies of each at the same moment. */
  readonly repeatNotices: (mchid: string, outTradeNo: string, count?: number) => Promise<readonly Sending[]>
  readonly advance: (ms: number) => Promise<void>
  readonly received: () => readonly Received[]
  readonly sendings: () => readonly Sending[]
  readonly payment: (mchid: string, outTradeNo: string) => Record<string, unknown>
  readonly books: (mchid: string) => {
    readonly payments: readonly Record<string, unknown>[]
    readonly refunds: readonly Record<string, unknown>[]
    readonly splits: readonly Record<string, unknown>[]
    /** Whether the receiver has acknowledged each. */
    readonly notices: readonly Record<string, unknown>[]
  }
}

type ControlParts = {
  readonly books: Books
  readonly keys: KeyRing
  readonly gateway: Gateway
  readonly notices: NoticeOffice
  readonly faults: FaultSwitch<WechatFaultKind>
  readonly clock: VirtualClock
  readonly received: Received[]
}

export function wechatControl(parts: ControlParts): WechatControl {
  const { books, keys, gateway, notices, faults, clock } = parts
  const of = <T extends { readonly mchid: string }>(mchid: string, all: ReadonlyMap<string, T>): T[] =>
    [...all.values()].filter((one) => one.mchid === mchid)
  return {
    addFault: faults.add,
    faults: faults.list,
    clearFaults: faults.clear,
    setKeyMode: keys.setMode,
    replaceCertificate: async (options) => ({ serial: (await keys.replaceCertificate(options)).id }),
    pay: (mchid, orders, options = {}) => payMany(parts, mchid, orders, options.parallel ?? 64),
    endRefund: async (mchid, outRefundNo, status) => {
      const refund = gateway.findRefund(mchid, outRefundNo)
      if (gateway.endRefund(refund, status)) await notices.announceRefund(refund)
    },
    repeatNotices: (mchid, outTradeNo, count = 1) => notices.repeat(mchid, outTradeNo, count),
    advance: clock.advance,
    received: () => parts.received,
    sendings: notices.sendings,
    payment: (mchid, outTradeNo) => showPayment(gateway.find(mchid, outTradeNo)),
    books: (mchid) => ({
      payments: of(mchid, books.payments).map(showPayment),
      refunds: of(mchid, books.refunds).map(showRefund),
      splits: of(mchid, books.splits).map(showSplit),
      notices: of(mchid, books.notices).map(({ outTradeNo, outRefundNo, event, attempts, acknowledged }) => ({
        out_trade_no: outTradeNo,
        out_refund_no: outRefundNo,
        event,
        attempts,
        acknowledged,
      })),
    }),
  }
}

async function payMany(
  parts: ControlParts,
  mchid: string,
  orders: readonly WechatPayOrder[],
  parallel: number,
): Promise<WechatPayReport> {
  const refused: { outTradeNo: string; code: string }[] = []
  const tookMs: number[] = []
  let acknowledged = 0
  let next = 0
  const startedMs = performance.now()

  const worker = async (): Promise<void> => {
    for (let order = orders[next++]; order; order = orders[next++]) {
      try {
        const payment = paymentOf(parts, mchid, order)
        const sentMs = performance.now()
        const paidAtMs = order.paidAt === undefined ? Date.now() : Date.parse(order.paidAt)
        parts.gateway.pay(payment, { late: order.late ?? false, paidAtMs })
        if (await parts.notices.announcePayment(payment)) acknowledged += 1
        tookMs.push(performance.now() - sentMs)
      } catch (error) {
        if (!(error instanceof WechatError)) throw error
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

function paymentOf(parts: ControlParts, mchid: string, order: WechatPayOrder): Payment {
  const known = parts.books.payments.get(keyOf(mchid, order.outTradeNo))
  if (known || order.amount === undefined || order.notifyUrl === undefined) {
    return known ?? parts.gateway.find(mchid, order.outTradeNo)
  }
  return parts.gateway.create(mchid, {
    appid: parts.books.merchants.get(mchid)?.appid ?? '',
    outTradeNo: order.outTradeNo,
    tradeType: 'NATIVE',
    description: order.outTradeNo,
    attach: '',
    notifyUrl: order.notifyUrl,
    total: order.amount,
    currency: 'CNY',
    openid: '',
    profitSharing: false,
    expiresAtMs: Date.now() + 3_600_000,
  })
}
