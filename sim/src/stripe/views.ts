import type { Account, Books, Dispute, Intent, Movement, Refund, Session } from './books.ts'

type View = Record<string, unknown>

/** What Stripe's own libraries expect of its objects, as far as a shop reads them. Times are unix seconds. */
export const seconds = (ms: number): number => Math.floor(ms / 1000)

/** Which ids are replaced by the things themselves, by their path, e.g. `payment_intent.latest_charge`. */
export type Expansion = ReadonlySet<string>
const NONE: Expansion = new Set()

export function showAccount(account: Account): View {
  return { id: account.id, object: 'account', business_profile: { name: account.name }, charges_enabled: true }
}

export function showSession(books: Books, session: Session, expand: Expansion = NONE): View {
  const intent = session.intentId === undefined ? undefined : books.intents.get(session.intentId)
  const whole = intent && (expand.has('payment_intent') || expand.has('payment_intent.latest_charge'))
  return {
    id: session.id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: false },
    amount_subtotal: session.amount,
    amount_total: session.amount,
    cancel_url: session.cancelUrl,
    client_reference_id: session.reference,
    created: seconds(session.createdAtMs),
    currency: session.currency,
    expires_at: seconds(session.expiresAtMs),
    livemode: false,
    metadata: session.metadata,
    mode: 'payment',
    payment_intent: whole ? showIntent(intent, expand.has('payment_intent.latest_charge')) : (session.intentId ?? null),
    payment_status: session.paid ? 'paid' : 'unpaid',
    status: session.status,
    success_url: session.successUrl,
  }
}

function showIntent(intent: Intent, withCharge: boolean): View {
  return {
    id: intent.id,
    object: 'payment_intent',
    amount: intent.amount,
    amount_received: intent.amount,
    created: seconds(intent.createdAtMs),
    currency: intent.currency,
    latest_charge: withCharge ? showCharge(intent) : intent.chargeId,
    livemode: false,
    metadata: intent.metadata,
    status: 'succeeded',
  }
}

function showCharge(intent: Intent): View {
  return {
    id: intent.chargeId,
    object: 'charge',
    amount: intent.amount,
    amount_refunded: intent.refunded,
    created: seconds(intent.createdAtMs),
    currency: intent.currency,
    disputed: intent.disputed,
    livemode: false,
    metadata: intent.metadata,
    paid: true,
    payment_intent: intent.id,
    refunded: intent.refunded === intent.amount,
    status: 'succeeded',
  }
}

export function showRefund(books: Books, refund: Refund): View {
  return {
    id: refund.id,
    object: 'refund',
    amount: refund.amount,
    charge: books.intents.get(refund.intentId)?.chargeId ?? null,
    created: seconds(refund.createdAtMs),
    currency: refund.currency,
    ...(refund.failureReason !== undefined && { failure_reason: refund.failureReason }),
    metadata: refund.metadata,
    payment_intent: refund.intentId,
    reason: 'requested_by_customer',
    status: refund.status,
  }
}

export function showDispute(books: Books, dispute: Dispute): View {
  return {
    id: dispute.id,
    object: 'dispute',
    amount: dispute.amount,
    charge: books.intents.get(dispute.intentId)?.chargeId ?? null,
    created: seconds(dispute.createdAtMs),
    currency: dispute.currency,
    livemode: false,
    metadata: {},
    payment_intent: dispute.intentId,
    reason: dispute.reason,
    status: dispute.status,
  }
}

export function showMovement(books: Books, movement: Movement, expand: Expansion = NONE): View {
  return {
    id: movement.id,
    object: 'balance_transaction',
    amount: movement.amount,
    available_on: seconds(movement.atMs) + 2 * 86_400,
    created: seconds(movement.atMs),
    currency: movement.currency,
    description: null,
    exchange_rate: null,
    fee: movement.fee,
    net: movement.amount - movement.fee,
    reporting_category: movement.category,
    source: (expand.has('data.source') && sourceOf(books, movement)) || movement.sourceId,
    status: 'available',
    type: movement.type,
  }
}

function sourceOf(books: Books, movement: Movement): View | undefined {
  const { sourceId } = movement
  const refund = books.refunds.get(sourceId)
  if (refund) return showRefund(books, refund)
  const dispute = books.disputes.get(sourceId)
  if (dispute) return showDispute(books, dispute)
  const intent = books.intents.get(sourceId.replace(/^ch/, 'pi'))
  // A charge in the bill shows the bill's amount: with a planted mistake both of them are wrong.
  return intent && { ...showCharge(intent), amount: movement.amount }
}
