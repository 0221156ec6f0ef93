import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { FaultSwitch } from '../faults.ts'
import type { Books, Order } from './books.ts'
import { type Desk, EpayRefusal, type OrderInput } from './desk.ts'
import type { EpayFault, EpayFaultKind } from './faults.ts'
import { ordersOf } from './list.ts'
import type { NoticeOffice } from './notices.ts'
import type { Fields } from './signing.ts'
import { showOrder, showRefund } from './views.ts'
import { refusalOf, signedV2, type WireClock } from './wire.ts'

/** A request as it came in, kept for whoever looks what was really sent. */
export type Received = { readonly atMs: number; readonly method: string; readonly path: string; readonly body: string }
const RECEIVED_KEPT_MAX = 1000
const BODY_LIMIT_BYTES = 64 * 1024
const LIST_MAX = 50
type Endpoint = 'create' | 'query' | 'close' | 'refund' | 'refund_query' | 'orders' | 'merchant'
type Dialect = 'v1' | 'v2'

export type ApiParts = {
  readonly books: Books
  readonly desk: Desk
  readonly notices: NoticeOffice
  readonly faults: FaultSwitch<EpayFaultKind>
  readonly wire: WireClock
  /** Where payment pages live. Known only once the server listens. */
  readonly origin: () => string
  readonly received: Received[]
}
type Value = Record<string, unknown>
type Work = (fields: Fields) => Value | Promise<Value>

export function buildHttp(): FastifyInstance {
  const app = fastify({ keepAliveTimeout: 30_000, forceCloseConnections: true, bodyLimit: BODY_LIMIT_BYTES })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  return app
}

/** The merchants' side. v1: `mapi.php`, `api.php`. v2: `/api/pay/…`, `/api/merchant/…`. */
export function addApi(app: FastifyInstance, parts: ApiParts): void {
  addV1(app, parts)
  addV2(app, parts)
}

function addV1(app: FastifyInstance, parts: ApiParts): void {
  const { books, desk, faults } = parts
  app.route({
    method: ['GET', 'POST'],
    url: '/mapi.php',
    handler: (request, reply) =>
      answer(parts, 'v1', 'create', request, reply, (fields) => {
        allow(parts, 'v1', fields)
        return openFor(parts, 'v1', fields, { ok: 1 })
      }),
  })

  const acts: Readonly<Record<string, readonly [Endpoint, Work]>> = {
    query: ['merchant', (fields) => ({ code: 1, pid: Number(fields.pid), active: 1, money: '0.00', type: 1 })],
    order: [
      'query',
      (fields) => {
        const order = desk.find(fields.pid ?? '', { tradeNo: fields.trade_no, outTradeNo: fields.out_trade_no })
        return { code: 1, msg: 'succ', ...otherOrder(parts, order) }
      },
    ],
    orders: [
      'orders',
      (fields) => {
        const limit = Math.min(LIST_MAX, Number(fields.limit ?? 20))
        const offset = (Number(fields.page ?? 1) - 1) * limit
        return {
          code: 1,
          msg: '查询订单列表成功！',
          data: ordersOf(books, faults, fields.pid ?? '', { offset, limit }),
        }
      },
    ],
    refund: [
      'refund',
      (fields) => {
        const money = fenOf(fields.money)
        const by = { tradeNo: fields.trade_no, outTradeNo: fields.out_trade_no }
        desk.refund(fields.pid ?? '', { ...by, money, outRefundNo: books.nextNo('V1') })
        return { code: 1, msg: '退款成功' }
      },
    ],
  }
  app.route({
    method: ['GET', 'POST'],
    url: '/api.php',
    handler: (request, reply) => {
      const act = acts[fieldsOf(request).act ?? '']
      if (!act) return reply.send({ code: -5, msg: 'No Act!' })
      const [endpoint, work] = act
      return answer(parts, 'v1', endpoint, request, reply, (fields) => {
        const merchant = books.merchants.get(fields.pid ?? '')
        if (!merchant) throw new EpayRefusal('商户ID不存在')
        if (merchant.key !== fields.key) throw new EpayRefusal('商户密钥错误')
        return work(fields)
      })
    },
  })
}

