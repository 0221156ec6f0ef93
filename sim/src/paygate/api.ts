import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { FaultSwitch } from '../faults.ts'
import type { BillOffice } from './bill.ts'
import type { Books, Payment, Refund } from './books.ts'
import type { PaygateFaultKind } from './faults.ts'
import { type CreateInput, type Gateway, GatewayError, type RefundInput } from './gateway.ts'
import type { NoticeOffice } from './notices.ts'
import { nonceMemory, signedHeaders, verifyRequest } from './signing.ts'

/** A request as it came in, kept for whoever looks what was really sent. */
export type Received = {
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  readonly verdict: string
}
const RECEIVED_KEPT_MAX = 1000
const BODY_LIMIT_BYTES = 64 * 1024
/** Parts of one order, as real gateways name them; faults may be limited to one. */
type Endpoint = 'create' | 'query' | 'close' | 'refund' | 'refund_query' | 'bill' | 'ping'

type ApiParts = {
  readonly books: Books
  readonly gateway: Gateway
  readonly notices: NoticeOffice
  readonly bills: BillOffice
  readonly faults: FaultSwitch<PaygateFaultKind>
  /** Where cashier pages live, e.g. `http://127.0.0.1:4001`. Known only once the server listens. */
  readonly origin: () => string
  readonly received: Received[]
}

type Work = (merchantId: string, request: FastifyRequest) => Promise<Record<string, unknown>> | Record<string, unknown>

/** The merchants' side of the gateway: seven signed calls, and the file behind a bill's link. */
export function addApi(app: FastifyInstance, parts: ApiParts): void {
  const { books, gateway, faults } = parts
  const isFresh = nonceMemory()

  const endpoint = (method: 'GET' | 'POST', path: string, name: Endpoint, work: Work): void => {
    app.route({
      method,
      url: path,
      bodyLimit: BODY_LIMIT_BYTES,
      handler: async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const verdict = verifyRequest(
          request.headers,
          { method, path: request.url, body },
          (id) => books.merchants.get(id)?.secret,
          isFresh,
        )
        record(parts.received, request, body, verdict.ok ? 'ok' : verdict.code)
        if (!verdict.ok) return reply.code(401).send({ code: verdict.code, message: 'request refused' })
        return perform(parts, name, verdict, work, request, reply)
      },
    })
  }

  endpoint('GET', '/v1/ping', 'ping', (merchantId) => ({
    merchant_id: merchantId,
    name: books.merchants.get(merchantId)?.name,
  }))
  endpoint('POST', '/v1/payments', 'create', async (merchantId, request) => {
    const payment = gateway.create(merchantId, parseCreate(request.body))
    if (faults.take('create.notice_first', { key: payment.outTradeNo })) {
      for (const trade of gateway.pay(payment)) await parts.notices.announce(payment, trade)
    }
    return { ...showPayment(payment), cashier_url: `${parts.origin()}/cashier/${payment.token}` }
  })
  endpoint('GET', '/v1/payments/:no', 'query', (merchantId, request) => {
    const no = paramOf(request)
    if (faults.take('query.not_found', { key: no })) throw new GatewayError('ORDER_NOT_FOUND', 404, 'no such order')
    return showPayment(gateway.find(merchantId, no))
  })
  endpoint('POST', '/v1/payments/:no/close', 'close', (merchantId, request) =>
    showPayment(gateway.close(merchantId, paramOf(request))),
  )
  endpoint('POST', '/v1/refunds', 'refund', (merchantId, request) =>
    showRefund(gateway.refund(merchantId, parseRefund(request.body))),
  )
  endpoint('GET', '/v1/refunds/:no', 'refund_query', (merchantId, request) =>
    showRefund(gateway.findRefund(merchantId, paramOf(request))),
  )
  endpoint('GET', '/v1/bills/:no', 'bill', (merchantId, request) => {
    const { downloadPath, sha256, lines } = parts.bills.make(merchantId, paramOf(request))
    return { download_path: downloadPath, sha256, lines }
  })
  // Whoever has the link has the file, as with the gateways this one stands for: its hash came with the signed answer.
  app.get<{ Params: { token: string } }>('/v1/billfiles/:token', (request, reply) => {
    const file = parts.bills.file(request.params.token)
    if (file === undefined) return reply.code(404).send({ code: 'LINK_EXPIRED', message: 'ask for a new link' })
    return reply.type('text/csv; charset=utf-8').send(file)
  })
}

