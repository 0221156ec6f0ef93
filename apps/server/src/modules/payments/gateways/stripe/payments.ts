import type { Stripe } from 'stripe'
import { z } from 'zod'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type {
  CloseOutcome,
  CreateOutcome,
  GatewayAccount,
  GatewayTrade,
  PaymentCall,
  PaymentRef,
  QueryOutcome,
  Refused,
  Unknown,
} from '../../gateway.ts'
import { type Asked, askStripe, unknown } from './client.ts'
import { fromStripe, STRIPE_CURRENCIES, toStripe } from './money.ts'

/** Stripe keeps a page open 30 minutes at least; a minute more for clocks. Ours is closed at its end by `close`. */
const PAGE_OPEN_SECONDS_MIN = 31 * 60
/** A page lives for a day at most: older ones need not be looked through. */
const LOST_PAGE_SECONDS_MAX = 26 * 3600
const LOST_PAGE_LISTS_MAX = 5
const LIST_MAX = 100

const charge = z.union([z.string(), z.object({ created: z.int() })]).nullable()
const intent = z.object({
  id: z.string(),
  amount_received: z.int(),
  currency: z.string(),
  created: z.int(),
  latest_charge: charge.optional(),
})
const session = z.object({
  id: z.string(),
  client_reference_id: z.string().nullable(),
  status: z.string().nullable(),
  payment_status: z.string(),
  url: z.string().nullable().optional(),
  payment_intent: z.union([z.string(), intent]).nullable(),
})
type Session = z.infer<typeof session>

/** Opens a hosted page. Our number is the key for repeats, so a lost answer is asked for once more. */
export async function create(
  outbound: Outbound,
  account: GatewayAccount,
  payment: PaymentCall,
): Promise<CreateOutcome> {
  const amount = toStripe(payment.amountFen, payment.currency)
  if (!STRIPE_CURRENCIES.includes(payment.currency) || amount === undefined) {
    const message = `${payment.amountFen} hundredths of ${payment.currency} cannot be charged`
    return { kind: 'refused', code: 'amount_not_chargeable', message }
  }
  const params = paramsOf(payment, amount)
  const open = () =>
    askStripe(outbound, account, (stripe) =>
      stripe.checkout.sessions.create(params, { idempotencyKey: payment.paymentNo }),
    )
  const first = await open()
  const answer = first.kind === 'unknown' ? await open() : first
  if (answer.kind === 'missing') return unknown('the address knows no payment pages')
  if (answer.kind !== 'answer') return answer
  const parsed = session.safeParse(answer.value)
  if (!parsed.success || !isOurs(parsed.data, payment)) return unknown('the answer is not of this payment')
  const { url, id } = parsed.data
  if (!url) return unknown('no address of a payment page')
  const cashier = payment.scene === 'qr' ? ({ way: 'qr', content: url } as const) : ({ way: 'redirect', url } as const)
  return { kind: 'done', cashier, reference: id }
}

/** The same bytes for every repeat, else Stripe refuses the key: nothing in it may depend on the moment. */
function paramsOf(payment: PaymentCall, amount: number): Stripe.Checkout.SessionCreateParams {
  const metadata = { payment_no: payment.paymentNo }
  return {
    mode: 'payment',
    client_reference_id: payment.paymentNo,
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: payment.currency.toLowerCase(),
          unit_amount: amount,
          product_data: { name: payment.subject },
        },
      },
    ],
    // Charged, refunded and disputed in the currency of the order, whatever the account's default.
    adaptive_pricing: { enabled: false },
    expires_at: Math.floor(payment.expiresAt.getTime() / 1000) + PAGE_OPEN_SECONDS_MIN,
    success_url: payment.returnUrl,
    cancel_url: payment.returnUrl,
    metadata,
    payment_intent_data: { metadata },
  }
}

export async function query(outbound: Outbound, account: GatewayAccount, payment: PaymentRef): Promise<QueryOutcome> {
  const found = await sessionOf(outbound, account, payment)
  if (found.kind === 'missing') return { kind: 'done', state: 'not_found', trades: [] }
  if (found.kind !== 'answer') return found
  return stateOf(found.value)
}

