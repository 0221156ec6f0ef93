import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Books, Card, CardState, Goods, Order, OrderEnd, Person } from './books.ts'
import type { CallbackOffice } from './callbacks.ts'
import { cardsOf, carryOut, revive, takeBack } from './carry-out.ts'
import type { SupplierFaultKind } from './faults.ts'
import { type Pace, type PlaceInput, SupplierRefusal, takeOrder } from './take-order.ts'

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
  /** As its answers tell them. */
  readonly cardsOf: (order: Order) => readonly Card[]
  /** Whose account it is that a buyer of these goods filled in; undefined when there is none that may be topped up. */
  readonly personOf: (goodsId: string, account: Readonly<Record<string, string>>) => Person | undefined
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

    const order = takeOrder(parts, goodsOf(input.goodsId), input)
    const twice = faults.take('order.twice', { key: order.outerNo, goods: order.goodsId })
    if (twice) {
      clock.at(clock.now() + (twice.ms ?? 0), async () => {
        const second = takeOrder(parts, goodsOf(input.goodsId), input)
        await answered
        if (carryOut(books, second, clock.now())) await callbacks.announce(second)
      })
    }
    if (faults.take('callback.early', { key: order.outerNo, goods: order.goodsId })) {
      if (carryOut(books, order, clock.now())) await callbacks.announce(order)
      return { order, isNew: true }
    }
    const isDone = order.plan.deliverAtMs <= clock.now() && carryOut(books, order, clock.now())
    goOn(order, answered, isDone)
    return { order, isNew: true }
  }

  /** Delivers when its time comes and tells it, but not before the order's own answer has left. */
  const goOn = (order: Order, answered: Promise<void>, isDone: boolean): void => {
    clock.at(Math.max(clock.now(), order.plan.deliverAtMs), async () => {
      const isOurs = isDone || carryOut(books, order, clock.now())
      await answered
      if (isOurs) await callbacks.announce(order)
    })
  }
  // What was under way when the supplier was killed goes on after the restart.
  const told = new Set([...books.callbacks.values()].map(({ orderNo }) => orderNo))
  for (const order of books.orders.values()) {
    if (order.state !== 'unpaid' && !told.has(order.orderNo)) {
      goOn(order, Promise.resolve(), order.state !== 'processing')
    }
  }

  return {
    place,
    find,
    goodsOf,
    cardsOf: (order) => asTold(order, cardsOf(books, order)),
    personOf: (goodsId, account) => {
      const [field] = goodsOf(goodsId).fields
      const name = account[field?.key ?? ''] ?? ''
      if (!name) throw new SupplierRefusal('missing_account')
      const person = books.people.get(name) ?? { id: name, nickname: `用户${name.slice(-4)}`, isOpen: true }
      return person.isOpen ? person : undefined
    },
    settle: async (order, end, how) => {
      if ((order.state === 'failed' || order.state === 'unpaid') && end !== 'failed') revive(books, order)
      if (order.state === 'processing') {
        const pieces = end === 'failed' ? 0 : end === 'success' ? order.quantity : (how.pieces ?? order.quantity - 1)
        carryOut(books, order, clock.now(), { ...order.plan, end, pieces, reason: how.reason ?? '' })
      } else if (end === 'failed') takeBack(books, order, clock.now(), how.reason ?? '订单已退款')
      else throw new RangeError(`order ${order.outerNo} has ended as ${order.state}`)
      await callbacks.announce(order)
    },
    markCard: (card, state) => {
      card.state = state
      books.save('card', card)
    },
  }
}

function asTold({ plan }: Order, cards: readonly Card[]): readonly Card[] {
  if (plan.cards === 'none') return []
  if (plan.cards === 'fewer') return cards.slice(1)
  return plan.cards === 'more' ? [...cards, ...cards.slice(0, 1)] : cards
}
