import type { Fault, FaultInput } from '../faults.ts'

/**
 * Everything that can be made to go wrong at a supplier, one switch each. `key` of a fault is the customer's number of
 * the order, `goods` the supplier's number of the goods, `endpoint` the method in the supplier's own words, e.g.
 * `order/buy`. Money (`amount`) is in 毫, ten-thousandths.
 */
export const SUPPLIER_FAULTS = [
  // Calls.
  'api.reset', // connection cut before any work
  'api.error', // 500, or the status in `value`, before any work
  'api.busy', // 429, too many requests
  'api.cut', // work done, connection cut without an answer
  'api.slow', // work done, answers after `ms`
  'api.broken', // work done, 502
  'api.unsure', // work done, the supplier says that he does not know
  'api.malformed', // work done, HTTP 200 with half of the answer
  'api.nonsense', // work done, HTTP 200 with JSON of something else
  'api.forged', // work done, the answer's signature is wrong; only where answers are signed
  // Placing an order.
  'order.reject', // refused: goods cannot be bought
  'order.delisted', // refused: off sale
  'order.no_stock', // refused: nothing left
  'order.no_balance', // refused: the customer's money does not suffice
  'order.unpaid', // written down, but not paid from the balance, and so not delivered
  'order.price_up', // the price went up by `amount` (default one unit) since it was told
  'order.not_found', // queries do not find the order for its first `ms` (default 10 s)
  'query.not_found', // one query does not find it
  // What becomes of it.
  'order.slow', // under way for `ms` (default 10 min), then as usual
  'order.fail', // ends as failed; `value` is the reason
  'order.twice', // done a second time `ms` (default 0) later, as another order under the same number of the customer: charged and delivered
  'order.partial', // only `count` pieces (default one less than ordered), the others are paid back
  'card.repeat', // the cards of an earlier order of these goods are handed out again
  'card.used', // 黑卡: somebody has used the card before it is handed out
  'card.garbled', // cards in a shape nobody can read
  'card.none', // handed out by its own book, and none of them in its answers
  'card.fewer', // handed out by its own book, and one of them not in its answers
  'card.more', // its answers tell the first one twice
  // Callbacks. A faulty one takes the place of the first sending; the ladder then sends the true one.
  'callback.early', // delivered and called back before the order's answer leaves
  'callback.never', // not sent, not even by the ladder
  'callback.lose', // the first one is lost
  'callback.delay', // `ms` (default 1 min) later
  'callback.parallel', // `count` (default 2) copies at the same moment
  'callback.again', // sent again `ms` (default 1 h) later although acknowledged
  'callback.forge', // signature of a stranger
  'callback.amount', // well signed, another amount: `amount` (default one unit more)
  'callback.other_order', // well signed, about the order number `value`
  'callback.malformed', // not whole JSON
  'callback.contrary', // says the contrary of the truth, the truth follows
  'callback.contrary_after', // the contrary follows the truth
  // The statement. `key`: the line's order number.
  'bill.missing_line', // a line is left out
  'bill.extra_line', // an order nobody placed, number = `value`, `amount`
  'bill.twice', // a line stands there twice
  'bill.next_day', // a line stands on the next day's statement; without `times`
  'bill.other_state', // a line says that the order failed and was paid back
  'bill.wrong_amount', // `amount` instead of the true one (default one 毫 more)
] as const

export type SupplierFaultKind = (typeof SUPPLIER_FAULTS)[number]
export type SupplierFault = Fault<SupplierFaultKind>
export type SupplierFaultInput = FaultInput<SupplierFaultKind>
