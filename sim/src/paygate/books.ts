import { createHash } from 'node:crypto'
import { type Journal, openJournal } from '../journal.ts'

export type Merchant = { readonly id: string; readonly secret: string; readonly name: string }

export type Trade = {
  readonly tradeNo: string
  readonly amount: number
  readonly currency: string
  readonly paidAtMs: number
  refunded: number
}

export type Payment = {
  readonly merchantId: string
  readonly outTradeNo: string
  readonly amount: number
  readonly currency: string
  readonly subject: string
  readonly notifyUrl: string
  readonly returnUrl: string
  readonly expiresAtMs: number
  readonly createdAtMs: number
  /** Unguessable part of the cashier's address. */
  readonly token: string
  status: 'WAIT' | 'PAID' | 'CLOSED'
  readonly trades: Trade[]
}

export type Refund = {
  readonly merchantId: string
  readonly outRefundNo: string
  readonly refundNo: string
  readonly outTradeNo: string
  readonly tradeNo: string
  readonly amount: number
  readonly reason: string
  readonly createdAtMs: number
  status: 'PROCESSING' | 'SUCCESS' | 'FAILED'
  /** When it became the one or the other, on the machine's clock. */
  endedAtMs?: number
  failReason?: string
}

/** A notice that its receiver has not acknowledged yet, with its place on the ladder. */
export type Notice = {
  readonly id: string
  readonly merchantId: string
  readonly outTradeNo: string
  readonly tradeNo: string
  attempts: number
  acknowledged: boolean
}

type Entry =
  | { readonly kind: 'merchant'; readonly value: Merchant }
  | { readonly kind: 'payment'; readonly value: Payment }
  | { readonly kind: 'refund'; readonly value: Refund }
  | { readonly kind: 'notice'; readonly value: Notice }
  | { readonly kind: 'seed'; readonly value: string; readonly serial: number }

/** The gateway's own books. They are the second, independent record that reconciliation compares ours with. */
export type Books = {
  readonly merchants: Map<string, Merchant>
  readonly payments: Map<string, Payment>
  readonly paymentsByToken: Map<string, Payment>
  readonly refunds: Map<string, Refund>
  /** By trade number: every trade has one notice. */
  readonly notices: Map<string, Notice>
  /** Writes the present state of one thing to the journal. */
  readonly save: (
    kind: 'merchant' | 'payment' | 'refund' | 'notice',
    value: Merchant | Payment | Refund | Notice,
  ) => void
  /** `prefix` + a serial: the same seed and the same calls give the same numbers. */
  readonly nextNo: (prefix: string) => string
  /** Letters and digits nobody can guess without the seed. */
  readonly nextToken: () => string
  readonly close: () => void
}

/** Books are per merchant: two merchants may use the same number. */
export const keyOf = (merchantId: string, no: string): string => `${merchantId}/${no}`

export function openBooks(options: { readonly file?: string | undefined; readonly seed: string }): Books {
  const journal: Journal<Entry> = openJournal<Entry>(options.file)
  const merchants = new Map<string, Merchant>()
  const payments = new Map<string, Payment>()
  const paymentsByToken = new Map<string, Payment>()
  const refunds = new Map<string, Refund>()
  const notices = new Map<string, Notice>()
  let seed = options.seed
  let serial = 0

  for (const entry of journal.load()) {
    if (entry.kind === 'merchant') merchants.set(entry.value.id, entry.value)
    if (entry.kind === 'payment') payments.set(keyOf(entry.value.merchantId, entry.value.outTradeNo), entry.value)
    if (entry.kind === 'refund') refunds.set(keyOf(entry.value.merchantId, entry.value.outRefundNo), entry.value)
    if (entry.kind === 'notice') notices.set(entry.value.tradeNo, entry.value)
    if (entry.kind === 'seed') seed = entry.value
    // Serials are not written one by one: a leap beyond anything handed out keeps numbers unique after a restart.
    if (entry.kind === 'seed') serial = entry.serial + SERIAL_LEAP
  }
  for (const payment of payments.values()) paymentsByToken.set(payment.token, payment)
  journal.compact([
    { kind: 'seed', value: seed, serial },
    ...[...merchants.values()].map((value): Entry => ({ kind: 'merchant', value })),
    ...[...payments.values()].map((value): Entry => ({ kind: 'payment', value })),
    ...[...refunds.values()].map((value): Entry => ({ kind: 'refund', value })),
    ...[...notices.values()]
      .filter((notice) => !notice.acknowledged)
      .map((value): Entry => ({ kind: 'notice', value })),
  ])

  return {
    merchants,
    payments,
    paymentsByToken,
    refunds,
    notices,
    save: (kind, value) => journal.append({ kind, value } as Entry),
    nextNo: (prefix) => `${prefix}${String(++serial).padStart(14, '0')}`,
    nextToken: () => createHash('sha256').update(`${seed}:${++serial}`).digest('base64url').slice(0, 32),
    close: journal.close,
  }
}

const SERIAL_LEAP = 1_000_000_000
