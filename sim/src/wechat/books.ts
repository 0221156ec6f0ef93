import { createHash } from 'node:crypto'
import { type Journal, openJournal } from '../journal.ts'

export type Merchant = {
  readonly mchid: string
  readonly appid: string
  readonly name: string
  /** Of the merchant's own certificate. */
  readonly serial: string
  readonly certificate: string
  readonly privateKey: string
  /** 32 characters: seals notices and certificates. */
  readonly apiV3Key: string
}

/** A key the gateway signs with. `id` is what `Wechatpay-Serial` says: a certificate's serial or `PUB_KEY_ID_…`. */
export type PlatformKey = {
  readonly id: string
  readonly kind: 'certificate' | 'public_key'
  readonly privateKey: string
  /** What merchants verify with: a certificate or a public key, PEM. */
  readonly publicPem: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** A retired certificate signs nothing more; one not published is known to nobody. */
  state: 'active' | 'retired' | 'unpublished'
}

export type TradeType = 'NATIVE' | 'MWEB' | 'JSAPI'
export type Trade = { readonly transactionId: string; readonly paidAtMs: number; readonly openid: string }

export type Payment = {
  readonly mchid: string
  readonly appid: string
  readonly outTradeNo: string
  readonly tradeType: TradeType
  readonly description: string
  readonly attach: string
  readonly notifyUrl: string
  readonly total: number
  readonly currency: string
  readonly openid: string
  readonly profitSharing: boolean
  readonly expiresAtMs: number
  readonly createdAtMs: number
  readonly prepayId: string
  /** Unguessable part of the cashier's address. */
  readonly token: string
  /** The terms as they were sent: a repeat must say the same. */
  readonly terms: string
  state: 'NOTPAY' | 'SUCCESS' | 'REFUND' | 'CLOSED'
  trade?: Trade
  refunded: number
  /** Still waiting to be shared or let go. */
  frozen: number
}

export type RefundStatus = 'PROCESSING' | 'SUCCESS' | 'CLOSED' | 'ABNORMAL'
export type Refund = {
  readonly mchid: string
  readonly outRefundNo: string
  readonly refundId: string
  readonly outTradeNo: string
  readonly transactionId: string
  readonly amount: number
  readonly total: number
  readonly notifyUrl: string
  readonly createdAtMs: number
  status: RefundStatus
  successAtMs?: number
}

export type Share = {
  readonly type: string
  readonly account: string
  readonly amount: number
  readonly description: string
  result: 'PENDING' | 'SUCCESS' | 'CLOSED'
  failReason?: string
}
export type Split = {
  readonly mchid: string
  readonly outOrderNo: string
  readonly orderId: string
  readonly transactionId: string
  readonly receivers: readonly Share[]
  /** Whether what was not shared is let go. */
  readonly unfreeze: boolean
  readonly createdAtMs: number
  state: 'PROCESSING' | 'FINISHED'
}
export type Receiver = {
  readonly mchid: string
  readonly type: string
  readonly account: string
  readonly name: string
}

/** A notice that its receiver has not acknowledged yet, with its place on the ladder. */
export type Notice = {
  readonly id: string
  readonly mchid: string
  /** Whose switches apply to it. */
  readonly outTradeNo: string
  /** The refund it is about; absent: the payment. */
  readonly outRefundNo?: string
  readonly event: string
  readonly summary: string
  readonly url: string
  /** What is sealed: the payment or refund as it stood when the notice was written. */
  readonly resource: Record<string, unknown>
  readonly createdAtMs: number
  attempts: number
  acknowledged: boolean
}

type Tables = {
  readonly merchant: Merchant
  readonly key: PlatformKey
  readonly payment: Payment
  readonly refund: Refund
  readonly split: Split
  readonly receiver: Receiver
  readonly notice: Notice
}
type Kind = keyof Tables
type Entry = { [K in Kind]: { readonly kind: K; readonly value: Tables[K] } }[Kind] | SeedEntry
type SeedEntry = { readonly kind: 'seed'; readonly value: string; readonly serial: number }

