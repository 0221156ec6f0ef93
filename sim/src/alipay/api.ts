import type { KeyObject } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { FaultSwitch } from '../faults.ts'
import { billZip } from './bill.ts'
import type { Trade } from './books.ts'
import { html, textPage } from './cashier-page.ts'
import { AlipayError, businessError } from './errors.ts'
import type { AlipayFaultKind } from './faults.ts'
import { strangersKey } from './keys.ts'
import { type MethodParts, openInput, PAGE_METHODS, serverMethods } from './methods.ts'
import { type Call, checkCall, type Params, paramsOf } from './request.ts'
import { rsaSign } from './signing.ts'

/** A request as it came in, kept for whoever looks what was really sent. */
export type Received = {
  readonly atMs: number
  readonly method: string
  readonly params: Params
  readonly verdict: string
}
const RECEIVED_KEPT_MAX = 1000
const BODY_LIMIT_BYTES = 256 * 1024

export type ApiParts = MethodParts & {
  readonly faults: FaultSwitch<AlipayFaultKind>
  readonly received: Received[]
  readonly signingKey: () => KeyObject
  /** Takes the money and delivers the notice; resolves when it was answered. */
  readonly payNow: (trade: Trade) => Promise<void>
}

export function buildHttp(): FastifyInstance {
  const app = fastify({ keepAliveTimeout: 30_000, forceCloseConnections: true, bodyLimit: BODY_LIMIT_BYTES })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  return app
}

/** The merchants' side: one address for every call, and the one that hands out bills. */
export function addApi(app: FastifyInstance, parts: ApiParts): void {
  const methods = serverMethods(parts)
  const known = new Set([...methods.keys(), ...PAGE_METHODS.keys()])
  app.route({
    method: ['GET', 'POST'],
    url: '/gateway.do',
    handler: async (request, reply) => {
      const params = paramsOf(request)
      const page = PAGE_METHODS.has(params.method ?? '')
      try {
        const call = checkCall(parts.books, params, known, parts.wallClock())
        record(parts.received, params, 'ok')
        if (page) return await openPage(parts, call, reply)
        return await perform(parts, call, () => workOf(parts, methods, call), request, reply)
      } catch (error) {
        if (!(error instanceof AlipayError)) throw error
        record(parts.received, params, error.subCode)
        if (page) return html(reply, 400, textPage(`${error.subCode} ${error.message}`))
        // Nobody's key fits an app that is not known: that answer alone has no signature.
        if (error.subCode === 'isv.invalid-app-id') return unsigned(reply, 'error_response', error.toAnswer())
        return answer(parts, params.method ?? '', reply, error.toAnswer())
      }
    },
  })

  app.get<{ Querystring: { fileId?: string } }>('/downloadBillFile.resource', (request, reply) => {
    const bill = parts.bills.open(request.query.fileId ?? '')
    const merchant = parts.books.merchants.get(bill?.appId ?? '')
    if (!bill || !merchant) return html(reply, 403, textPage('下载链接已失效'))
    return sendBill(parts, bill.day, merchant, reply)
  })
}

const TYPE = 'text/html;charset=utf-8'

/** A person's browser arrives with a signed address; from here on the trade exists. */
async function openPage(parts: ApiParts, call: Call, reply: FastifyReply): Promise<FastifyReply> {
  const trade = parts.gateway.arrive(parts.gateway.open(call.merchant.appId, openInput(parts, call)))
  if (parts.faults.take('create.notice_first', { key: trade.outTradeNo })) await parts.payNow(trade)
  return reply.redirect(`/cashier/${trade.token}`, 302)
}

async function workOf(
  parts: ApiParts,
  methods: ReturnType<typeof serverMethods>,
  call: Call,
): Promise<Readonly<Record<string, unknown>>> {
  const key = { key: orderOf(parts, call) }
  if (call.method === 'alipay.trade.query' && parts.faults.take('query.not_found', key)) {
    throw businessError('ACQ.TRADE_NOT_EXIST', '交易不存在')
  }
  const result = methods.get(call.method)?.(call) ?? {}
  const trade = parts.books.trades.get(`${call.merchant.appId}/${key.key}`)
  if (call.method === 'alipay.trade.precreate' && trade && parts.faults.take('create.notice_first', key)) {
    await parts.payNow(parts.gateway.arrive(trade))
  }
  return result
}

