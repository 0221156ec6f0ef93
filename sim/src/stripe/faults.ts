import type { Fault, FaultInput } from '../faults.ts'

/** Everything that can be made to go wrong, one switch each. `key` of a fault is a payment's number. */
export const STRIPE_FAULTS = [
  // Events. A faulty one takes the place of the first sending; the ladder then sends the true one.
  'notice.lose', // never sent, the ladder starts with the next step
  'notice.delay', // `ms` on Stripe's clock
  'notice.parallel', // `count` copies at the same moment
  'notice.again', // sent again `ms` later although acknowledged
  'notice.forge', // signature of a stranger
  'notice.tamper', // body changed after signing
  'notice.stale', // signed ten minutes ago
  'notice.future', // signed by a clock ten minutes ahead
  'notice.wrong_mode', // well signed, of test payments where live ones are expected and the other way round
  'notice.wrong_amount', // well signed, amount = `amount` (default one less)
  'notice.wrong_currency', // well signed, USD (EUR where it was USD)
  'notice.other_order', // well signed, payment number = `value`
  'notice.malformed', // well signed, not JSON
  // Calls. `endpoint`: create, query, list, expire, refund, refund_query, account, balance.
  'api.slow', // answers after `ms`
  'api.error', // 500 before any work
  'api.busy', // 429
  'api.malformed', // work done, the answer is not JSON
  'api.nonsense', // work done, the answer is JSON of something else
  'api.cut', // work done, connection cut without an answer
  'api.refuse', // 500 after the work is done; the key for repeats then answers 500 again, as at Stripe
  // Money.
  'create.notice_first', // paid, and its event delivered, before create answers
  'pay.async', // completed unpaid; the money comes `ms` later
  'expire.paid_first', // the person pays at the moment the page is closed
  'query.not_found', // the page is "not found" although it is there
  'refund.fail_later', // done, failed after `ms`
  'refund.slow', // pending, done after `ms`
  'refund.reject', // refused at once
  // The balance as bill. Without `key`: the first payment in it.
  'bill.late', // 503
  'bill.empty', // no line at all
  'bill.missing', // the lines of a payment are not there
  'bill.extra', // a payment nobody made, number = `value`, amount = `amount`
  'bill.amount', // amount = `amount` (default one less)
  'bill.duplicate', // a line twice under two numbers
] as const

export type StripeFaultKind = (typeof STRIPE_FAULTS)[number]
export type StripeFault = Fault<StripeFaultKind>
export type StripeFaultInput = FaultInput<StripeFaultKind>