/** The gateway's own books. They are the second, independent record that reconciliation compares ours with. */
export type Books = {
  readonly merchants: Map<string, Merchant>
  readonly keys: Map<string, PlatformKey>
  /** By `keyOf(mchid, outTradeNo)`. */
  readonly payments: Map<string, Payment>
  readonly paymentsByToken: Map<string, Payment>
  readonly paymentsByPrepayId: Map<string, Payment>
  readonly paymentsByTransaction: Map<string, Payment>
  readonly refunds: Map<string, Refund>
  readonly splits: Map<string, Split>
  readonly receivers: Map<string, Receiver>
  readonly notices: Map<string, Notice>
  /** Keeps the present state of one thing, in memory and in the journal. */
  readonly save: <K extends Kind>(kind: K, value: Tables[K]) => void
  /** A decimal number of `digits`, `prefix` included: the same seed and the same calls give the same numbers. */
  readonly nextNo: (prefix: string, digits: number) => string
  /** Letters and digits nobody can guess without the seed. */
  readonly nextToken: () => string
  readonly close: () => void
}

/** Books are per merchant: two merchants may use the same number. */
export const keyOf = (mchid: string, no: string): string => `${mchid}/${no}`
/** Serials are not written one by one: a leap beyond anything handed out keeps numbers unique after a restart. */
const SERIAL_LEAP = 1_000_000_000

export function openBooks(options: { readonly file?: string | undefined; readonly seed: string }): Books {
  const journal: Journal<Entry> = openJournal<Entry>(options.file)
  const tables = emptyTables()
  let { seed } = options
  let serial = 0
  for (const entry of journal.load()) {
    if (entry.kind === 'seed') {
      seed = entry.value
      serial = entry.serial + SERIAL_LEAP
    } else {
      put(tables, entry.kind, entry.value)
    }
  }
  journal.compact([{ kind: 'seed', value: seed, serial }, ...living(tables)])

  return {
    ...tables,
    save: (kind, value) => {
      put(tables, kind, value)
      journal.append({ kind, value } as Entry)
    },
    nextNo: (prefix, digits) => `${prefix}${String(++serial).padStart(digits - prefix.length, '0')}`,
    nextToken: () => createHash('sha256').update(`${seed}:${++serial}`).digest('hex').slice(0, 32),
    close: journal.close,
  }
}

function emptyTables() {
  return {
    merchants: new Map<string, Merchant>(),
    keys: new Map<string, PlatformKey>(),
    payments: new Map<string, Payment>(),
    paymentsByToken: new Map<string, Payment>(),
    paymentsByPrepayId: new Map<string, Payment>(),
    paymentsByTransaction: new Map<string, Payment>(),
    refunds: new Map<string, Refund>(),
    splits: new Map<string, Split>(),
    receivers: new Map<string, Receiver>(),
    notices: new Map<string, Notice>(),
  }
}
type AllTables = ReturnType<typeof emptyTables>

function put(tables: AllTables, kind: Kind, value: Tables[Kind]): void {
  const entry = { kind, value } as Exclude<Entry, SeedEntry>
  if (entry.kind === 'merchant') tables.merchants.set(entry.value.mchid, entry.value)
  if (entry.kind === 'key') tables.keys.set(entry.value.id, entry.value)
  if (entry.kind === 'payment') putPayment(tables, entry.value)
  if (entry.kind === 'refund') tables.refunds.set(keyOf(entry.value.mchid, entry.value.outRefundNo), entry.value)
  if (entry.kind === 'split') tables.splits.set(keyOf(entry.value.mchid, entry.value.outOrderNo), entry.value)
  if (entry.kind === 'receiver') tables.receivers.set(keyOf(entry.value.mchid, entry.value.account), entry.value)
  if (entry.kind === 'notice') tables.notices.set(entry.value.id, entry.value)
}

function putPayment(tables: AllTables, payment: Payment): void {
  tables.payments.set(keyOf(payment.mchid, payment.outTradeNo), payment)
  tables.paymentsByToken.set(payment.token, payment)
  tables.paymentsByPrepayId.set(payment.prepayId, payment)
  if (payment.trade) tables.paymentsByTransaction.set(keyOf(payment.mchid, payment.trade.transactionId), payment)
}

/** Everything but the notices that were acknowledged. */
function living(tables: AllTables): readonly Entry[] {
  const entries = <K extends Kind>(kind: K, map: Map<string, Tables[K]>): Entry[] =>
    [...map.values()].map((value) => ({ kind, value }) as Entry)
  return [
    ...entries('merchant', tables.merchants),
    ...entries('key', tables.keys),
    ...entries('payment', tables.payments),
    ...entries('refund', tables.refunds),
    ...entries('split', tables.splits),
    ...entries('receiver', tables.receivers),
    ...entries('notice', tables.notices).filter(({ value }) => !(value as Notice).acknowledged),
  ]
}
