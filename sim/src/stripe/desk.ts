import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Account, Books, Dispute, Intent, Movement, Refund, Session } from './books.ts'
import type { StripeFaultKind } from './faults.ts'
import { showDispute, showRefund, showSession } from './views.ts'

/** An answer of Stripe that is not a success; `status` is the HTTP status it travels with. */
export class StripeRefusal extends Error {
  readonly code: string
  readonly status: number
  readonly type: string
  constructor(code: string, status: number, message: string, type = 'invalid_request_error') {
    super(message)
    this.code = code
    this.status = status
    this.type = type
  }
}

export type SessionInput = Pick<
  Session,
  'reference' | 'amount' | 'currency' | 'productName' | 'successUrl' | 'cancelUrl' | 'metadata' | 'intentMetadata'
> & { readonly expiresAtMs?: number }

/** Tells the account about something; resolves after the first sending. */
export type Announce = (
  accountId: string,
  type: string,
  reference: string,
  object: Readonly<Record<string, unknown>>,
) => Promise<void>

/** Stripe's business, without any wire. */
export type Desk = {
  readonly open: (account: Account, input: SessionInput) => Session
  readonly session: (account: Account, id: string) => Session
  readonly expire: (account: Account, id: string) => Promise<Session>
  /** What the page does when a person presses pay. Resolves when the account has been told. */
  readonly pay: (session: Session) => Promise<void>
  readonly intent: (account: Account, id: string) => Intent
  readonly refund: (
    account: Account,
    input: { readonly intentId: string; readonly amount?: number; readonly metadata: Refund['metadata'] },
  ) => Refund
  /** A cardholder goes to the bank. An inquiry takes no money yet. */
  readonly dispute: (
    intent: Intent,
    options?: { readonly inquiry?: boolean; readonly reason?: string },
  ) => Promise<Dispute>
  readonly closeDispute: (dispute: Dispute, won: boolean) => Promise<Dispute>
}

type DeskParts = {
  readonly books: Books
  readonly clock: VirtualClock
  readonly faults: FaultSwitch<StripeFaultKind>
  readonly announce: Announce
  /** The date that is written into the books, in milliseconds. */
  readonly dated: () => number
}

const SESSION_MS_MIN = 30 * 60_000
const SESSION_MS_MAX = 24 * 3_600_000
/** Smallest charge, in hundredths: the same everywhere here, near 50 US cents. */
const AMOUNT_MIN = 50
const DISPUTE_FEE = 1500

export function openDesk(parts: DeskParts): Desk {
  const { books, clock, faults, announce, dated } = parts

  const move = (movement: Omit<Movement, 'id' | 'atMs'>): void =>
    books.save('movement', { ...movement, id: books.nextId('txn'), atMs: dated() })

  const session = (account: Account, id: string): Session => {
    const found = books.sessions.get(id)
    if (!found || found.accountId !== account.id || faults.take('query.not_found', { key: found.reference })) {
      throw new StripeRefusal('resource_missing', 404, `No such checkout.session: ${id}`)
    }
    return aged(found)
  }
  const aged = (found: Session): Session => {
    if (found.status === 'open' && clock.now() >= found.expiresAtMs) {
      found.status = 'expired'
      books.save('session', found)
    }
    return found
  }

  const takeMoney = (paying: Session): void => {
    const id = paying.intentId ?? books.nextId('pi')
    const intent: Intent = {
      id,
      chargeId: id.replace(/^pi/, 'ch'),
      accountId: paying.accountId,
      sessionId: paying.id,
      reference: paying.reference,
      amount: paying.amount,
      currency: paying.currency,
      createdAtMs: dated(),
      metadata: paying.intentMetadata,
      refunded: 0,
      disputed: false,
    }
    books.save('intent', intent)
    paying.intentId = intent.id
    paying.paid = true
    books.save('session', paying)
    move({
      ...movementOf(intent),
      type: 'charge',
      category: 'charge',
      amount: intent.amount,
      fee: feeOf(intent.amount),
      sourceId: intent.chargeId,
    })
  }
  const told = (paying: Session, type: string): Promise<void> =>
    announce(paying.accountId, `checkout.session.${type}`, paying.reference, showSession(books, paying))

  const pay = async (found: Session): Promise<void> => {
    const paying = aged(found)
    if (paying.status !== 'open') {
      throw new StripeRefusal('session_not_open', 400, `This Checkout Session is ${paying.status}`)
    }
    paying.status = 'complete'
    const later = faults.take('pay.async', { key: paying.reference })
    if (!later) {
      takeMoney(paying)
      return told(paying, 'completed')
    }
    // Bank debits and vouchers: the intent exists, the money does not yet.
    paying.intentId = books.nextId('pi')
    books.save('session', paying)
    clock.at(clock.now() + (later.ms ?? 60_000), async () => {
      takeMoney(paying)
      await told(paying, 'async_payment_succeeded')
    })
    await told(paying, 'completed')
  }

  const intent = (account: Account, id: string): Intent => {
    const found = books.intents.get(id)
    if (!found || found.accountId !== account.id) {
      throw new StripeRefusal('resource_missing', 404, `No such payment_intent: '${id}'`)
    }
    return found
  }

  return {
    session,
    pay,
    intent,
    open: (account, input) => {
      const { expiresAtMs = Date.now() + SESSION_MS_MAX, ...rest } = input
      checkSession(input.amount, expiresAtMs - Date.now())
      const opened: Session = {
        ...rest,
        id: `cs_test_${books.nextToken()}`,
        accountId: account.id,
        // Deadlines follow this clock, dates of the wire the machine's.
        expiresAtMs: clock.now() + (expiresAtMs - Date.now()),
        createdAtMs: dated(),
        status: 'open',
        paid: false,
      }
      books.save('session', opened)
      return opened
    },
    expire: async (account, id) => {
      const found = session(account, id)
      if (faults.take('expire.paid_first', { key: found.reference })) await pay(found)
      if (found.status !== 'open') {
        throw new StripeRefusal(
          'resource_state',
          400,
          `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${found.status}.`,
        )
      }
      found.status = 'expired'
      books.save('session', found)
      await told(found, 'expired')
      return found
    },
    refund: (account, input) => refundOf(parts, move, intent(account, input.intentId), input),
    dispute: async (disputed, options = {}) => {
      const inquiry = options.inquiry ?? false
      const made: Dispute = {
        id: books.nextId('du'),
        accountId: disputed.accountId,
        intentId: disputed.id,
        amount: disputed.amount - disputed.refunded,
        currency: disputed.currency,
        reason: options.reason ?? 'fraudulent',
        createdAtMs: dated(),
        status: inquiry ? 'warning_needs_response' : 'needs_response',
      }
      books.save('dispute', made)
      if (!inquiry) {
        disputed.disputed = true
        books.save('intent', disputed)
        move({
          ...movementOf(disputed),
          type: 'adjustment',
          category: 'dispute',
          amount: -made.amount,
          fee: DISPUTE_FEE,
          sourceId: made.id,
        })
      }
      await announce(made.accountId, 'charge.dispute.created', disputed.reference, showDispute(books, made))
      return made
    },
    closeDispute: async (closing, won) => {
      const disputed = books.intents.get(closing.intentId)
      if (!disputed) throw new Error(`a dispute of an unknown payment ${closing.intentId}`)
      const inquiry = closing.status === 'warning_needs_response'
      closing.status = inquiry ? 'warning_closed' : won ? 'won' : 'lost'
      books.save('dispute', closing)
      if (closing.status === 'won') {
        move({
          ...movementOf(disputed),
          type: 'adjustment',
          category: 'dispute_reversal',
          amount: closing.amount,
          fee: -DISPUTE_FEE,
          sourceId: closing.id,
        })
      }
      await announce(closing.accountId, 'charge.dispute.closed', disputed.reference, showDispute(books, closing))
      return closing
    },
  }
}

