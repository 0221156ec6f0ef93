import type { Fault, FaultInput } from '../faults.ts'

/** Everything that can be made to go wrong, one switch each. `key` of a fault is a payment's number. */
export const EPAY_FAULTS = [
  // Notices. A faulty one takes the place of the first sending; the ladder then sends the true one.
  'notice.lose', // never sent, the ladder starts with the next step
  'notice.delay', // `ms` on the operator's clock
  'notice.parallel', // `count` copies at the same moment
  'notice.again', // sent again `ms` later although acknowledged
  'notice.post', // as a form instead of in the query
  'notice.forge', // signature of a stranger
  'notice.tamper', // amount changed after signing
  'notice.stale', // v2: signed ten minutes ago
  'notice.future', // v2: signed by a clock ten minutes ahead
  'notice.wrong_merchant', // well signed, of another merchant of this operator
  'notice.wrong_type', // well signed, another channel
  'notice.wrong_amount', // well signed, money = `amount` fen (default one less)
  'notice.other_order', // well signed, payment number = `value`
  'notice.malformed', // well signed, money is no number
  'notice.unpaid', // well signed, trade_status is not success
  'notice.downgrade', // v2: signed with MD5 and an empty key
  // Calls. `endpoint`: create, query, close, refund, refund_query, orders, merchant.
  'api.slow', // answers after `ms`
  'api.error', // 500 before any work
  'api.busy', // code -1, the system is busy
  'api.malformed', // work done, the answer is not JSON
  'api.nonsense', // work done, the answer is JSON of something else
  'api.forged', // v2: work done, the answer's signature is wrong
  'api.stale', // v2: work done, the answer is signed ten minutes ago
  'api.cut', // work done, connection cut without an answer
  'api.refuse', // 502 after the work is done
  // Money.
  'create.answer', // `value`: payurl, qrcode, urlscheme, relative, html, jsapi, script
  'create.notice_first', // paid, and its notice delivered, before create answers
  'pay.double', // one order paid twice under two trade numbers
  'pay.other_channel', // paid through a channel nobody asked for
  'query.not_found', // the order is "not found" although it is there
  'query.other_order', // the answer is about another order
  'refund.fail_later', // taken, failed after `ms`
  'refund.slow', // taken, done after `ms`
  'refund.reject', // refused: the operator's balance is too low
  'refund.unsure', // done, but the operator says his channel did not answer
  // The list of orders as bill. Without `key`: the last paid order.
  'bill.late', // busy
  'bill.empty', // no order at all
  'bill.missing', // an order is not there
  'bill.extra', // a paid order nobody made, number = `value`, money = `amount` fen
  'bill.amount', // money = `amount` fen (default one less)
  'bill.duplicate', // an order twice under two trade numbers
] as const

export type EpayFaultKind = (typeof EPAY_FAULTS)[number]
export type EpayFault = Fault<EpayFaultKind>
export type EpayFaultInput = FaultInput<EpayFaultKind>
