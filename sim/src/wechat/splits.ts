import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { type Books, keyOf, type Payment, type Share, type Split } from './books.ts'
import type { WechatFaultKind } from './faults.ts'
import { WechatError } from './fields.ts'

export type SplitInput = {
  readonly outOrderNo: string
  readonly transactionId: string
  readonly receivers: readonly Omit<Share, 'result' | 'failReason'>[]
  /** Whether what is not shared is let go. */
  readonly unfreeze: boolean
}

/** Sharing a payment with others (分账): money that waits frozen, goes to known receivers, and the rest is let go. */
export type Splits = {
  readonly addReceiver: (mchid: string, receiver: { type: string; account: string; name: string }) => void
  readonly split: (mchid: string, input: SplitInput) => Split
  readonly find: (mchid: string, outOrderNo: string, transactionId: string) => Split
}

/** A split is asynchronous; without a switch it is through a moment later. */
const SPLIT_MS = 20

export function openSplits(books: Books, clock: VirtualClock, faults: FaultSwitch<WechatFaultKind>): Splits {
  const finishLater = (made: Split, payment: Payment): void => {
    const failing = faults.take('split.fail_later', { key: payment.outTradeNo })
    clock.at(clock.now() + (failing ? (failing.ms ?? 60_000) : SPLIT_MS), () => {
      made.receivers.forEach((share, index) => {
        const fails = failing !== undefined && index === 0
        share.result = fails ? 'CLOSED' : 'SUCCESS'
        if (fails) share.failReason = 'ACCOUNT_ABNORMAL'
        if (fails) payment.frozen += share.amount
      })
      if (made.unfreeze) payment.frozen = 0
      made.state = 'FINISHED'
      books.save('split', made)
      books.save('payment', payment)
    })
  }

  // What was under way when the process died goes on.
  for (const split of books.splits.values()) {
    const payment = books.paymentsByTransaction.get(keyOf(split.mchid, split.transactionId))
    if (split.state === 'PROCESSING' && payment) finishLater(split, payment)
  }

  return {
    addReceiver: (mchid, { type, account, name }) => books.save('receiver', { mchid, type, account, name }),
    find: (mchid, outOrderNo, transactionId) => {
      const found = books.splits.get(keyOf(mchid, outOrderNo))
      if (found?.transactionId !== transactionId) throw new WechatError(404, 'RESOURCE_NOT_EXISTS', '分账单不存在')
      return found
    },
    split: (mchid, input) => {
      const existing = books.splits.get(keyOf(mchid, input.outOrderNo))
      if (existing && !sameTerms(existing, input)) {
        throw new WechatError(400, 'INVALID_REQUEST', '分账单号重复，且参数与之前请求不一致')
      }
      if (existing) return existing
      const payment = payable(books, mchid, input)
      const made: Split = {
        mchid,
        outOrderNo: input.outOrderNo,
        orderId: books.nextNo('30000', 28),
        transactionId: input.transactionId,
        receivers: input.receivers.map((share) => ({ ...share, result: 'PENDING' })),
        unfreeze: input.unfreeze,
        createdAtMs: Date.now(),
        state: 'PROCESSING',
      }
      payment.frozen -= sum(input.receivers)
      books.save('payment', payment)
      books.save('split', made)
      finishLater(made, payment)
      return made
    },
  }
}

function payable(books: Books, mchid: string, input: SplitInput): Payment {
  const payment = books.paymentsByTransaction.get(keyOf(mchid, input.transactionId))
  if (!payment) throw new WechatError(404, 'RESOURCE_NOT_EXISTS', '订单不存在')
  if (!payment.profitSharing) throw new WechatError(400, 'INVALID_REQUEST', '非分账订单不支持分账')
  for (const share of input.receivers) {
    if (!books.receivers.has(keyOf(mchid, share.account))) {
      throw new WechatError(400, 'INVALID_REQUEST', '分账接收方关系不存在，请检查参数中每个接收方的关系')
    }
  }
  if (sum(input.receivers) > payment.frozen) throw new WechatError(403, 'NOT_ENOUGH', '分账金额超出订单可分账金额')
  return payment
}

const sum = (shares: readonly { readonly amount: number }[]): number =>
  shares.reduce((total, { amount }) => total + amount, 0)

const sameTerms = (split: Split, input: SplitInput): boolean =>
  split.transactionId === input.transactionId &&
  split.receivers.length === input.receivers.length &&
  split.receivers.every(
    (share, index) =>
      share.account === input.receivers[index]?.account && share.amount === input.receivers[index]?.amount,
  )
