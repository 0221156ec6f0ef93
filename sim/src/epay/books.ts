import { createHash } from 'node:crypto'
import { openJournal } from '../journal.ts'
import type { KeyPair } from './signing.ts'

export const CHANNELS = ['alipay', 'wxpay', 'qqpay'] as const
export type Merchant = {
  readonly pid: string
  readonly name: string
  /** For v1. */
  key: string
  /** For v2. The private half is the merchant's; operators let their site make both. */
  keys: KeyPair
  isActive: boolean
}
export type Order = {
  readonly tradeNo: string
  readonly pid: string
  readonly outTradeNo: string
  readonly dialect: 'v1' | 'v2'
  /** '' until the person has chosen. */
  type: string
  readonly money: number
  readonly name: string
  readonly notifyUrl: string
  readonly returnUrl: string
  readonly param: string
  /** Unguessable part of the page's address. */
  readonly token: string
  readonly createdAtMs: number
  /** 0 unpaid, 1 paid, 2 refunded. */
  status: 0 | 1 | 2
  isClosed: boolean
  paidAtMs?: number
  refunded: number
}
export type Refund = {
  readonly refundNo: string
  readonly pid: string
  readonly outRefundNo: string
  readonly tradeNo: string
  readonly money: number
  readonly createdAtMs: number
  isDone: boolean
  endedAtMs?: number
}
export type Notice = { readonly tradeNo: string; attempts: number; acknowledged: boolean }
export type Platform = { readonly id: 'platform'; readonly keys: KeyPair }

type Things = { merchant: Merchant; order: Order; refund: Refund; notice: Notice; platform: Platform }
type Kind = keyof Things
const keyOfThing = {
  merchant: (thing: Merchant) => thing.pid,
  order: (thing: Order) => thing.tradeNo,
  refund: (thing: Refund) => `${thing.pid}/${thing.outRefundNo}`,
  notice: (thing: Notice) => thing.tradeNo,
  platform: (thing: Platform) => thing.id,
}
type Entry =
  | { readonly kind: Kind; readonly value: Things[Kind] }
  | { readonly kind: 'seed'; readonly value: string; readonly serial: number }

/** The operator's own books: the second, independent record that reconciliation compares ours with. */
export type Books = { readonly [K in Kind as `${K}s`]: Map<string, Things[K]> } & {
  readonly ordersByToken: Map<string, Order>
  /** The newest order under a merchant's number. */
  readonly ordersByNo: Map<string, Order>
  readonly save: <K extends Kind>(kind: K, value: Things[K]) => void
  readonly nextNo: (prefix: string) => string
  readonly nextToken: () => string
  readonly close: () => void
}

/** Numbers are per merchant: two merchants may use the same. */
export const numberKey = (pid: string, outTradeNo: string): string => `${pid}/${outTradeNo}`
const SERIAL_LEAP = 1_000_000_000

export function openBooks(options: { readonly file?: string | undefined; readonly seed: string }): Books {
  const journal = openJournal<Entry>(options.file)
  const maps = {
    merchants: new Map<string, Merchant>(),
    orders: new Map<string, Order>(),
    refunds: new Map<string, Refund>(),
    notices: new Map<string, Notice>(),
    platforms: new Map<string, Platform>(),
  }
  const ordersByToken = new Map<string, Order>()
  const ordersByNo = new Map<string, Order>()
  let { seed } = options
  let serial = 0

  const keep = <K extends Kind>(kind: K, value: Things[K]): void => {
    const key = (keyOfThing[kind] as (thing: Things[K]) => string)(value)
    ;(maps[`${kind}s`] as unknown as Map<string, Things[K]>).set(key, value)
    if (kind !== 'order') return
    const order = value as Order
    ordersByToken.set(order.token, order)
    ordersByNo.set(numberKey(order.pid, order.outTradeNo), order)
  }
  for (const entry of journal.load()) {
    if (entry.kind === 'seed') {
      seed = entry.value
      // Serials are not written one by one: a leap beyond anything handed out keeps numbers unique after a restart.
      serial = entry.serial + SERIAL_LEAP
    } else keep(entry.kind, entry.value)
  }
  const kinds = ['platform', 'merchant', 'order', 'refund', 'notice'] as const
  journal.compact([
    { kind: 'seed', value: seed, serial },
    ...kinds.flatMap((kind) => [...maps[`${kind}s`].values()].map((value): Entry => ({ kind, value }))),
  ])
  return {
    ...maps,
    ordersByToken,
    ordersByNo,
    save: (kind, value) => {
      keep(kind, value)
      journal.append({ kind, value })
    },
    nextNo: (prefix) => `${prefix}${String(++serial).padStart(12, '0')}`,
    nextToken: () => createHash('sha256').update(`${seed}:${++serial}`).digest('hex').slice(0, 32),
    close: journal.close,
  }
}
