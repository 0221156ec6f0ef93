import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type {
  Account,
  AccountField,
  Books,
  CardState,
  Delivery,
  Goods,
  GoodsKind,
  GoodsState,
  Order,
  OrderEnd,
} from './books.ts'
import type { CallbackOffice, Sending } from './callbacks.ts'
import type { Desk } from './desk.ts'
import type { SupplierFault, SupplierFaultInput, SupplierFaultKind } from './faults.ts'
import { haoText, neededHao } from './money.ts'
import type { Counter, RateLimit, Received } from './serve.ts'
import { type Statement, statementCsv, statementOf } from './statement.ts'
import type { Pace } from './take-order.ts'

export type ShownGoods = Omit<Goods, 'priceHao' | 'faceHao'> & { readonly price: string; readonly face: string }
export type ShownOrder = Pick<
  Order,
  'outerNo' | 'orderNo' | 'goodsId' | 'quantity' | 'account' | 'state' | 'pieces' | 'cardIds' | 'reason' | 'serialNo'
> & { readonly unit: string; readonly total: string; readonly refunded: string }
export type ShownCard = {
  readonly no: string
  readonly secret: string
  readonly state: CardState
  readonly orderNos: readonly string[]
}
/** What really left the house under one of the customer's numbers. */
export type Delivered = {
  readonly orders: number
  readonly pieces: number
  readonly deliveries: readonly Delivery[]
}
/** Amounts are text with at most four decimals, e.g. `12.3456`. */
export type NewGoods = {
  readonly id: string
  readonly name: string
  readonly kind: GoodsKind
  readonly price: string
  readonly face?: string
  readonly stock?: number
  readonly category?: string
  readonly quantityMin?: number
  readonly quantityMax?: number
  readonly fields?: readonly AccountField[]
}

/** What tests and demonstrations do to a supplier. Over HTTP it is the control port, in process this object. */
export type SupplierControl = {
  readonly addFault: (fault: SupplierFaultInput) => SupplierFault
  readonly faults: () => readonly SupplierFault[]
  readonly clearFaults: (id?: number) => void
  readonly goods: () => readonly ShownGoods[]
  readonly addGoods: (goods: NewGoods) => ShownGoods
  readonly setGoods: (
    id: string,
    change: { readonly price?: string; readonly stock?: number; readonly state?: GoodsState },
  ) => ShownGoods
  readonly balance: () => string
  readonly setBalance: (amount: string) => void
  /** How long deliveries take from now on. */
  readonly setPace: (pace: Partial<Pace>) => void
  readonly setRateLimit: (limit: RateLimit | undefined) => void
  /** Where the customer is called back, for suppliers at whom that is set and not sent with the order. */
  readonly setCallbackUrl: (url: string) => void
  readonly orders: () => readonly ShownOrder[]
  readonly order: (outerNo: string) => ShownOrder | undefined
  /** Ends an order by hand, also one that has ended otherwise, and calls back. */
  readonly settle: (
    outerNo: string,
    end: OrderEnd,
    how?: { readonly pieces?: number; readonly reason?: string },
  ) => Promise<ShownOrder>
  readonly repeatCallbacks: (outerNo: string, count?: number) => Promise<readonly Sending[]>
  /** A card by its number or its secret, as the brand's desk would see it. */
  readonly card: (noOrSecret: string) => ShownCard | undefined
  readonly markCard: (noOrSecret: string, state: CardState) => ShownCard
  readonly delivered: (outerNo: string) => Delivered
  /** Says whose an account is, and whether it may be topped up; those that nobody spoke of may be. */
  readonly setPerson: (account: string, person: { readonly nickname?: string; readonly isOpen?: boolean }) => void
  /** All deliveries, or those to one account: what "topped up twice" is found by. */
  readonly deliveries: (account?: string) => readonly Delivery[]
  readonly statement: (day: string) => Statement
  /** The same as the file that the supplier's site offers. */
  readonly statementFile: (day: string) => string
  readonly received: () => readonly Received[]
  readonly sendings: () => readonly Sending[]
  /** Refuses every connection until `up`, or for so long. The control port stays open. */
  readonly down: (forMs?: number) => Promise<void>
  readonly up: () => Promise<void>
  readonly advance: (ms: number) => Promise<void>
}

export type ControlParts = {
  readonly books: Books
  readonly desk: Desk
  readonly callbacks: CallbackOffice
  readonly counter: Counter
  readonly faults: FaultSwitch<SupplierFaultKind>
  readonly clock: VirtualClock
  readonly pace: Pace
  readonly down: () => Promise<void>
  readonly up: () => Promise<void>
}

const STOCK_DEFAULT = 1000
const QUANTITY_MAX_DEFAULT = 100

