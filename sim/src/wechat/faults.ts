import type { Fault, FaultInput } from '../faults.ts'

/** Everything that can be made to go wrong, one switch each. `key` of a fault is an order's `out_trade_no`. */
export const WECHAT_FAULTS = [
  // Notices. A faulty one takes the place of the first sending; the ladder then sends the true one.
  'notice.lose', // never sent, the ladder starts with the next step
  'notice.delay', // `ms` on the gateway's clock
  'notice.parallel', // `count` copies at the same moment
  'notice.again', // sent again `count` times (default once), `ms` apart, although acknowledged
  'notice.forge', // a stranger's signature under a known serial
  'notice.tamper', // body changed after signing
  'notice.clock_off', // signed `ms` ago (default ten minutes; below zero: in the future)
  'notice.unknown_serial', // well signed by a key nobody was told of
  'notice.probe', // `WECHATPAY/SIGNTEST/…`: wrong on purpose
  'notice.wrong_key', // sealed under another APIv3 key
  'notice.wrong_merchant', // well signed and sealed, about another merchant
  'notice.wrong_app', // the same, about another app id
  'notice.wrong_amount', // total = `amount` (default one fen less)
  'notice.wrong_currency', // USD
  'notice.other_order', // out_trade_no = `value`
  'notice.not_paid', // trade_state is not SUCCESS
  'notice.malformed', // well signed, not JSON
  // Answers. `endpoint`: create, query, close, refund, refund_query, certificates, echo, bill, bill_file, split,
  // split_query, unfreeze, receiver.
  'api.drop', // connection cut before any work
  'api.error', // 500 SYSTEM_ERROR before any work
  'api.busy', // 429 FREQUENCY_LIMITED before any work
  'api.bad_gateway', // an HTML page of the load balancer, status `count` (default 502), before any work
  'api.slow', // work done, answers after `ms`
  'api.cut', // work done, connection cut without an answer
  'api.refuse', // work done, 500 SYSTEM_ERROR
  'api.malformed', // work done, signed, not JSON
  'api.forged', // work done, a stranger's signature under a known serial
  'api.forged_refusal', // nothing known of the work: an unsigned 400 that says PARAM_ERROR
  'api.unsigned', // work done, no signature
  'api.probe', // work done, signature starts with `WECHATPAY/SIGNTEST/`
  'api.unknown_serial', // work done, signed by a key nobody was told of
  'api.clock_off', // work done, signed `ms` ago (default ten minutes)
  'api.other_subject', // work done, signed, tells of the order in `value` instead
  // Money.
  'create.notice_first', // paid, and its notice delivered, before create answers
  'pay.late', // the cashier takes money for an expired or closed order
  'query.not_found', // the order is "not found" although it is there
  'query.lagging', // a paid order still says NOTPAY
  'refund.notice_first', // done, and its notice delivered, before refund answers
  'refund.slow', // accepted, done after `ms`
  'refund.fail_later', // accepted, ABNORMAL after `ms`
  'refund.close_later', // accepted, CLOSED after `ms`
  'refund.reject', // 403 NOT_ENOUGH
  'split.fail_later', // accepted, the first receiver fails after `ms`
  // Bills. They stay until cleared: a bill is the same at every fetch. `key`: out_trade_no or out_refund_no.
  'bill.now', // bills of any day, today's too, are ready at once
  'bill.late', // STATEMENT_CREATING although it is time
  'bill.empty', // NO_STATEMENT_EXIST although there was trade
  'bill.missing_line',
  'bill.double_line',
  'bill.wrong_amount', // amount = `amount` (default one fen less)
  'bill.wrong_state', // the refund's line says PROCESSING
  'bill.next_day', // the line stands in the next day's bill
  'bill.extra_line', // a payment nobody made: out_trade_no = `key`, `amount`, on day `value` (absent: on any)
  'bill.bad_hash',
  'bill.cut', // the second half is missing; the hash fits
] as const

export type WechatFaultKind = (typeof WECHAT_FAULTS)[number]
export type WechatFault = Fault<WechatFaultKind>
export type WechatFaultInput = FaultInput<WechatFaultKind>