export function buildHttp(): FastifyInstance {
  const app = fastify({ keepAliveTimeout: 30_000, forceCloseConnections: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  return app
}

/** Does the work and answers signed, unless a fault says otherwise. */
async function perform(
  parts: ApiParts,
  endpoint: Endpoint,
  caller: { readonly merchantId: string; readonly nonce: string },
  work: Work,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const take = (kind: PaygateFaultKind) => parts.faults.take(kind, { endpoint, ...orderOf(request) })
  const answer = (status: number, value: Record<string, unknown>): FastifyReply =>
    signedAnswer(parts.books, caller, request, reply, status, JSON.stringify(value))
  if (take('api.busy')) return answer(429, { code: 'TOO_MANY_REQUESTS', message: 'slow down' })
  if (take('api.error')) return answer(500, { code: 'SYSTEM_ERROR', message: 'try again later' })

  const slow = take('api.slow')
  const result = await attempt(() => work(caller.merchantId, request))
  if (slow) await new Promise((resolve) => setTimeout(resolve, slow.ms ?? 10_000).unref())
  if (take('api.cut')) {
    reply.hijack()
    request.raw.socket.destroy()
    return reply
  }
  if (take('api.refuse')) return answer(500, { code: 'SYSTEM_ERROR', message: 'try again later' })
  if (take('api.malformed')) {
    return signedAnswer(parts.books, caller, request, reply, 200, '<html>502 Bad Gateway</html>')
  }
  if (take('api.forged')) {
    return reply
      .code(200)
      .headers({ 'x-pay-signature': '0'.repeat(64) })
      .type('application/json')
      .send(result.value)
  }
  return answer(result.status, result.value)
}

function signedAnswer(
  books: Books,
  caller: { readonly merchantId: string; readonly nonce: string },
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  body: string,
): FastifyReply {
  const secret = books.merchants.get(caller.merchantId)?.secret ?? ''
  const headers = signedHeaders(caller.merchantId, secret, {
    method: request.method,
    path: request.url,
    timestamp: String(Math.floor(Date.now() / 1000)),
    nonce: caller.nonce,
    body,
  })
  return reply.code(status).headers(headers).type('application/json').send(body)
}

async function attempt(
  work: () => Promise<Record<string, unknown>> | Record<string, unknown>,
): Promise<{ readonly status: number; readonly value: Record<string, unknown> }> {
  try {
    return { status: 200, value: { code: 'OK', ...(await work()) } }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return { status: error.status, value: { code: error.code, message: error.message } }
  }
}

function record(received: Received[], request: FastifyRequest, body: Buffer, verdict: string): void {
  received.push({
    atMs: Date.now(),
    method: request.method,
    path: request.url,
    headers: request.headers,
    body: body.toString('utf8'),
    verdict,
  })
  if (received.length > RECEIVED_KEPT_MAX) received.splice(0, RECEIVED_KEPT_MAX / 2)
}

function orderOf(request: FastifyRequest): { readonly key?: string } {
  const { no } = (request.params ?? {}) as { readonly no?: string }
  if (no !== undefined) return { key: no }
  try {
    return { key: String(parseBody(request.body).out_trade_no) }
  } catch {
    return {}
  }
}

const paramOf = (request: FastifyRequest): string => (request.params as { readonly no: string }).no

export function showPayment(payment: Payment): Record<string, unknown> {
  return {
    merchant_id: payment.merchantId,
    out_trade_no: payment.outTradeNo,
    status: payment.status,
    amount: payment.amount,
    currency: payment.currency,
    trades: payment.trades.map((trade) => ({
      trade_no: trade.tradeNo,
      amount: trade.amount,
      currency: trade.currency,
      paid_at: new Date(trade.paidAtMs).toISOString(),
      refunded: trade.refunded,
    })),
  }
}

export function showRefund(refund: Refund): Record<string, unknown> {
  return {
    merchant_id: refund.merchantId,
    out_refund_no: refund.outRefundNo,
    refund_no: refund.refundNo,
    out_trade_no: refund.outTradeNo,
    trade_no: refund.tradeNo,
    amount: refund.amount,
    status: refund.status,
    ...(refund.failReason !== undefined && { fail_reason: refund.failReason }),
  }
}

function parseBody(body: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.isBuffer(body) ? body.toString('utf8') : '')
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Falls through to the refusal below.
  }
  throw new GatewayError('PARAM_ERROR', 400, 'the body is not a JSON object')
}

function parseCreate(raw: unknown): CreateInput {
  const body = parseBody(raw)
  const text = textReader(body)
  return {
    outTradeNo: text('out_trade_no', /^[0-9A-Za-z_-]{6,32}$/),
    amount: amountOf(body),
    currency: text('currency', /^CNY$/),
    subject: text('subject', /^.{1,127}$/u),
    notifyUrl: text('notify_url', /^https?:\/\/\S{1,500}$/),
    returnUrl: text('return_url', /^https?:\/\/\S{1,500}$/),
    expiresAtMs: Date.parse(text('expires_at', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/)),
  }
}

function parseRefund(raw: unknown): RefundInput {
  const body = parseBody(raw)
  const text = textReader(body)
  return {
    outRefundNo: text('out_refund_no', /^[0-9A-Za-z_-]{6,64}$/),
    outTradeNo: text('out_trade_no', /^[0-9A-Za-z_-]{6,32}$/),
    tradeNo: text('trade_no', /^[0-9A-Za-z]{1,64}$/),
    amount: amountOf(body),
    reason: text('reason', /^.{0,80}$/u),
  }
}

const textReader =
  (body: Record<string, unknown>) =>
  (name: string, shape: RegExp): string => {
    const value = body[name]
    if (typeof value !== 'string' || !shape.test(value)) throw new GatewayError('PARAM_ERROR', 400, `${name} is wrong`)
    return value
  }

function amountOf(body: Record<string, unknown>): number {
  const { amount } = body
  if (!Number.isSafeInteger(amount) || Number(amount) <= 0)
    throw new GatewayError('PARAM_ERROR', 400, 'amount is wrong')
  return Number(amount)
}
