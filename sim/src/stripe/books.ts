import { createHash } from 'node:crypto'
import { openJournal } from '../journal.ts'

export type WebhookSecret = {
  readonly secret: string /** Signs besides the newer one until then. */
  expiresAtMs?: number
}
export type Account = {
  readonly id: string
  readonly name: string
  secretKey: string
  webhookUrl?: string
  webhookSecrets: WebhookSecret[]
}
type Metadata = Readonly<Record<string, string>>
/** A hosted payment page. */
export type Session = {
  readonly id: string
  readonly accountId: string
  readonly reference: string
  readonly amount: number
  readonly currency: string
  readonly productName: string
  readonly successUrl: string
  readonly cancelUrl: string
  readonly expiresAtMs: number
  readonly createdAtMs: number
  readonly metadata: Metadata
  readonly intentMetadata: Metadata
  status: 'open' | 'complete' | 'expired'
  paid: boolean
  intentId?: string
}
export type Intent = {
  readonly id: string
  readonly chargeId: string
  readonly accountId: string
  readonly sessionId: string
  readonly reference: string
  readonly amount: number
  readonly currency: string
  readonly createdAtMs: number
  readonly metadata: Metadata
  refunded: number
  disputed: boolean
}
export type Refund = {
  readonly id: string
  readonly accountId: string
  readonly intentId: string
  readonly amount: number
  readonly currency: string
  readonly createdAtMs: number
  readonly metadata: Metadata
  status: 'pending' | 'succeeded' | 'failed'
  failureReason?: string
}
export type Dispute = {
  readonly id: string
  readonly accountId: string
  readonly intentId: string
  readonly amount: number
  readonly currency: string
  readonly reason: string
  readonly createdAtMs: number
  status: 'warning_needs_response' | 'warning_closed' | 'needs_response' | 'won' | 'lost'
}
/** A movement of the account's balance; together they are the bill. */
export type Movement = {
  readonly id: string
  readonly accountId: string
  readonly type: string
  readonly category: string
  /** Signed, before the fee. */
  readonly amount: number
  readonly fee: number
  readonly currency: string
  readonly atMs: number
  readonly sourceId: string
  /** The payment it belongs to. */
  readonly reference: string
}
/** An event and how far its sending got. */
export type Event = {
  readonly id: string
  readonly accountId: string
  readonly type: string
  readonly reference: string
  readonly createdAtMs: number
  readonly object: Readonly<Record<string, unknown>>
  attempts: number
  acknowledged: boolean
}
/** What was answered under a key for repeats. */
export type Repeat = { readonly id: string; readonly terms: string; readonly status: number; readonly body: string }

type Things = {
  account: Account
  session: Session
  intent: Intent
  refund: Refund
  dispute: Dispute
  movement: Movement
  event: Event
  repeat: Repeat
}
type Kind = keyof Things
type Entry = { [K in Kind]: { readonly kind: K; readonly value: Things[K] } }[Kind] | Seed
type Seed = { readonly kind: 'seed'; readonly value: string; readonly serial: number }

/** Stripe's own books: the second, independent record that reconciliation compares ours with. */
export type Books = { readonly [K in Kind as `${K}s`]: Map<string, Things[K]> } & {
  /** Keeps a thing, or its present state. */
  readonly save: <K extends Kind>(kind: K, value: Things[K]) => void
  /** `prefix` + a serial + letters nobody can guess without the seed: the same seed and calls give the same ids. */
  readonly nextId: (prefix: string) => string
  readonly nextToken: () => string
  readonly close: () => void
}

const SERIAL_LEAP = 1_000_000_000

export function openBooks(options: { readonly file?: string | undefined; readonly seed: string }): Books {
  const journal = openJournal<Entry>(options.file)
  const maps = {
    accounts: new Map<string, Account>(),
    sessions: new Map<string, Session>(),
    intents: new Map<string, Intent>(),
    refunds: new Map<string, Refund>(),
    disputes: new Map<string, Dispute>(),
    movements: new Map<string, Movement>(),
    events: new Map<string, Event>(),
    repeats: new Map<string, Repeat>(),
  }
  const mapOf = <K extends Kind>(kind: K) => maps[`${kind}s`] as unknown as Map<string, Things[K]>
  let { seed } = options
  let serial = 0
  for (const entry of journal.load()) {
    if (entry.kind === 'seed') {
      seed = entry.value
      // Serials are not written one by one: a leap beyond anything handed out keeps ids unique after a restart.
      serial = entry.serial + SERIAL_LEAP
    } else mapOf(entry.kind).set(entry.value.id, entry.value)
  }
  const kinds = ['account', 'session', 'intent', 'refund', 'dispute', 'movement', 'event', 'repeat'] as const
  journal.compact([
    { kind: 'seed', value: seed, serial },
    ...kinds.flatMap((kind) => [...mapOf(kind).values()].map((value) => ({ kind, value }) as Entry)),
  ])
  const nextToken = (): string => createHash('sha256').update(`${seed}:${++serial}`).digest('hex')
  return {
    ...maps,
    save: (kind, value) => {
      mapOf(kind).set(value.id, value)
      journal.append({ kind, value } as Entry)
    },
    nextId: (prefix) => `${prefix}_${String(++serial).padStart(10, '0')}${nextToken().slice(0, 14)}`,
    nextToken,
    close: journal.close,
  }
}