function addV2(app: FastifyInstance, parts: ApiParts): void {
  const { books, desk, faults } = parts
  const endpoint = (path: string, name: Endpoint, work: Work): void => {
    app.post(path, (request, reply) =>
      answer(parts, 'v2', name, request, reply, (fields) => {
        allow(parts, 'v2', fields)
        return work(fields)
      }),
    )
  }
  endpoint('/api/pay/create', 'create', (fields) => openFor(parts, 'v2', fields, { ok: 0 }))
  endpoint('/api/pay/query', 'query', (fields) => {
    const order = desk.find(fields.pid ?? '', { tradeNo: fields.trade_no, outTradeNo: fields.out_trade_no })
    return { code: 0, msg: 'succ', ...otherOrder(parts, order) }
  })
  endpoint('/api/pay/close', 'close', (fields) => {
    desk.close(fields.pid ?? '', fields.out_trade_no ?? '')
    return { code: 0, msg: 'succ' }
  })
  endpoint('/api/pay/refund', 'refund', (fields) => {
    const by = { tradeNo: fields.trade_no, outTradeNo: fields.out_trade_no }
    const outRefundNo = fields.out_refund_no ?? books.nextNo('V2')
    const refund = desk.refund(fields.pid ?? '', { ...by, outRefundNo, money: fenOf(fields.money) })
    const { refund_no, out_refund_no, trade_no, money, reducemoney } = showRefund(refund, undefined)
    return { code: 0, msg: '退款成功', refund_no, out_refund_no, trade_no, money, reducemoney }
  })
  endpoint('/api/pay/refundquery', 'refund_query', (fields) => {
    const refund = desk.findRefund(fields.pid ?? '', fields.out_refund_no ?? '')
    return { code: 0, msg: 'succ', ...showRefund(refund, books.orders.get(refund.tradeNo)) }
  })
  endpoint('/api/merchant/info', 'merchant', (fields) => ({
    code: 0,
    msg: 'succ',
    pid: fields.pid,
    status: '1',
    money: '0.00',
  }))
  endpoint('/api/merchant/orders', 'orders', (fields) => {
    const limit = Math.min(LIST_MAX, Number(fields.limit ?? 20))
    const data = ordersOf(books, faults, fields.pid ?? '', { offset: Number(fields.offset ?? 0), limit })
    return { code: 0, msg: 'succ', data }
  })
}

/** Does the work and answers, unless a fault says otherwise. */
async function answer(
  parts: ApiParts,
  dialect: Dialect,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
  work: Work,
): Promise<FastifyReply> {
  record(parts.received, request)
  const fields = fieldsOf(request)
  const key = fields.out_trade_no ?? parts.books.orders.get(orderNoOf(parts, fields))?.outTradeNo
  const take = (kind: EpayFaultKind) => parts.faults.take(kind, { endpoint, ...(key !== undefined && { key }) })
  const json = (value: Value): FastifyReply => reply.type('application/json').send(JSON.stringify(value))
  if (take('api.error')) return reply.code(500).send('')
  if (take('api.busy')) return json({ code: -1, msg: '系统繁忙，请稍后再试' })

  const slow = take('api.slow')
  const value = await attempt(() => work(fields))
  if (slow) await new Promise((resolve) => setTimeout(resolve, slow.ms ?? 20_000).unref())
  if (take('api.cut')) {
    reply.hijack()
    request.raw.socket.destroy()
    return reply
  }
  if (take('api.refuse')) return reply.code(502).send('<html>502 Bad Gateway</html>')
  if (take('api.malformed')) return reply.send('<br />\n<b>Warning</b>: mysqli_connect()')
  if (take('api.nonsense')) return json({ hello: 'world' })
  const fault = take('api.forged') ?? take('api.stale')
  return json(dialect === 'v2' && value.code === 0 ? signedV2(parts.books, parts.wire, value, fault?.kind) : value)
}

async function attempt(work: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof EpayRefusal) return { code: -1, msg: error.message }
    throw error
  }
}

/** @throws EpayRefusal when the caller's signature, clock or state is not right. */
export function allow(parts: Pick<ApiParts, 'books' | 'wire'>, dialect: Dialect, fields: Fields): void {
  const refusal = refusalOf(dialect, fields, parts.books.merchants.get(fields.pid ?? ''), parts.wire)
  if (refusal !== undefined) throw new EpayRefusal(refusal)
}

