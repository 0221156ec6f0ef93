import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { AccountField, Books, Card, CardState, Goods, GoodsKind, Order, OrderEnd, Plan } from './books.ts'
import type { CallbackOffice } from './callbacks.ts'
import type { SupplierFaultKind } from './faults.ts'

/** Why a supplier does not do what he is asked to. Each protocol says it in its own codes and words. */
export type RefusalReason =
  | 'bad_request'
  | 'unknown_goods'
  | 'wrong_kind'
  | 'off_sale'
  | 'paused'
  | 'no_stock'
  | 'bad_quantity'
  | 'missing_account'
  | 'price_too_high'
  | 'no_balance'
  | 'number_used'
  | 'unknown_order'
  | 'unknown_card'

export class SupplierRefusal extends Error {
  readonly reason: RefusalReason
  constructor(reason: RefusalReason, message: string = reason) {
    super(message)
    this.reason = reason
  }
}

export type PlaceInput = {
  readonly outerNo: string
  readonly goodsId: string
  /** What the called method sells; others are refused. Absent: it sells everything. */
  readonly kinds?: readonly GoodsKind[]
  readonly quantity: number
  readonly account: Readonly<Record<string, string>>
  /** What the whole order may cost at most; absent: whatever it costs. */
  readonly ceilingHao?: number | undefined
  /** The face value where the buyer chooses it; it is paid on top of the goods' price. */
  readonly faceHao?: number
  readonly notifyUrl: string
  readonly terms: string
}

/** How long a delivery takes. */
export type Pace = { topupMs: number; cardMs: number }

/** The supplier's business, without any wire. */
export type Desk = {
  /**
   * Takes an order and plans its delivery. The same number with the same terms answers the same order.
   * @param answered resolves when the caller has its answer; callbacks wait for it
   */
  readonly place: (input: PlaceInput, answered: Promise<void>) => Promise<{ order: Order; isNew: boolean }>
  /** By one of both numbers. */
  readonly find: (by: { readonly outerNo?: string | undefined; readonly orderNo?: string | undefined }) => Order
  readonly goodsOf: (id: string) => Goods
  readonly cardsOf: (order: Order) => readonly Card[]
  /** Ends an order by hand, also one that has ended otherwise, and tells the customer. */
  readonly settle: (
    order: Order,
    end: OrderEnd,
    how: { readonly pieces?: number; readonly reason?: string },
  ) => Promise<void>
  readonly markCard: (card: Card, state: CardState) => void
}

