import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { FaultSwitch } from '../faults.ts'
import { balanceOf } from './balance.ts'
import type { Account, Books, Session } from './books.ts'
import { type Desk, StripeRefusal } from './desk.ts'
import type { StripeFaultKind } from './faults.ts'
import { type FormValue, parseForm, textAt, textsAt } from './form.ts'
import { seconds, showAccount, showRefund, showSession } from './views.ts'

/** A request as it came in, kept for whoever looks what was really sent. */
export type Received = {
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  readonly status: number
}
const RECEIVED_KEPT_MAX = 1000
const BODY_LIMIT_BYTES = 64 * 1024
type Endpoint = 'create' | 'query' | 'list' | 'expire' | 'refund' | 'refund_query' | 'account' | 'balance'

export type ApiParts = {
  readonly books: Books
  readonly desk: Desk
  readonly faults: FaultSwitch<StripeFaultKind>
  /** Where payment pages live. Known only once the server listens. */
  readonly origin: () => string
  readonly received: Received[]
}
type Asked = { readonly account: Account; readonly id: string; readonly form: { readonly [name: string]: FormValue } }
type Answer = { readonly status: number; readonly body: string }
type Work = (asked: Asked) => Record<string, unknown> | Promise<Record<string, unknown>>

export function buildHttp(): FastifyInstance {
  const app = fastify({ keepAliveTimeout: 30_000, forceCloseConnections: true, bodyLimit: BODY_LIMIT_BYTES })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  return app
}

/** Stripe's side for shops: `/v1`. */
export function addApi(app: FastifyInstance, parts: ApiParts): void {
  const { books, desk, faults } = parts
  const endpoint = (method: 'GET' | 'POST', path: string, name: Endpoint, work: Work): void => {
    app.route({
      method,
      url: path,
      handler: async (request, reply) => {
        const answer = await answerTo(parts, name, request, reply, work)
        record(parts.received, request, answer?.status ?? 0)
        return answer ? reply.code(answer.status).type('application/json').send(answer.body) : reply
      },
    })
  }
  const show = (session: Session, form: Asked['form']): Record<string, unknown> => ({
    ...showSession(books, session, expansionOf(form)),
    url: session.status === 'open' ? `${parts.origin()}/c/pay/${session.id}` : null,
  })

  endpoint('POST', '/v1/checkout/sessions', 'create', async ({ account, form }) => {
    const session = desk.open(account, sessionInput(form))
    const early = faults.take('create.notice_first', { key: session.reference })
    if (early) await desk.pay(session)
    return show({ ...session, status: 'open' }, form)
  })
  endpoint('GET', '/v1/checkout/sessions/:id', 'query', ({ account, id, form }) =>
    show(desk.session(account, id), form),
  )
  endpoint('GET', '/v1/checkout/sessions', 'list', ({ account, form }) => {
    const own = [...books.sessions.values()].filter(({ accountId }) => accountId === account.id)
    const expand = new Set([...expansionOf(form)].map((path) => path.replace(/^data\./, '')))
    return listOf(
      own.reverse().map((each) => showSession(books, each, expand)),
      form,
      '/v1/checkout/sessions',
    )
  })
  endpoint('POST', '/v1/checkout/sessions/:id/expire', 'expire', async ({ account, id, form }) =>
    show(await desk.expire(account, id), form),
  )
  endpoint('POST', '/v1/refunds', 'refund', ({ account, form }) => {
    const amount = textAt(form, 'amount')
    const refund = desk.refund(account, {
      intentId: needed(form, 'payment_intent'),
      ...(amount !== undefined && { amount: whole(amount, 'amount') }),
      metadata: textsAt(form, 'metadata'),
    })
    return showRefund(books, refund)
  })
  endpoint('GET', '/v1/refunds', 'refund_query', ({ account, form }) => {
    const intent = desk.intent(account, needed(form, 'payment_intent'))
    const own = [...books.refunds.values()].filter(({ intentId }) => intentId === intent.id)
    return listOf(
      own.reverse().map((each) => showRefund(books, each)),
      form,
      '/v1/refunds',
    )
  })
  endpoint('GET', '/v1/account', 'account', ({ account }) => showAccount(account))
  endpoint('GET', '/v1/balance_transactions', 'balance', ({ account, form }) =>
    listOf(balanceOf(books, faults, account.id, expansionOf(form)), form, '/v1/balance_transactions'),
  )
}

/** Does the work and answers, unless a fault says otherwise. Undefined: the connection was cut. */
async function answerTo(
  parts: ApiParts,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
  work: Work,
): Promise<Answer | undefined> {
  const account = callerOf(parts.books, request)
  if (!account) return errorAnswer(new StripeRefusal('', 401, 'Invalid API Key provided'))
  const asked = askedOf(account, request)
  const key = referenceOf(parts.books, asked)
  const take = (kind: StripeFaultKind) => parts.faults.take(kind, { endpoint, ...(key !== undefined && { key }) })
  if (take('api.busy')) return errorAnswer(new StripeRefusal('rate_limit', 429, 'Too many requests'))
  if (take('api.error')) return errorAnswer(new StripeRefusal('', 500, 'Something went wrong', 'api_error'))

  const slow = take('api.slow')
  const answer = await once(parts.books, account, request, () => work(asked), take('api.refuse') !== undefined)
  if (slow) await new Promise((resolve) => setTimeout(resolve, slow.ms ?? 15_000).unref())
  if (take('api.cut')) {
    reply.hijack()
    request.raw.socket.destroy()
    return undefined
  }
  if (take('api.malformed')) return { status: 200, body: '<html>502 Bad Gateway</html>' }
  if (take('api.nonsense')) return { status: 200, body: '{"hello":"world"}' }
  return answer
}

