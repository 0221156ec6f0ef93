import { createHash } from 'node:crypto'
import { type Journal, openJournal } from '../journal.ts'

export type Merchant = {
  readonly appId: string
  /** The seller's own number at the gateway (PID), 2088 and twelve digits. */
  readonly sellerId: string
  readonly name: string
  /** What the merchant gave the open platform; base64 of DER. */
  readonly appPublicKey: string
}

/**
 * `NONE`: a code was made or a page addressed, and nobody came yet. Such a trade "does not exist" to queries, as with the
 * real gateway, although it can still be paid.
 */
export type TradeStatus = 'NONE' | 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_FINISHED' | 'TRADE_CLOSED'

export type Trade = {
  readonly appId: string
  readonly outTradeNo: string
  readonly tradeNo: string
  readonly totalFen: number
  readonly subject: string
  readonly notifyUrl: string
  readonly returnUrl: string
  readonly method: string
  /** On the gateway's clock. */
  readonly expiresAtMs: number
  readonly createdAtMs: number
  /** Unguessable part of the cashier's address. */
  readonly token: string
  readonly buyerId: string
  readonly buyerLogonId: string
  /** The money waits until it is shared. */
  readonly frozen: boolean
  status: TradeStatus
  paidAtMs?: number
  feeFen: number
  refundedFen: number
  /** Of the fee, what refunds brought back. */
  feeBackFen: number
  sharedFen: number
}

export type Refund = {
  readonly appId: string
  readonly outTradeNo: string
  readonly outRequestNo: string
  readonly amountFen: number
  readonly reason: string
  /** Of the fee, given back with this refund. */
  readonly feeBackFen: number
  status: 'PROCESSING' | 'SUCCESS' | 'FAIL'
  doneAtMs?: number
  errorCode?: string
}

export type Share = { readonly type: string; readonly account: string; readonly amountFen: number }
export type Settlement = {
  readonly appId: string
  readonly tradeNo: string
  readonly outRequestNo: string
  readonly settleNo: string
  readonly shares: readonly Share[]
  readonly finish: boolean
  readonly madeAtMs: number
  state: 'PROCESSING' | 'SUCCESS' | 'FAIL'
  errorCode?: string
}

/** A receiver a merchant has named for sharing. */
export type Relation = {
  readonly appId: string
  readonly type: string
  readonly account: string
  readonly name: string
}

/** An announcement that its receiver has not acknowledged yet, with its place on the ladder. What it says is fixed. */
export type Notice = {
  readonly id: string
  readonly appId: string
  readonly outTradeNo: string
  readonly fields: Readonly<Record<string, string>>
  attempts: number
  acknowledged: boolean
}

type Kinds = {
  readonly merchant: Merchant
  readonly trade: Trade
  readonly refund: Refund
  readonly settlement: Settlement
  readonly relation: Relation
  readonly notice: Notice
}
type Entry =
  | { [Kind in keyof Kinds]: { readonly kind: Kind; readonly value: Kinds[Kind] } }[keyof Kinds]
  | { readonly kind: 'seed'; readonly value: string; readonly serial: number }

/** The gateway's own books: the second, independent record that reconciliation compares ours with. */
export type Books = {
  readonly merchants: Map<string, Merchant>
  readonly trades: Map<string, Trade>
  readonly tradesByToken: Map<string, Trade>
  readonly tradesByNo: Map<string, Trade>
  readonly refunds: Map<string, Refund>
  readonly settlements: Map<string, Settlement>
  readonly relations: Map<string, Relation>
  readonly notices: Map<string, Notice>
  /** Writes one thing's present state down, and finds it by its keys from then on. */
  readonly save: <Kind extends keyof Kinds>(kind: Kind, value: Kinds[Kind]) => void
  /** 28 digits, beginning with the day: the shape of the gateway's trade numbers. */
  readonly nextTradeNo: (day: string) => string
  /** 34 letters and digits, the shape of its notice numbers and tokens; nobody can guess one without the seed. */
  readonly nextId: () => string
  readonly close: () => void
}

/** Books are per app: two merchants may use the same number. */
export const keyOf = (appId: string, ...parts: readonly string[]): string => [appId, ...parts].join('/')

const SERIAL_LEAP = 1_000_000_000

export function openBooks(options: { readonly file?: string | undefined; readonly seed: string }): Books {
  const journal: Journal<Entry> = openJournal<Entry>(options.file)
  const maps = emptyMaps()
  let { seed } = options
  let serial = 0
  for (const entry of journal.load()) {
    if (entry.kind === 'seed') {
      seed = entry.value
      // Serials are not written one by one: a leap beyond anything handed out keeps numbers unique after a restart.
      serial = entry.serial + SERIAL_LEAP
    } else put(maps, entry)
  }
  journal.compact([{ kind: 'seed', value: seed, serial }, ...entriesOf(maps)])

  return {
    ...maps,
    save: (kind, value) => {
      const entry = { kind, value } as Exclude<Entry, { kind: 'seed' }>
      put(maps, entry)
      journal.append(entry)
    },
    nextTradeNo: (day) => `${day.replaceAll('-', '')}22001${String(++serial).padStart(15, '0')}`,
    nextId: () => createHash('sha256').update(`${seed}:${++serial}`).digest('hex').slice(0, 34),
    close: journal.close,
  }
}

type Maps = ReturnType<typeof emptyMaps>

function emptyMaps() {
  return {
    merchants: new Map<string, Merchant>(),
    trades: new Map<string, Trade>(),
    tradesByToken: new Map<string, Trade>(),
    tradesByNo: new Map<string, Trade>(),
    refunds: new Map<string, Refund>(),
    settlements: new Map<string, Settlement>(),
    relations: new Map<string, Relation>(),
    notices: new Map<string, Notice>(),
  }
}

function put(maps: Maps, { kind, value }: Exclude<Entry, { kind: 'seed' }>): void {
  if (kind === 'merchant') maps.merchants.set(value.appId, value)
  if (kind === 'trade') {
    maps.trades.set(keyOf(value.appId, value.outTradeNo), value)
    maps.tradesByToken.set(value.token, value)
    maps.tradesByNo.set(value.tradeNo, value)
  }
  if (kind === 'refund') maps.refunds.set(keyOf(value.appId, value.outTradeNo, value.outRequestNo), value)
  if (kind === 'settlement') maps.settlements.set(keyOf(value.appId, value.outRequestNo), value)
  if (kind === 'relation') maps.relations.set(keyOf(value.appId, value.type, value.account), value)
  if (kind === 'notice') maps.notices.set(value.id, value)
}

function entriesOf(maps: Maps): readonly Entry[] {
  const all = <Kind extends keyof Kinds>(kind: Kind, values: Iterable<Kinds[Kind]>): Entry[] =>
    Array.from(values, (value) => ({ kind, value }) as Entry)
  return [
    ...all('merchant', maps.merchants.values()),
    ...all('trade', maps.trades.values()),
    ...all('refund', maps.refunds.values()),
    ...all('settlement', maps.settlements.values()),
    ...all('relation', maps.relations.values()),
    ...all('notice', maps.notices.values()),
  ]
}
