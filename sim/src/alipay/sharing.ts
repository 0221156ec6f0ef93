import { type Books, keyOf, type Relation, type Settlement, type Share, type Trade } from './books.ts'
import { businessError } from './errors.ts'
import type { GatewayParts } from './gateway.ts'

/** Of a trade's total, what may be shared unless a contract says otherwise. */
const SHARED_PERCENT_MAX = 30
/** Receivers of one request: all or nothing when it is answered at once, more when it is worked off later. */
const RECEIVERS_MAX = { sync: 5, async: 50 } as const

export type SettleInput = {
  readonly tradeNo: string
  readonly outRequestNo: string
  readonly shares: readonly Share[]
  readonly mode: 'sync' | 'async'
  /** Lets go of what was not shared. */
  readonly finish: boolean
}

/** Sharing a payment with others (分账). */
export type Sharing = {
  readonly bind: (relation: Relation) => void
  readonly settle: (appId: string, input: SettleInput) => Settlement
  readonly find: (
    appId: string,
    key: { readonly settleNo?: string | undefined; readonly outRequestNo?: string | undefined },
  ) => Settlement
}

type Parts = Pick<GatewayParts, 'books' | 'clock' | 'faults' | 'wallClock'>

export function openSharing(parts: Parts, findTrade: (appId: string, tradeNo: string) => Trade): Sharing {
  const { books } = parts
  return {
    bind: (relation) => books.save('relation', relation),
    settle: (appId, input) => {
      const existing = books.settlements.get(keyOf(appId, input.outRequestNo))
      if (existing) return existing
      const trade = findTrade(appId, input.tradeNo)
      refuse(books, trade, input)
      const made: Settlement = {
        appId,
        tradeNo: trade.tradeNo,
        outRequestNo: input.outRequestNo,
        settleNo: books.nextTradeNo('20000101'),
        shares: input.shares,
        finish: input.finish,
        madeAtMs: parts.wallClock(),
        state: 'PROCESSING',
      }
      trade.sharedFen += sumOf(input.shares)
      books.save('trade', trade)
      work(parts, trade, made)
      return made
    },
    find: (appId, key) => {
      const found = [...books.settlements.values()].find(
        (settlement) =>
          settlement.appId === appId &&
          (key.settleNo ? settlement.settleNo === key.settleNo : settlement.outRequestNo === key.outRequestNo),
      )
      if (!found) throw businessError('ACQ.SETTLE_NOT_EXIST', '分账请求不存在')
      return found
    },
  }
}

function refuse(books: Books, trade: Trade, input: SettleInput): void {
  if (trade.status !== 'TRADE_SUCCESS') throw businessError('ACQ.TRADE_STATUS_ERROR', '交易状态不合法')
  if (!trade.frozen) throw businessError('ACQ.TRADE_NOT_ALLOW_SETTLE', '交易未冻结分账资金')
  if (input.shares.length > RECEIVERS_MAX[input.mode]) {
    throw businessError('ACQ.ROYALTY_RECEIVER_EXCEED', '分账接收方数量超限')
  }
  const stranger = input.shares.find(({ type, account }) => !books.relations.has(keyOf(trade.appId, type, account)))
  if (stranger) throw businessError('ACQ.ROYALTY_RECEIVER_INVALID', '分账接收方未绑定')
  if (trade.sharedFen + sumOf(input.shares) > (trade.totalFen * SHARED_PERCENT_MAX) / 100) {
    throw businessError('ACQ.ALLOC_AMOUNT_VALIDATE_ERROR', '分账金额超限')
  }
}

function work(parts: Parts, trade: Trade, made: Settlement): void {
  const { books, clock, faults } = parts
  const key = { key: trade.outTradeNo }
  const failing = faults.take('settle.fail_later', key)
  const slow = failing ?? faults.take('settle.slow', key)
  const finish = (): void => {
    made.state = failing ? 'FAIL' : 'SUCCESS'
    if (failing) {
      made.errorCode = 'TXN_RESULT_ACCOUNT_BALANCE_NOT_ENOUGH'
      trade.sharedFen -= sumOf(made.shares)
      books.save('trade', trade)
    }
    books.save('settlement', made)
  }
  books.save('settlement', made)
  if (slow) clock.at(clock.now() + (slow.ms ?? 60_000), finish)
  else finish()
}

const sumOf = (shares: readonly Share[]): number => shares.reduce((sum, { amountFen }) => sum + amountFen, 0)