/**
 * The work, or the answer it had before under the same key for repeats. Other terms under a known key are an error.
 * `failing` does the work and keeps a 500 as its answer, which is what Stripe then repeats.
 */
async function once(
  books: Books,
  account: Account,
  request: FastifyRequest,
  work: () => Record<string, unknown> | Promise<Record<string, unknown>>,
  failing: boolean,
): Promise<Answer> {
  const key = request.headers['idempotency-key']
  const id = request.method === 'POST' && typeof key === 'string' ? `${account.id}/${key}` : undefined
  const terms = `${request.url}\n${String(request.body ?? '')}`
  const known = id === undefined ? undefined : books.repeats.get(id)
  if (known && known.terms !== terms) {
    const message = 'Keys for idempotent requests can only be used with the same parameters they were first used with.'
    return errorAnswer(new StripeRefusal('', 400, message, 'idempotency_error'))
  }
  if (known) return known
  const done = await attempt(work)
  const answer = failing ? errorAnswer(new StripeRefusal('', 500, 'Something went wrong', 'api_error')) : done
  if (id !== undefined) books.save('repeat', { id, terms, ...answer })
  return answer
}

async function attempt(work: () => Record<string, unknown> | Promise<Record<string, unknown>>): Promise<Answer> {
  try {
    return { status: 200, body: JSON.stringify(await work()) }
  } catch (error) {
    if (error instanceof StripeRefusal) return errorAnswer(error)
    throw error
  }
}

function errorAnswer({ code, status, type, message }: StripeRefusal): Answer {
  return { status, body: JSON.stringify({ error: { type, ...(code !== '' && { code }), message } }) }
}

function callerOf(books: Books, request: FastifyRequest): Account | undefined {
  const key = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
  return [...books.accounts.values()].find((account) => account.secretKey === key)
}

function askedOf(account: Account, request: FastifyRequest): Asked {
  const query = request.url.split('?')[1] ?? ''
  const text = request.method === 'POST' ? String(request.body ?? '') : query
  return { account, id: (request.params as { readonly id?: string }).id ?? '', form: parseForm(text) }
}

/** The payment a call is about, so that a fault can be limited to it. */
function referenceOf(books: Books, { id, form }: Asked): string | undefined {
  return (
    textAt(form, 'client_reference_id') ??
    books.sessions.get(id)?.reference ??
    books.intents.get(textAt(form, 'payment_intent') ?? '')?.reference
  )
}

function sessionInput(form: Asked['form']): Parameters<Desk['open']>[1] {
  if (needed(form, 'mode') !== 'payment') throw new StripeRefusal('parameter_unknown', 400, 'only payments here')
  const item = 'line_items.0'
  const expiresAt = textAt(form, 'expires_at')
  return {
    reference: textAt(form, 'client_reference_id') ?? '',
    amount:
      whole(needed(form, `${item}.price_data.unit_amount`), 'unit_amount') *
      whole(needed(form, `${item}.quantity`), 'quantity'),
    currency: needed(form, `${item}.price_data.currency`),
    productName: needed(form, `${item}.price_data.product_data.name`),
    successUrl: needed(form, 'success_url'),
    cancelUrl: textAt(form, 'cancel_url') ?? needed(form, 'success_url'),
    metadata: textsAt(form, 'metadata'),
    intentMetadata: textsAt(form, 'payment_intent_data.metadata'),
    ...(expiresAt !== undefined && { expiresAtMs: whole(expiresAt, 'expires_at') * 1000 }),
  }
}

/** A page of a list, newest first: `limit`, `starting_after`, `created[gte]`, `created[lt]`. */
function listOf(all: readonly Record<string, unknown>[], form: Asked['form'], url: string): Record<string, unknown> {
  const from = Number(textAt(form, 'created.gte') ?? 0)
  const to = Number(textAt(form, 'created.lt') ?? seconds(Number.MAX_SAFE_INTEGER))
  const limit = Math.min(100, Number(textAt(form, 'limit') ?? 10))
  const dated = all.filter(({ created }) => Number(created) >= from && Number(created) < to)
  const after = textAt(form, 'starting_after')
  const start = after === undefined ? 0 : dated.findIndex(({ id }) => id === after) + 1
  if (after !== undefined && start === 0) throw new StripeRefusal('resource_missing', 400, `No such object: '${after}'`)
  const data = dated.slice(start, start + limit)
  return { object: 'list', data, has_more: start + data.length < dated.length, url }
}

const expansionOf = (form: Asked['form']): ReadonlySet<string> => new Set(Object.values(textsAt(form, 'expand')))

function needed(form: Asked['form'], path: string): string {
  const value = textAt(form, path)
  if (value === undefined || value === '') {
    throw new StripeRefusal('parameter_missing', 400, `Missing required param: ${path.replace(/\.(\w+)/g, '[$1]')}.`)
  }
  return value
}

function whole(text: string, name: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new StripeRefusal('parameter_invalid_integer', 400, `Invalid integer: ${name}`)
  return Number(text)
}

function record(received: Received[], request: FastifyRequest, status: number): void {
  received.push({
    atMs: Date.now(),
    method: request.method,
    path: request.url,
    headers: request.headers,
    body: String(request.body ?? ''),
    status,
  })
  if (received.length > RECEIVED_KEPT_MAX) received.splice(0, RECEIVED_KEPT_MAX / 2)
}
