import { createHash } from 'node:crypto'
import { openJournal } from '../journal.ts'

/** What a buyer has to fill in for a top-up. */
export type AccountField = {
  readonly key: string
  readonly label: string
  readonly hint: string
  readonly isRequired: boolean
  readonly options?: readonly string[]
}
export type GoodsKind = 'topup' | 'card' | 'link'
export type GoodsState = 'on' | 'paused' | 'off'
export type Goods = {
  readonly id: string
  readonly name: string
  readonly kind: GoodsKind
  readonly category: string
  readonly faceHao: number
  readonly quantityMin: number
  readonly quantityMax: number
  readonly fields: readonly AccountField[]
  /** Of one piece; where buyers choose the face value themselves, what it costs on top of that. */
  priceHao: number
  stock: number
  state: GoodsState
}

export type CardState = 'fresh' | 'used' | 'void'
export type Card = {
  readonly id: string
  readonly goodsId: string
  readonly no: string
  readonly secret: string
  readonly link?: string
  readonly expiresAtMs: number
  state: CardState
}

/** What may be wrong with the cards of an order. */
export const CARD_TROUBLES = ['repeat', 'used', 'garbled', 'none', 'fewer', 'more'] as const
/** What is going to happen to an order; decided when it is placed, so that a restart carries it out too. */
export type Plan = {
  readonly deliverAtMs: number
  readonly end: OrderEnd
  readonly pieces: number
  readonly reason: string
  readonly cards: 'fresh' | (typeof CARD_TROUBLES)[number]
  readonly hiddenUntilMs: number
}
export type OrderEnd = 'success' | 'partial' | 'failed'
export type Order = {
  /** The supplier's number. */
  readonly orderNo: string
  /** The customer's number: the same one never buys twice. */
  readonly outerNo: string
  readonly goodsId: string
  readonly quantity: number
  /** The face value the buyer has chosen; 0 where the goods have their own. */
  readonly faceHao: number
  readonly unitHao: number
  readonly totalHao: number
  readonly account: Readonly<Record<string, string>>
  readonly notifyUrl: string
  /** The whole request as one text: the same number with other terms is refused. */
  readonly terms: string
  readonly plan: Plan
  readonly createdAtMs: number
  /** `unpaid`: written down, but nothing was taken for it and nothing comes of it by itself. */
  state: 'unpaid' | 'processing' | OrderEnd
  cardIds: readonly string[]
  pieces: number
  refundedHao: number
  reason: string
  /** The operator's or brand's own number of what was done. */
  serialNo: string
  endedAtMs?: number
}

/** Something that really left the house, written down where it happens: what "bought twice" is found by. */
export type Delivery = {
  readonly id: string
  readonly outerNo: string
  readonly orderNo: string
  readonly goodsId: string
  readonly account: string
  readonly pieces: number
  readonly cardId?: string
  readonly atMs: number
}
/** That an order's end must be told, with its place on the ladder. */
export type Callback = { readonly id: string; readonly orderNo: string; attempts: number; isAcknowledged: boolean }
/** Whose account it is that is topped up. `isOpen`: it exists, and may be. */
export type Person = { readonly id: string; readonly nickname: string; readonly isOpen: boolean }
/** What a customer signs with, by the names his supplier gives them. */
export type Credentials = Readonly<Record<string, string>>
/** The customer: one, prepaid. */
export type Account = {
  readonly id: 'account'
  readonly credentials: Credentials
  balanceHao: number
  callbackUrl: string
}

type Kept = {
  readonly goods: Goods
  readonly card: Card
  readonly order: Order
  readonly delivery: Delivery
  readonly callback: Callback
  readonly account: Account
  readonly person: Person
}
type Kind = keyof Kept
const KINDS: readonly Kind[] = ['goods', 'card', 'order', 'delivery', 'callback', 'account', 'person']
type Entry =
  | { readonly kind: Kind; readonly value: unknown }
  | { readonly kind: 'seed'; readonly value: string; readonly serial: number }

/** A supplier's own books. They are the second, independent record that the shop's are compared with. */
export type Books = {
  readonly goods: ReadonlyMap<string, Goods>
  readonly cards: ReadonlyMap<string, Card>
  /** By the supplier's number. */
  readonly orders: ReadonlyMap<string, Order>
  readonly ordersByOuterNo: ReadonlyMap<string, Order>
  readonly deliveries: ReadonlyMap<string, Delivery>
  readonly callbacks: ReadonlyMap<string, Callback>
  readonly account: () => Account
  /** By the account's name: those that a script has spoken of. */
  readonly people: ReadonlyMap<string, Person>
  /** Keeps one thing as it is now, in memory and in the journal. */
  readonly save: <K extends Kind>(kind: K, value: Kept[K]) => void
  /** `prefix` + a serial: the same seed and the same calls give the same numbers. */
  readonly nextNo: (prefix: string) => string
  /** Lower hex that nobody can guess without the seed. */
  readonly nextToken: () => string
  readonly close: () => void
}

const SERIAL_LEAP = 1_000_000
const SERIAL_DIGITS = 12

export function openBooks(options: {
  readonly file?: string | undefined
  readonly seed: string
  readonly goods: readonly Goods[]
  readonly balanceHao: number
  readonly newCredentials: (nextToken: () => string) => Credentials
}): Books {
  const journal = openJournal<Entry>(options.file)
  const kept = Object.fromEntries(KINDS.map((kind) => [kind, new Map()])) as {
    readonly [K in Kind]: Map<string, Kept[K]>
  }
  const ordersByOuterNo = new Map<string, Order>()
  let seed = options.seed
  let serial = 0
  const remember = (kind: Kind, value: unknown): void => {
    const map = kept[kind] as Map<string, unknown>
    map.set(idOf(kind, value), value)
    if (kind !== 'order') return
    const order = value as Order
    // Of two orders under one number the first answers to it.
    const first = ordersByOuterNo.get(order.outerNo)
    if (!first || first.orderNo === order.orderNo) ordersByOuterNo.set(order.outerNo, order)
  }

  for (const entry of journal.load()) {
    if (entry.kind !== 'seed') remember(entry.kind, entry.value)
    else {
      seed = entry.value
      // Serials are not written one by one: a leap beyond anything handed out keeps numbers unique after a restart.
      serial = entry.serial + SERIAL_LEAP
    }
  }
  const nextToken = (): string => createHash('sha256').update(`${seed}:${++serial}`).digest('hex').slice(0, 32)
  if (kept.account.size === 0) {
    const credentials = options.newCredentials(nextToken)
    remember('account', { id: 'account', credentials, balanceHao: options.balanceHao, callbackUrl: '' })
    for (const goods of options.goods) remember('goods', { ...goods })
  }
  journal.compact([
    { kind: 'seed', value: seed, serial },
    ...KINDS.flatMap((kind) => [...kept[kind].values()].map((value): Entry => ({ kind, value }))),
  ])

  return {
    goods: kept.goods,
    cards: kept.card,
    orders: kept.order,
    ordersByOuterNo,
    deliveries: kept.delivery,
    callbacks: kept.callback,
    people: kept.person,
    account: () => {
      const account = kept.account.get('account')
      if (!account) throw new Error('a supplier without a customer')
      return account
    },
    save: (kind, value) => {
      remember(kind, value)
      journal.append({ kind, value })
    },
    nextNo: (prefix) => `${prefix}${String(++serial).padStart(SERIAL_DIGITS, '0')}`,
    nextToken,
    close: journal.close,
  }
}

function idOf(kind: Kind, value: unknown): string {
  return kind === 'order' ? (value as Order).orderNo : (value as { readonly id: string }).id
}