/** Ends a page. One that is being paid at this moment cannot be ended; asking again tells how that went. */
export async function close(outbound: Outbound, account: GatewayAccount, payment: PaymentRef): Promise<CloseOutcome> {
  const found = await sessionOf(outbound, account, payment)
  if (found.kind === 'missing') return { kind: 'done', state: 'not_found' }
  if (found.kind !== 'answer') return found
  const known = closedAs(stateOf(found.value))
  if (known) return known
  const { id } = found.value
  const answer = await askStripe(outbound, account, (stripe) => stripe.checkout.sessions.expire(id))
  if (answer.kind === 'answer') {
    const parsed = session.safeParse(answer.value)
    if (parsed.success && parsed.data.status === 'expired') return { kind: 'done', state: 'closed' }
    return unknown('the page’s state is not readable')
  }
  if (answer.kind === 'unknown') return answer
  // Not open any more: paid or closed a moment ago.
  const again = await query(outbound, account, { ...payment, reference: id })
  return closedAs(again) ?? unknown('the page is neither open nor ended')
}

function closedAs(state: QueryOutcome): CloseOutcome | undefined {
  if (state.kind !== 'done') return state
  if (state.state === 'waiting') return undefined
  return { kind: 'done', state: state.state }
}

/** The page of a payment by its reference, else by looking through those of the last day for our number. */
async function sessionOf(outbound: Outbound, account: GatewayAccount, payment: PaymentRef): Promise<Asked<Session>> {
  const { reference } = payment
  if (reference === undefined) return findSession(outbound, account, payment)
  const answer = await askStripe(outbound, account, (stripe) =>
    stripe.checkout.sessions.retrieve(reference, { expand: ['payment_intent.latest_charge'] }),
  )
  if (answer.kind !== 'answer') return answer
  const parsed = session.safeParse(answer.value)
  if (!parsed.success || !isOurs(parsed.data, payment)) return unknown('the answer is not of this payment')
  return { kind: 'answer', value: parsed.data }
}

async function findSession(outbound: Outbound, account: GatewayAccount, payment: PaymentRef): Promise<Asked<Session>> {
  const since = Math.floor(Date.now() / 1000) - LOST_PAGE_SECONDS_MAX
  let after: string | undefined
  for (let list = 0; list < LOST_PAGE_LISTS_MAX; list++) {
    const answer = await askStripe(outbound, account, (stripe) =>
      stripe.checkout.sessions.list({
        limit: LIST_MAX,
        created: { gte: since },
        expand: ['data.payment_intent'],
        ...(after !== undefined && { starting_after: after }),
      }),
    )
    if (answer.kind !== 'answer') return answer
    const parsed = z.object({ data: z.array(session), has_more: z.boolean() }).safeParse(answer.value)
    if (!parsed.success) return unknown('the list of payment pages is not readable')
    const found = parsed.data.data.find((candidate) => isOurs(candidate, payment))
    if (found) return { kind: 'answer', value: found }
    after = parsed.data.data.at(-1)?.id
    if (!parsed.data.has_more || after === undefined) return { kind: 'missing' }
  }
  return unknown('too many payment pages to look through')
}

const isOurs = (found: Session, payment: PaymentRef): boolean => found.client_reference_id === payment.paymentNo

function stateOf(found: Session): QueryOutcome {
  if (found.status === 'expired') return { kind: 'done', state: 'closed', trades: [] }
  if (found.payment_status !== 'paid') return { kind: 'done', state: 'waiting', trades: [] }
  const trade = tradeOf(found)
  return trade.kind === 'trade' ? { kind: 'done', state: 'paid', trades: [trade.trade] } : trade
}

function tradeOf(found: Session): { readonly kind: 'trade'; readonly trade: GatewayTrade } | Refused | Unknown {
  const { payment_intent: paid } = found
  if (paid === null || typeof paid === 'string') return unknown('paid, but by what is not told')
  const currency = paid.currency.toUpperCase()
  const amountFen = fromStripe(paid.amount_received, currency)
  if (amountFen === undefined) return unknown(`an amount of ${currency} that is no whole hundredth`)
  const at = typeof paid.latest_charge === 'object' ? (paid.latest_charge?.created ?? paid.created) : paid.created
  return {
    kind: 'trade',
    trade: { tradeNo: paid.id, amountFen, currency, paidAt: new Date(at * 1000).toISOString() },
  }
}