type DeskParts = {
  readonly books: Books
  readonly clock: VirtualClock
  readonly faults: FaultSwitch<SupplierFaultKind>
  readonly callbacks: CallbackOffice
  readonly pace: Pace
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const UNIT_HAO = 10_000
const CARD_VALID_MS = 365 * 24 * 60 * MINUTE

export function openDesk(parts: DeskParts): Desk {
  const { books, clock, faults, callbacks } = parts

  const goodsOf = (id: string): Goods => {
    const goods = books.goods.get(id)
    if (!goods) throw new SupplierRefusal('unknown_goods')
    return goods
  }

  const find: Desk['find'] = ({ outerNo, orderNo }) => {
    const order = outerNo ? books.ordersByOuterNo.get(outerNo) : books.orders.get(orderNo ?? '')
    const at = { key: order?.outerNo ?? '', goods: order?.goodsId ?? '' }
    const isHidden = order && (order.plan.hiddenUntilMs > clock.now() || faults.take('query.not_found', at))
    if (!order || isHidden) throw new SupplierRefusal('unknown_order')
    return order
  }

  const place: Desk['place'] = async (input, answered) => {
    const known = books.ordersByOuterNo.get(input.outerNo)
    if (known && known.terms !== input.terms) throw new SupplierRefusal('number_used')
    if (known) return { order: known, isNew: false }

    const order = accept(parts, goodsOf(input.goodsId), input)
    if (faults.take('callback.early', { key: order.outerNo, goods: order.goodsId })) {
      carryOut(parts, order)
      await callbacks.announce(order)
      return { order, isNew: true }
    }
    const isDone = order.plan.deliverAtMs <= clock.now() && carryOut(parts, order)
    goOn(order, answered, isDone)
    return { order, isNew: true }
  }

  /** Delivers when its time comes and tells it, but not before the order's own answer has left. */
  const goOn = (order: Order, answered: Promise<void>, isDone: boolean): void => {
    clock.at(Math.max(clock.now(), order.plan.deliverAtMs), async () => {
      const isOurs = isDone || carryOut(parts, order)
      await answered
      if (isOurs) await callbacks.announce(order)
    })
  }
  // What was under way when the supplier was killed goes on after the restart.
  const told = new Set([...books.callbacks.values()].map(({ orderNo }) => orderNo))
  for (const order of books.orders.values()) {
    if (!told.has(order.orderNo)) goOn(order, Promise.resolve(), order.state !== 'processing')
  }

  return {
    place,
    find,
    goodsOf,
    cardsOf: (order) => cardsOf(books, order),
    settle: async (order, end, how) => {
      if ((order.state === 'failed' || order.state === 'unpaid') && end !== 'failed') revive(books, order)
      if (order.state === 'processing') {
        const pieces = end === 'failed' ? 0 : end === 'success' ? order.quantity : (how.pieces ?? order.quantity - 1)
        carryOut(parts, order, { ...order.plan, end, pieces, reason: how.reason ?? '' })
      } else if (end === 'failed') takeBack(parts, order, how.reason ?? '订单已退款')
      else throw new RangeError(`order ${order.outerNo} has ended as ${order.state}`)
      await callbacks.announce(order)
    },
    markCard: (card, state) => {
      card.state = state
      books.save('card', card)
    },
  }
}

/** Checks, takes stock and money, and writes the order down with what will become of it. */
function accept(parts: DeskParts, goods: Goods, input: PlaceInput): Order {
  const { books, faults, clock } = parts
  const at = { key: input.outerNo, goods: goods.id }
  const account = books.account()
  if (faults.take('order.reject', at)) throw new SupplierRefusal('unknown_goods')
  if (input.kinds && !input.kinds.includes(goods.kind)) throw new SupplierRefusal('wrong_kind')
  if (goods.state === 'off' || faults.take('order.delisted', at)) throw new SupplierRefusal('off_sale')
  if (goods.state === 'paused') throw new SupplierRefusal('paused')
  const { quantity } = input
  if (!Number.isSafeInteger(quantity) || quantity < goods.quantityMin || quantity > goods.quantityMax) {
    throw new SupplierRefusal('bad_quantity')
  }
  if (!goods.fields.every((field) => isFilledIn(field, input.account[field.key]))) {
    throw new SupplierRefusal('missing_account')
  }
  if (goods.stock < quantity || faults.take('order.no_stock', at)) throw new SupplierRefusal('no_stock')
  const raise = faults.take('order.price_up', at)
  if (raise) goods.priceHao += raise.amount ?? UNIT_HAO
  const unitHao = goods.priceHao + (input.faceHao ?? 0)
  const totalHao = unitHao * quantity
  if (input.ceilingHao !== undefined && totalHao > input.ceilingHao) throw new SupplierRefusal('price_too_high')
  if (account.balanceHao < totalHao || faults.take('order.no_balance', at)) throw new SupplierRefusal('no_balance')

  const isUnpaid = faults.take('order.unpaid', at) !== undefined
  const order: Order = {
    orderNo: books.nextNo(String(new Date(clock.now()).getUTCFullYear())),
    outerNo: input.outerNo,
    goodsId: goods.id,
    quantity,
    faceHao: input.faceHao ?? 0,
    unitHao,
    totalHao,
    account: input.account,
    notifyUrl: input.notifyUrl,
    terms: input.terms,
    plan: planOf(parts, goods, input),
    createdAtMs: clock.now(),
    state: isUnpaid ? 'unpaid' : 'processing',
    cardIds: [],
    pieces: 0,
    refundedHao: 0,
    reason: '',
    serialNo: '',
  }
  if (!isUnpaid) charge(books, order)
  books.save('order', order)
  return order
}

/** Takes the stock and the money for an order. */
function charge(books: Books, order: Order): void {
  const goods = books.goods.get(order.goodsId)
  if (!goods) throw new Error(`order ${order.orderNo} of goods that are gone`)
  const account = books.account()
  goods.stock -= order.quantity
  account.balanceHao -= order.totalHao
  books.save('goods', goods)
  books.save('account', account)
}

/** The first half of its time an order waits, in the other half somebody is at it: some protocols tell both. */
export function isWaiting(order: Order, nowMs: number): boolean {
  return order.state === 'processing' && nowMs < (order.createdAtMs + order.plan.deliverAtMs) / 2
}

function isFilledIn({ isRequired, options }: AccountField, value: string | undefined): boolean {
  return value ? (options?.includes(value) ?? true) : !isRequired
}

function planOf({ faults, clock, pace }: DeskParts, goods: Goods, input: PlaceInput): Plan {
  const at = { key: input.outerNo, goods: goods.id }
  const slow = faults.take('order.slow', at)
  const failing = faults.take('order.fail', at)
  const partial = faults.take('order.partial', at)
  const hidden = faults.take('order.not_found', at)
  const usualMs = goods.kind === 'topup' ? pace.topupMs : pace.cardMs
  const cards = (['repeat', 'used', 'garbled'] as const).find((kind) => faults.take(`card.${kind}`, at))
  const pieces = failing ? 0 : partial ? Math.min(partial.count ?? input.quantity - 1, input.quantity) : input.quantity
  return {
    deliverAtMs: clock.now() + (slow ? (slow.ms ?? 10 * MINUTE) : usualMs),
    end: pieces === input.quantity ? 'success' : pieces === 0 ? 'failed' : 'partial',
    pieces,
    reason: failing?.value ?? (failing ? '充值失败，上游返回异常' : partial ? '部分成功，其余已退款' : ''),
    cards: cards ?? 'fresh',
    hiddenUntilMs: hidden ? clock.now() + (hidden.ms ?? 10 * SECOND) : 0,
  }
}

/** Hands out what was planned, pays the rest back, and ends the order. @returns false when it had ended before */
function carryOut({ books, clock }: DeskParts, order: Order, plan: Plan = order.plan): boolean {
  if (order.state !== 'processing') return false
  const goods = books.goods.get(order.goodsId)
  if (!goods) throw new Error(`order ${order.orderNo} of goods that are gone`)
  const cards = goods.kind === 'topup' ? [] : cardsFor(books, goods, order, plan, clock.now())
  const given = { outerNo: order.outerNo, orderNo: order.orderNo, goodsId: goods.id, atMs: clock.now() }
  const account = Object.values(order.account).join(' ')
  if (goods.kind === 'topup' && plan.pieces > 0) {
    books.save('delivery', { ...given, id: books.nextNo('D'), account, pieces: plan.pieces })
  }
  for (const card of cards) {
    books.save('delivery', { ...given, id: books.nextNo('D'), account, pieces: 1, cardId: card.id })
  }
  order.state = plan.end
  order.pieces = plan.pieces
  order.cardIds = cards.map(({ id }) => id)
  order.reason = plan.reason
  order.serialNo = plan.pieces > 0 ? books.nextNo('OP') : ''
  order.endedAtMs = clock.now()
  payBack(books, order, order.unitHao * (order.quantity - plan.pieces))
  goods.stock += order.quantity - plan.pieces
  books.save('goods', goods)
  books.save('order', order)
  return true
}

/** An order is taken back: all money that was paid returns and the cards are void. */
function takeBack({ books, clock }: DeskParts, order: Order, reason: string): void {
  const wasPaid = order.state !== 'unpaid'
  order.state = 'failed'
  order.reason = reason
  order.endedAtMs = clock.now()
  if (wasPaid) payBack(books, order, order.totalHao - order.refundedHao)
  for (const card of cardsOf(books, order)) books.save('card', { ...card, state: 'void' })
  books.save('order', order)
}

/** A failed or unpaid order comes to life: it is paid, and delivered after all. */
function revive(books: Books, order: Order): void {
  order.state = 'processing'
  order.refundedHao = 0
  charge(books, order)
}

function payBack(books: Books, order: Order, hao: number): void {
  if (hao === 0) return
  const account = books.account()
  account.balanceHao += hao
  order.refundedHao += hao
  books.save('account', account)
}

function cardsOf(books: Books, order: Order): readonly Card[] {
  return order.cardIds.flatMap((id) => books.cards.get(id) ?? [])
}

function cardsFor(books: Books, goods: Goods, order: Order, plan: Plan, nowMs: number): readonly Card[] {
  const earlier = [...books.cards.values()].filter(({ goodsId }) => goodsId === goods.id).toReversed()
  return Array.from({ length: plan.pieces }, (_, index) => {
    const known = plan.cards === 'repeat' ? earlier[index] : undefined
    if (known) return known
    const token = books.nextToken().toUpperCase()
    const card: Card = {
      id: books.nextNo('C'),
      goodsId: goods.id,
      no: `QS${token.slice(0, 14)}`,
      secret: token.slice(14, 30),
      ...(goods.kind === 'link' && { link: `https://gift.quanshu.test/r/${token.toLowerCase()}?o=${order.orderNo}` }),
      expiresAtMs: nowMs + CARD_VALID_MS,
      state: plan.cards === 'used' ? 'used' : 'fresh',
    }
    books.save('card', card)
    return card
  })
}