function checkSession(amount: number, openMs: number): void {
  if (amount < AMOUNT_MIN) {
    throw new StripeRefusal(
      'amount_too_small',
      400,
      'The Checkout Session’s total amount must convert to at least 50 cents.',
    )
  }
  if (openMs < SESSION_MS_MIN - 1000 || openMs > SESSION_MS_MAX + 1000) {
    throw new StripeRefusal(
      'parameter_invalid_integer',
      400,
      'The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.',
    )
  }
}

const feeOf = (amount: number): number => Math.round(amount * 0.034) + 30

const movementOf = (intent: Intent): Pick<Movement, 'accountId' | 'currency' | 'reference'> => ({
  accountId: intent.accountId,
  currency: intent.currency,
  reference: intent.reference,
})

function refundOf(
  parts: DeskParts,
  move: (movement: Omit<Movement, 'id' | 'atMs'>) => void,
  intent: Intent,
  input: { readonly amount?: number; readonly metadata: Refund['metadata'] },
): Refund {
  const { books, faults, clock, announce, dated } = parts
  const at = { key: intent.reference }
  const left = intent.amount - intent.refunded
  if (left === 0)
    throw new StripeRefusal('charge_already_refunded', 400, `Charge ${intent.chargeId} has already been refunded.`)
  const amount = input.amount ?? left
  if (amount > left) {
    throw new StripeRefusal(
      'amount_too_large',
      400,
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
    )
  }
  if (intent.disputed || faults.take('refund.reject', at)) {
    throw new StripeRefusal(
      'charge_disputed',
      400,
      `Charge ${intent.chargeId} has been charged back; cannot issue a refund.`,
    )
  }
  const failing = faults.take('refund.fail_later', at)
  const slow = faults.take('refund.slow', at)
  const made: Refund = {
    id: books.nextId('re'),
    accountId: intent.accountId,
    intentId: intent.id,
    amount,
    currency: intent.currency,
    createdAtMs: dated(),
    metadata: input.metadata,
    status: slow ? 'pending' : 'succeeded',
  }
  intent.refunded += amount
  books.save('intent', intent)
  books.save('refund', made)
  move({ ...movementOf(intent), type: 'refund', category: 'refund', amount: -amount, fee: 0, sourceId: made.id })
  void announce(made.accountId, 'refund.created', intent.reference, showRefund(books, made))
  const later = failing ?? slow
  if (later) clock.at(clock.now() + (later.ms ?? 60_000), () => (failing ? fail() : succeed()))
  else void announce(made.accountId, 'refund.updated', intent.reference, showRefund(books, made))
  return made

  async function succeed(): Promise<void> {
    made.status = 'succeeded'
    books.save('refund', made)
    await announce(made.accountId, 'refund.updated', intent.reference, showRefund(books, made))
  }
  async function fail(): Promise<void> {
    made.status = 'failed'
    made.failureReason = 'lost_or_stolen_card'
    intent.refunded -= amount
    books.save('refund', made)
    books.save('intent', intent)
    move({
      ...movementOf(intent),
      type: 'refund_failure',
      category: 'refund_failure',
      amount,
      fee: 0,
      sourceId: made.id,
    })
    await announce(made.accountId, 'refund.failed', intent.reference, showRefund(books, made))
  }
}
