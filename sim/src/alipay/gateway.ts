import { createHash } from 'node:crypto'
import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { type Books, keyOf, type Refund, type Trade } from './books.ts'
import { businessError } from './errors.ts'
import type { AlipayFaultKind } from './faults.ts'
import { openSharing, type Sharing } from './sharing.ts'
import { beijingDay } from './time.ts'

export type OpenInput = {
  readonly method: string
  readonly outTradeNo: string
  readonly totalFen: number
  readonly subject: string
  readonly notifyUrl: string
  readonly returnUrl: string
  /** On the gateway's clock. */
  readonly expiresAtMs: number
  readonly frozen: boolean
}
export type RefundInput = {
  readonly outTradeNo?: string | undefined
  readonly tradeNo?: string | undefined
  readonly outRequestNo: string
  readonly amountFen: number
  readonly reason: string
}
export type TradeKey = { readonly outTradeNo?: string | undefined; readonly tradeNo?: string | undefined }

/** The gateway's business, without any wire. */
export type Gateway = {
  /** Makes a trade, or finds the same one. @throws AlipayError ACQ.CONTEXT_INCONSISTENT, TRADE_HAS_SUCCESS, TRADE_HAS_CLOSE */
  readonly open: (appId: string, input: OpenInput) => Trade
  /** Somebody came to pay: from here on the trade exists for queries. */
  readonly arrive: (trade: Trade) => Trade
  /** A trade that exists. @throws AlipayError ACQ.TRADE_NOT_EXIST */
  readonly find: (appId: string, key: TradeKey) => Trade
  readonly close: (appId: string, key: TradeKey) => Trade
  /** What the cashier does when a person presses pay. `late` takes the money even when the trade is closed. */
  readonly pay: (trade: Trade, options?: { readonly late?: boolean; readonly paidAtMs?: number }) => void
  /** `changed`: money moved by this very call. */
  readonly refund: (
    appId: string,
    input: RefundInput,
  ) => { readonly trade: Trade; readonly refund: Refund; readonly changed: boolean }
  readonly findRefund: (appId: string, key: TradeKey, outRequestNo: string) => Refund | undefined
  /** A trade from now on takes no refunds. */
  readonly finish: (trade: Trade) => void
  readonly sharing: Sharing
}

export type GatewayParts = {
  readonly books: Books
  readonly clock: VirtualClock
  readonly faults: FaultSwitch<AlipayFaultKind>
  /** The gateway's idea of the time of day, which a fault may set wrong. */
  readonly wallClock: () => number
  /** Of every hundred yuan, what the gateway keeps. */
  readonly feePercent: number
  /** Called when a refund has succeeded, at once or later. */
  readonly onRefunded: (trade: Trade, refund: Refund) => void
}

export function openGateway(parts: GatewayParts): Gateway {
  const { books, clock, faults } = parts

  /** A trade whose time has passed is closed at the first look. */
  const fresh = (trade: Trade): Trade => {
    if ((trade.status === 'WAIT_BUYER_PAY' || trade.status === 'NONE') && clock.now() >= trade.expiresAtMs) {
      trade.status = 'TRADE_CLOSED'
      books.save('trade', trade)
    }
    return trade
  }
  const look = (appId: string, key: TradeKey): Trade | undefined => {
    // As with the real one: given both, the gateway's own number is the one that counts.
    const trade = key.tradeNo ? books.tradesByNo.get(key.tradeNo) : books.trades.get(keyOf(appId, key.outTradeNo ?? ''))
    return trade && trade.appId === appId ? fresh(trade) : undefined
  }
  const find = (appId: string, key: TradeKey): Trade => {
    const trade = look(appId, key)
    if (!trade || trade.status === 'NONE') throw businessError('ACQ.TRADE_NOT_EXIST', '交易不存在')
    return trade
  }

  return {
    find,
    open: (appId, input) => {
      const existing = look(appId, input)
      if (existing) return again(existing, input)
      const trade = newTrade(parts, appId, input)
      books.save('trade', trade)
      return trade
    },
    arrive: (trade) => {
      if (fresh(trade).status === 'NONE') {
        trade.status = 'WAIT_BUYER_PAY'
        books.save('trade', trade)
      }
      return trade
    },
    close: (appId, key) => {
      const trade = find(appId, key)
      if (trade.status !== 'WAIT_BUYER_PAY') throw businessError('ACQ.TRADE_STATUS_ERROR', '交易状态不合法')
      trade.status = 'TRADE_CLOSED'
      books.save('trade', trade)
      return trade
    },
    pay: (trade, options = {}) => {
      fresh(trade)
      const wasPaid = trade.paidAtMs !== undefined
      const late =
        trade.status === 'TRADE_CLOSED' &&
        !wasPaid &&
        (options.late || faults.take('pay.late', { key: trade.outTradeNo }) !== undefined)
      if (wasPaid) throw businessError('ACQ.TRADE_HAS_SUCCESS', '交易已被支付')
      if (trade.status === 'TRADE_CLOSED' && !late) throw businessError('ACQ.TRADE_HAS_CLOSE', '交易已经关闭')
      trade.status = 'TRADE_SUCCESS'
      trade.paidAtMs = options.paidAtMs ?? parts.wallClock()
      trade.feeFen = Math.round((trade.totalFen * parts.feePercent) / 100)
      books.save('trade', trade)
    },
    refund: (appId, input) => refund(parts, find(appId, input), input),
    findRefund: (appId, key, outRequestNo) =>
      books.refunds.get(keyOf(appId, find(appId, key).outTradeNo, outRequestNo)),
    finish: (trade) => {
      if (trade.status !== 'TRADE_SUCCESS') throw businessError('ACQ.TRADE_STATUS_ERROR', '交易状态不合法')
      trade.status = 'TRADE_FINISHED'
      books.save('trade', trade)
    },
    sharing: openSharing(parts, (appId, tradeNo) => find(appId, { tradeNo })),
  }
}