/** Does the work and answers signed, unless a fault says otherwise. */
async function perform(
  parts: ApiParts,
  call: Call,
  work: () => Promise<Readonly<Record<string, unknown>>>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const at = { endpoint: call.method.replace(/^alipay\./, ''), key: orderOf(parts, call) }
  const take = (kind: AlipayFaultKind) => parts.faults.take(kind, at)
  if (take('api.drop')) return cut(request, reply)
  if (take('api.error')) return reply.code(500).type(TYPE).send('<html>500</html>')
  if (take('api.busy')) throw new AlipayError('40005', 'isv.app-call-limited', '应用调用次数超限')
  if (take('api.system_error')) throw businessError('ACQ.SYSTEM_ERROR', '系统错误')

  const result = await attempt(work)
  const slow = take('api.slow')
  if (slow) await new Promise((resolve) => setTimeout(resolve, slow.ms ?? 10_000).unref())
  if (take('api.cut')) return cut(request, reply)
  if (take('api.malformed')) return reply.code(200).type(TYPE).send('<html>502 Bad Gateway</html>')
  if (take('api.unknown')) {
    return answer(parts, call.method, reply, new AlipayError('20000', 'isp.unknow-error', '系统繁忙').toAnswer())
  }
  if (take('api.unsigned')) return unsigned(reply, answerKey(call.method), result)
  return answer(parts, call.method, reply, result, take('api.forged') ? strangersKey() : parts.signingKey())
}

async function attempt(work: () => Promise<Readonly<Record<string, unknown>>>): Promise<Record<string, unknown>> {
  try {
    return { code: '10000', msg: 'Success', ...(await work()) }
  } catch (error) {
    if (!(error instanceof AlipayError)) throw error
    return error.toAnswer()
  }
}

const answerKey = (method: string): string => `${method.replaceAll('.', '_')}_response`

/** The signature covers the inner object's very characters, slashes escaped as the real gateway writes them. */
function answer(
  parts: ApiParts,
  method: string,
  reply: FastifyReply,
  value: Readonly<Record<string, unknown>>,
  key = parts.signingKey(),
): FastifyReply {
  const inner = JSON.stringify(value).replaceAll('/', '\\/')
  return reply.type(TYPE).send(`{"${answerKey(method)}":${inner},"sign":"${rsaSign(inner, key)}"}`)
}

const unsigned = (reply: FastifyReply, key: string, value: Readonly<Record<string, unknown>>): FastifyReply =>
  reply.type(TYPE).send(JSON.stringify({ [key]: value }))

function cut(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack()
  request.raw.socket.destroy()
  return reply
}

async function sendBill(
  parts: ApiParts,
  day: string,
  merchant: { readonly appId: string; readonly sellerId: string },
  reply: FastifyReply,
): Promise<FastifyReply> {
  const file = billZip(merchant.sellerId, day, parts.bills.rows(merchant.appId, day))
  const name = `${merchant.sellerId}0156_${day.replaceAll('-', '')}.csv.zip`
  reply.header('content-disposition', `attachment; filename="${name}"`).type('application/octet-stream')
  if (!parts.faults.take('bill.cut')) return reply.send(file)
  const whole = Buffer.concat(await file.toArray())
  return reply.send(whole.subarray(0, Math.floor(whole.length / 2)))
}

/** The order a call is about, for faults that are limited to one. */
function orderOf(parts: ApiParts, call: Call): string {
  const { out_trade_no: outTradeNo, trade_no: tradeNo } = call.biz
  if (typeof outTradeNo === 'string') return outTradeNo
  return parts.books.tradesByNo.get(String(tradeNo))?.outTradeNo ?? ''
}

function record(received: Received[], params: Params, verdict: string): void {
  received.push({ atMs: Date.now(), method: params.method ?? '', params, verdict })
  if (received.length > RECEIVED_KEPT_MAX) received.splice(0, RECEIVED_KEPT_MAX / 2)
}