export function orderInput(dialect: Dialect, fields: Fields): OrderInput {
  const needed = (name: string): string => {
    const value = fields[name] ?? ''
    if (value === '') throw new EpayRefusal(`${name}不能为空`)
    return value
  }
  const outTradeNo = needed('out_trade_no')
  if (!/^[0-9A-Za-z._|-]{1,64}$/.test(outTradeNo)) throw new EpayRefusal('订单号(out_trade_no)格式不正确')
  return {
    dialect,
    outTradeNo,
    type: fields.type ?? '',
    money: fenOf(needed('money')),
    name: needed('name'),
    notifyUrl: needed('notify_url'),
    returnUrl: fields.return_url ?? needed('notify_url'),
    param: fields.param ?? '',
  }
}

async function openFor(parts: ApiParts, dialect: Dialect, fields: Fields, { ok }: { ok: 0 | 1 }): Promise<Value> {
  const { desk, faults, notices } = parts
  if ((fields.type ?? '') === '') throw new EpayRefusal('支付方式(type)不能为空')
  const order = desk.create(fields.pid ?? '', orderInput(dialect, fields))
  if (faults.take('create.notice_first', { key: order.outTradeNo })) {
    for (const paid of desk.pay(order)) await notices.announce(paid)
  }
  const forced = faults.take('create.answer', { key: order.outTradeNo })
  const shown = dialect === 'v1' ? cashierV1(parts, order, fields, forced) : cashierV2(parts, order, fields, forced)
  return { code: ok, msg: '', trade_no: order.tradeNo, ...shown }
}

function cashierV1({ origin }: ApiParts, order: Order, fields: Fields, forced?: EpayFault): Value {
  const path = `/pay/${order.token}`
  const usual = fields.device === 'pc' || fields.device === undefined ? 'qrcode' : 'payurl'
  switch (forced?.value ?? usual) {
    case 'qrcode':
      return { qrcode: origin() + path }
    case 'urlscheme':
      return { urlscheme: `weixin://dl/business/?t=${order.token}` }
    case 'relative':
      return { payurl: path }
    case 'script':
      return { payurl: 'javascript:alert(1)' }
    default:
      return { payurl: origin() + path }
  }
}

function cashierV2({ origin }: ApiParts, order: Order, fields: Fields, forced?: EpayFault): Value {
  const url = `${origin()}/pay/${order.token}`
  const usual = fields.method === 'jsapi' ? 'jsapi' : fields.device === 'pc' ? 'qrcode' : 'payurl'
  switch (forced?.value ?? usual) {
    case 'qrcode':
      return { pay_type: 'qrcode', pay_info: url }
    case 'urlscheme':
      return { pay_type: 'urlscheme', pay_info: `weixin://dl/business/?t=${order.token}` }
    case 'html':
      return { pay_type: 'html', pay_info: '<form id="dopay"></form><script>dopay.submit()</script>' }
    case 'jsapi': {
      const params = {
        appId: fields.sub_appid ?? '',
        timeStamp: '1',
        nonceStr: 'n',
        package: 'prepay_id=1',
        signType: 'RSA',
        paySign: 's',
      }
      return { pay_type: 'jsapi', pay_info: JSON.stringify(params) }
    }
    case 'script':
      return { pay_type: 'jump', pay_info: 'javascript:alert(1)' }
    case 'relative':
      return { pay_type: 'jump', pay_info: `/pay/${order.token}` }
    default:
      return { pay_type: 'jump', pay_info: url }
  }
}

function otherOrder({ faults }: ApiParts, order: Order): Value {
  const wrong = faults.take('query.other_order', { key: order.outTradeNo })
  return { ...showOrder(order), ...(wrong && { out_trade_no: 'P2611220000000000' }) }
}

function orderNoOf({ books }: ApiParts, fields: Fields): string {
  return fields.trade_no ?? books.refunds.get(`${fields.pid}/${fields.out_refund_no}`)?.tradeNo ?? ''
}

/** Query and form together, as PHP's scripts read them; the form wins. */
export function fieldsOf(request: FastifyRequest): Fields {
  const query = new URLSearchParams(request.url.split('?')[1] ?? '')
  const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
  return { ...Object.fromEntries(query), ...Object.fromEntries(form) }
}

function fenOf(text: string | undefined): number {
  const match = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(text ?? '')
  if (!match) throw new EpayRefusal('金额不合法')
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
}

function record(received: Received[], request: FastifyRequest): void {
  received.push({ atMs: Date.now(), method: request.method, path: request.url, body: String(request.body ?? '') })
  if (received.length > RECEIVED_KEPT_MAX) received.splice(0, RECEIVED_KEPT_MAX / 2)
}