function newTrade(parts: GatewayParts, appId: string, input: OpenInput): Trade {
  const { books, clock } = parts
  const token = books.nextId()
  // Buyers differ, and the same order always has the same one.
  const digits = BigInt(`0x${createHash('sha256').update(token).digest('hex').slice(0, 12)}`).toString()
  return {
    ...input,
    appId,
    tradeNo: books.nextTradeNo(beijingDay(parts.wallClock())),
    createdAtMs: clock.now(),
    token,
    buyerId: `2088${digits.padStart(12, '0').slice(0, 12)}`,
    buyerLogonId: `138******${digits.slice(-2)}`,
    status: 'NONE',
    feeFen: 0,
    refundedFen: 0,
    feeBackFen: 0,
    sharedFen: 0,
  }
}

function again(trade: Trade, input: OpenInput): Trade {
  if (trade.paidAtMs !== undefined) throw businessError('ACQ.TRADE_HAS_SUCCESS', '交易已被支付')
  if (trade.status === 'TRADE_CLOSED') throw businessError('ACQ.TRADE_HAS_CLOSE', '交易已经关闭')
  if (trade.totalFen !== input.totalFen || trade.subject !== input.subject) {
    throw businessError('ACQ.CONTEXT_INCONSISTENT', '交易信息被篡改')
  }
  return trade
}

function refund(
  parts: GatewayParts,
  trade: Trade,
  input: RefundInput,
): { readonly trade: Trade; readonly refund: Refund; readonly changed: boolean } {
  const { books, faults } = parts
  const key = { key: trade.outTradeNo }
  const existing = books.refunds.get(keyOf(trade.appId, trade.outTradeNo, input.outRequestNo))
  if (existing && existing.amountFen !== input.amountFen) {
    throw businessError('ACQ.DISCORDANT_REPEAT_REQUEST', '请求信息不一致')
  }
  // A failed one may be tried again under its own number.
  if (existing && existing.status !== 'FAIL') return { trade, refund: existing, changed: false }
  refuseRefund(trade, input)
  if (faults.take('refund.reject', key)) throw businessError('ACQ.SELLER_BALANCE_NOT_ENOUGH', '卖家余额不足')
  const left = trade.totalFen - trade.refundedFen
  const made: Refund = {
    appId: trade.appId,
    outTradeNo: trade.outTradeNo,
    outRequestNo: input.outRequestNo,
    amountFen: input.amountFen,
    reason: input.reason,
    // The last refund of a trade brings back what rounding left of the fee.
    feeBackFen:
      input.amountFen === left
        ? trade.feeFen - trade.feeBackFen
        : Math.floor((trade.feeFen * input.amountFen) / trade.totalFen),
    status: 'PROCESSING',
  }
  trade.refundedFen += made.amountFen
  trade.feeBackFen += made.feeBackFen
  books.save('refund', made)
  return { trade, refund: made, changed: settleRefund(parts, trade, made) }
}

function refuseRefund(trade: Trade, input: RefundInput): void {
  if (trade.status === 'TRADE_FINISHED') throw businessError('ACQ.TRADE_HAS_FINISHED', '交易已结束')
  if (trade.paidAtMs === undefined) throw businessError('ACQ.TRADE_STATUS_ERROR', '交易状态不合法')
  if (input.amountFen > trade.totalFen) throw businessError('ACQ.REASON_TRADE_REFUND_FEE_ERR', '退款金额无效')
  if (trade.refundedFen + input.amountFen > trade.totalFen) {
    throw businessError('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL', '退款金额超限')
  }
}

/** Ends a refund at once, or later when a fault says so. @returns whether the money moved now */
function settleRefund(parts: GatewayParts, trade: Trade, made: Refund): boolean {
  const { books, faults, clock } = parts
  const key = { key: trade.outTradeNo }
  const failing = faults.take('refund.fail_later', key)
  const slow = failing ?? faults.take('refund.slow', key)
  const finish = (): void => {
    made.status = failing ? 'FAIL' : 'SUCCESS'
    if (failing) {
      made.errorCode = 'REFUND_ACCOUNT_ABNORMAL'
      trade.refundedFen -= made.amountFen
      trade.feeBackFen -= made.feeBackFen
    } else {
      made.doneAtMs = parts.wallClock()
      if (trade.refundedFen === trade.totalFen) trade.status = 'TRADE_CLOSED'
    }
    books.save('refund', made)
    books.save('trade', trade)
    if (!failing) parts.onRefunded(trade, made)
  }
  if (slow) clock.at(clock.now() + (slow.ms ?? 60_000), finish)
  else finish()
  return !slow
}
