import type { Fault, FaultInput } from '../faults.ts'

/** Everything that can be made to go wrong, one switch each. `key` of a fault is an order's number (`out_trade_no`). */
export const ALIPAY_FAULTS = [
  // Notices. A faulty one takes the place of the first sending; the ladder then sends the true one.
  'notice.lose', // never sent, the ladder starts with the next step
  'notice.delay', // `ms` on the gateway's clock
  'notice.parallel', // `count` copies at the same moment
  'notice.again', // sent `count` (default 1) times more, `ms` apart, although acknowledged
  'notice.forge', // signed with a stranger's key
  'notice.tamper', // amount changed after signing
  'notice.unsigned', // no signature at all
  'notice.stale', // well signed, notify_time two days ago
  'notice.wrong_app', // well signed, another app_id
  'notice.wrong_seller', // well signed, another seller_id
  'notice.wrong_amount', // well signed, total_amount = `amount` fen (default one less)
  'notice.other_order', // well signed, out_trade_no = `value`
  'notice.unpaid', // well signed, trade_status = WAIT_BUYER_PAY
  'notice.malformed', // well signed, without total_amount
  // Calls. `endpoint`: the method without `alipay.`, e.g. `trade.refund`.
  'api.drop', // connection cut before any work
  'api.slow', // work done, answers after `ms`
  'api.error', // HTTP 500 before any work
  'api.busy', // 40005, too many calls
  'api.system_error', // 40004 ACQ.SYSTEM_ERROR before any work
  'api.malformed', // work done, HTTP 200 that is not JSON
  'api.forged', // work done, answer signed with a stranger's key
  'api.unsigned', // work done, answer without signature
  'api.cut', // work done, connection cut without an answer
  'api.unknown', // work done, answered 20000
  // Keys and clock: stay until cleared.
  'key.replaced', // answers and notices are signed with the gateway's next key
  'clock.off', // the gateway's clock is `ms` (default ten minutes) ahead of the machine's
  // Money.
  'create.notice_first', // paid, and its notice delivered, before the answer
  'pay.late', // the cashier takes money for a closed trade
  'query.not_found', // the trade "does not exist" although it is there
  'refund.fail_later', // accepted, failed after `ms`
  'refund.slow', // accepted, done after `ms`
  'refund.reject', // refused at once, seller's balance too low
  'settle.fail_later', // accepted, failed after `ms`
  'settle.slow', // accepted, done after `ms`
  // Bills. Content faults take `key`; without `times` every line is meant.
  'bill.late', // still "does not exist" `ms` (default a day) after its time
  'bill.missing', // never made
  'bill.empty', // "no data" although there was some
  'bill.drop_line', // the order's lines are left out
  'bill.extra_line', // a trade nobody made, of `amount` fen (default 1)
  'bill.wrong_amount', // the payment's line says `amount` fen (default one more)
  'bill.twice', // the order's lines stand there twice
  'bill.next_day', // the order's lines are on the next day's bill
  'bill.cut', // the file ends in the middle
  'bill.expired', // the download link is too old at once
] as const

export type AlipayFaultKind = (typeof ALIPAY_FAULTS)[number]
export type AlipayFault = Fault<AlipayFaultKind>
export type AlipayFaultInput = FaultInput<AlipayFaultKind>
