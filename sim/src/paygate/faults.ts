import type { Fault, FaultInput } from '../faults.ts'

/** Everything that can be made to go wrong, one switch each. `key` of a fault is an order's number. */
export const PAYGATE_FAULTS = [
  // Notices. A faulty one takes the place of the first sending; the ladder then sends the true one.
  'notice.lose', // never sent, the ladder starts with the next step
  'notice.delay', // `ms` on the gateway's clock
  'notice.parallel', // `count` copies at the same moment
  'notice.again', // sent again `ms` later although acknowledged
  'notice.forge', // signature of a stranger
  'notice.tamper', // body changed after signing
  'notice.stale', // signed an hour ago
  'notice.wrong_merchant', // well signed, by another merchant of this gateway
  'notice.wrong_amount', // well signed, amount = `amount` (default one fen less)
  'notice.wrong_currency', // well signed, USD
  'notice.other_order', // well signed, order number = `value`
  'notice.malformed', // well signed, not JSON
  // Calls. `endpoint`: create, query, close, refund, refund_query, bill, ping.
  'api.slow', // answers after `ms`
  'api.error', // 500 before any work
  'api.busy', // 429
  'api.malformed', // work done, the answer is not JSON
  'api.forged', // work done, the answer's signature is wrong
  'api.cut', // work done, connection cut without an answer
  'api.refuse', // 500 after the work is done
  // Money.
  'create.notice_first', // paid, and its notice delivered, before create answers
  'pay.double', // one order paid twice under two trade numbers
  'pay.late', // the cashier takes money for an expired or closed order
  'query.not_found', // the order is "not found" although it is there
  'refund.fail_later', // accepted, failed after `ms`
  'refund.slow', // accepted, done after `ms`
  'refund.reject', // refused at once
  // Bills. `key`: the line's order number, for a refund its own; for late and empty the day.
  'bill.late', // not made yet
  'bill.empty', // says that nothing happened
  'bill.missing_line', // a line is left out
  'bill.extra_line', // a payment nobody made: `value` its trade number, `amount`
  'bill.wrong_amount', // `amount` instead of the true one (default one fen less)
  'bill.duplicate_line', // a line stands there twice
] as const

export type PaygateFaultKind = (typeof PAYGATE_FAULTS)[number]
export type PaygateFault = Fault<PaygateFaultKind>
export type PaygateFaultInput = FaultInput<PaygateFaultKind>