export function supplierControl(parts: ControlParts): SupplierControl {
  const { books, desk, callbacks, counter, faults, clock, pace } = parts
  const orderOf = (outerNo: string): Order => {
    const order = books.ordersByOuterNo.get(outerNo)
    if (!order) throw new RangeError(`no order ${outerNo}`)
    return order
  }
  const goodsOf = (id: string): Goods => {
    const goods = books.goods.get(id)
    if (!goods) throw new RangeError(`no goods ${id}`)
    return goods
  }
  const changeAccount = (change: Partial<Account>): void => {
    books.save('account', Object.assign(books.account(), change))
  }
  const allDeliveries = (): readonly Delivery[] => [...books.deliveries.values()]

  return {
    addFault: faults.add,
    faults: faults.list,
    clearFaults: faults.clear,
    goods: () => [...books.goods.values()].map(showGoods),
    addGoods: (input) => {
      const goods = newGoods(input)
      books.save('goods', goods)
      return showGoods(goods)
    },
    setGoods: (id, { price, stock, state }) => {
      const goods = goodsOf(id)
      if (price !== undefined) goods.priceHao = neededHao(price)
      if (stock !== undefined) goods.stock = stock
      if (state !== undefined) goods.state = state
      books.save('goods', goods)
      return showGoods(goods)
    },
    balance: () => haoText(books.account().balanceHao),
    setBalance: (amount) => changeAccount({ balanceHao: neededHao(amount) }),
    setPace: (next) => void Object.assign(pace, next),
    setRateLimit: counter.limit,
    setCallbackUrl: (callbackUrl) => changeAccount({ callbackUrl }),
    orders: () => [...books.orders.values()].map(showOrder),
    order: (outerNo) => {
      const order = books.ordersByOuterNo.get(outerNo)
      return order && showOrder(order)
    },
    settle: async (outerNo, end, how = {}) => {
      const order = orderOf(outerNo)
      await desk.settle(order, end, how)
      return showOrder(order)
    },
    repeatCallbacks: (outerNo, count = 1) => callbacks.repeat(orderOf(outerNo), count),
    card: (noOrSecret) => showCard(books, noOrSecret),
    markCard: (noOrSecret, state) => {
      const card = cardOf(books, noOrSecret)
      if (!card) throw new RangeError(`no card ${noOrSecret}`)
      desk.markCard(card, state)
      return showCard(books, noOrSecret) as ShownCard
    },
    delivered: (outerNo) => {
      const deliveries = allDeliveries().filter((delivery) => delivery.outerNo === outerNo)
      return {
        orders: new Set(deliveries.map(({ orderNo }) => orderNo)).size,
        pieces: deliveries.reduce((total, { pieces }) => total + pieces, 0),
        deliveries,
      }
    },
    setPerson: (id, { nickname = '', isOpen = true }) => books.save('person', { id, nickname, isOpen }),
    deliveries: (account) => allDeliveries().filter((one) => account === undefined || one.account.includes(account)),
    statement: (day) => statementOf(books, faults, day),
    statementFile: (day) => statementCsv(statementOf(books, faults, day)),
    received: counter.received,
    sendings: callbacks.sendings,
    down: async (forMs) => {
      await parts.down()
      if (forMs !== undefined) clock.at(clock.now() + forMs, parts.up)
    },
    up: parts.up,
    advance: clock.advance,
  }
}

/** Goods as a supplier keeps them, from how a script or a list of goods tells them. */
export function newGoods(input: NewGoods): Goods {
  return {
    id: input.id,
    name: input.name,
    kind: input.kind,
    category: input.category ?? '权益充值',
    faceHao: neededHao(input.face ?? input.price),
    quantityMin: input.quantityMin ?? 1,
    quantityMax: input.quantityMax ?? QUANTITY_MAX_DEFAULT,
    fields: input.fields ?? [],
    priceHao: neededHao(input.price),
    stock: input.stock ?? STOCK_DEFAULT,
    state: 'on',
  }
}

function showGoods({ priceHao, faceHao, ...goods }: Goods): ShownGoods {
  return { ...goods, price: haoText(priceHao), face: haoText(faceHao) }
}

function showOrder(order: Order): ShownOrder {
  const { outerNo, orderNo, goodsId, quantity, account, state, pieces, cardIds, reason, serialNo } = order
  return {
    ...{ outerNo, orderNo, goodsId, quantity, account, state, pieces, cardIds, reason, serialNo },
    unit: haoText(order.unitHao),
    total: haoText(order.totalHao),
    refunded: haoText(order.refundedHao),
  }
}

function cardOf(books: Books, noOrSecret: string) {
  return [...books.cards.values()].find(({ no, secret, link }) => [no, secret, link].includes(noOrSecret))
}

function showCard(books: Books, noOrSecret: string): ShownCard | undefined {
  const card = cardOf(books, noOrSecret)
  if (!card) return undefined
  const holders = [...books.orders.values()].filter(({ cardIds }) => cardIds.includes(card.id))
  return { no: card.no, secret: card.secret, state: card.state, orderNos: holders.map(({ orderNo }) => orderNo) }
}
