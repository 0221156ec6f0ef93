import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { FaultSwitch } from '../faults.ts'
import { type Books, keyOf, type PlatformKey } from './books.ts'
import type { WechatFaultKind } from './faults.ts'
import { WechatError } from './fields.ts'
import type { KeyRing } from './keys.ts'
import { probeSignature, signedHeaders, verifyCall } from './signing.ts'

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

export type RouteParts = {
  readonly books: Books
  readonly keys: KeyRing
  readonly faults: FaultSwitch<WechatFaultKind>
  readonly received: Received[]
}

export type Asked = {
  readonly mchid: string
  readonly body: Buffer
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | undefined>>
  /** The key named by the caller: answers and encrypted fields belong to it. */
  readonly key: PlatformKey
}
/** Undefined is answered 204; bytes travel unsigned. */
type Answered = Record<string, unknown> | Buffer | undefined
export type Work = (asked: Asked) => Promise<Answered> | Answered

export function buildHttp(): FastifyInstance {
  const app = fastify({ keepAliveTimeout: 30_000, forceCloseConnections: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  return app
}

/** A signed call: who calls is proved, the work done, and the answer signed, unless a switch says otherwise. */
export function addRoute(
  app: FastifyInstance,
  parts: RouteParts,
  method: 'GET' | 'POST',
  url: string,
  name: string,
  work: Work,
): void {
  app.route({
    method,
    url,
    bodyLimit: BODY_LIMIT_BYTES,
    handler: async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const take = faultsOf(parts, name, request, body)
      if (take('api.drop')) return hangUp(request, reply)
      const verdict = verifyCall(
        request.headers.authorization,
        { method, path: request.url, body },
        (mchid, serial) => {
          const merchant = parts.books.merchants.get(mchid)
          return merchant?.serial === serial ? merchant.certificate : undefined
        },
      )
      record(parts.received, request, body, verdict.ok ? 'ok' : verdict.message)
      // Who is not known gets no signature either.
      if (!verdict.ok) return unsigned(reply, 401, { code: 'SIGN_ERROR', ...verdict, ok: undefined })
      if (request.headers['user-agent'] === undefined || request.headers.accept === undefined) {
        return unsigned(reply, 400, { code: 'PARAM_ERROR', message: 'Http头缺少Accept或User-Agent' })
      }
      const key = parts.keys.forAnswer(headerOf(request, 'wechatpay-serial'))
      if (!key) return unsigned(reply, 400, { code: 'PARAM_ERROR', message: '平台证书序列号Wechatpay-Serial错误' })
      const asked = { mchid: verdict.mchid, body, key, params: request.params, query: request.query } as Asked
      return perform(parts, take, asked, work, request, reply)
    },
  })
}

type Take = (kind: WechatFaultKind) => ReturnType<FaultSwitch<WechatFaultKind>['take']>

function faultsOf(parts: RouteParts, endpoint: string, request: FastifyRequest, body: Buffer): Take {
  const key = orderOf(parts.books, endpoint, request, body)
  return (kind) => parts.faults.take(kind, { endpoint, ...(key !== undefined && { key }) })
}

/** The order's number that a call is about, whichever number it names. */
function orderOf(books: Books, endpoint: string, request: FastifyRequest, body: Buffer): string | undefined {
  const text = body.toString('latin1')
  const mchid = /mchid="([^"]*)"/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const { no } = request.params as { readonly no?: string }
  const { transaction_id } = request.query as { readonly transaction_id?: string }
  const transaction = transaction_id ?? /"transaction_id":"([^"]+)"/.exec(text)?.[1]
  if (transaction !== undefined) return books.paymentsByTransaction.get(keyOf(mchid, transaction))?.outTradeNo
  if (endpoint === 'refund_query') return books.refunds.get(keyOf(mchid, no ?? ''))?.outTradeNo
  return no ?? /"out_trade_no":"([^"]+)"/.exec(text)?.[1]
}

/** Does the work and answers signed, unless a switch says otherwise. */
async function perform(
  parts: RouteParts,
  take: Take,
  asked: Asked,
  work: Work,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { key } = asked
  if (take('api.busy')) return signed(reply, key, 429, { code: 'FREQUENCY_LIMITED', message: '频率限制' })
  if (take('api.error')) return signed(reply, key, 500, { code: 'SYSTEM_ERROR', message: '系统异常，请稍后重试' })
  if (take('api.forged_refusal')) return unsigned(reply, 400, { code: 'PARAM_ERROR', message: '参数错误' })
  const bad = take('api.bad_gateway')
  if (bad)
    return reply
      .code(bad.count ?? 502)
      .type('text/html')
      .send('<html><center>nginx</center></html>')

  const slow = take('api.slow')
  const { status, value } = await attempt(() => work(asked))
  if (slow) await new Promise((resolve) => setTimeout(resolve, slow.ms ?? 10_000).unref())
  if (take('api.cut')) return hangUp(request, reply)
  if (take('api.refuse')) return signed(reply, key, 500, { code: 'SYSTEM_ERROR', message: '系统异常，请稍后重试' })
  if (Buffer.isBuffer(value)) return reply.code(status).type('application/octet-stream').send(value)

  const other = take('api.other_subject')
  const body = value === undefined ? '' : JSON.stringify(other ? { ...value, out_trade_no: other.value } : value)
  if (take('api.malformed')) return signedText(reply, key, status, `${body.slice(0, -5)}`)
  if (take('api.unsigned')) return reply.code(status).type('application/json').send(body)
  if (take('api.unknown_serial')) return signedText(reply, parts.keys.unpublished(), status, body)
  if (take('api.forged')) {
    return signedText(reply, { id: key.id, privateKey: parts.keys.unpublished().privateKey }, status, body)
  }
  const off = take('api.clock_off')
  if (off) return signedText(reply, key, status, body, Date.now() - (off.ms ?? 600_000))
  if (take('api.probe')) reply.header('Wechatpay-Signature', probeSignature())
  return signedText(reply, key, status, body)
}

async function attempt(work: () => Promise<Answered> | Answered): Promise<{ status: number; value: Answered }> {
  try {
    const value = await work()
    return { status: value === undefined ? 204 : 200, value }
  } catch (error) {
    if (!(error instanceof WechatError)) throw error
    const { status, code, message, detail } = error
    return { status, value: { code, message, ...(detail && { detail }) } }
  }
}

type SigningKey = Pick<PlatformKey, 'id' | 'privateKey'>
const signed = (reply: FastifyReply, key: SigningKey, status: number, value: Record<string, unknown>): FastifyReply =>
  signedText(reply, key, status, JSON.stringify(value))

/** An answer under the key that the question named. What is a header already (a probe's signature) stays. */
function signedText(reply: FastifyReply, key: SigningKey, status: number, body: string, atMs?: number): FastifyReply {
  for (const [name, value] of Object.entries(signedHeaders(key, body, atMs))) {
    if (!reply.hasHeader(name)) reply.header(name, value)
  }
  reply.code(status)
  return status === 204 ? reply.send() : reply.type('application/json; charset=utf-8').send(body)
}

const unsigned = (reply: FastifyReply, status: number, value: Record<string, unknown>): FastifyReply =>
  reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(value))

function hangUp(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack()
  request.raw.socket.destroy()
  return reply
}

const headerOf = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
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
