import type { FastifyInstance } from 'fastify'
import type { Card, Goods, Order } from '../suppliers/books.ts'
import { haoOf, haoText } from '../suppliers/money.ts'
import { type Answer, bodyOf, parseObject } from '../suppliers/serve.ts'
import type { Supplier } from '../suppliers/supplier.ts'
import { isWaiting, type RefusalReason, SupplierRefusal } from '../suppliers/take-order.ts'
import { isSigned } from './signing.ts'

export type KasushouCredentials = { readonly userId: string; readonly apiKey: string }
type KasushouSupplier = Supplier<KasushouCredentials>
type Body = Readonly<Record<string, unknown>>
type Work = (body: Body, answered: Promise<void>) => unknown

const STAMP_MS_MAX = 5 * 60_000
const PAGE_ROWS = 100
const DAY_MS = 24 * 3_600_000
const QUERY_DAYS = 30

const MESSAGES: Readonly<Record<RefusalReason, string>> = {
  bad_request: '参数错误',
  unknown_goods: '商品不存在',
  wrong_kind: '商品类型错误',
  off_sale: '商品已禁售',
  paused: '商品已暂停销售',
  no_stock: '商品库存不足',
  bad_quantity: '购买数量不在允许范围内',
  missing_account: '下单参数不完整',
  wrong_account: '充值账号不存在',
  price_too_high: '商品价格已高于安全价格',
  no_balance: '账户余额不足',
  number_used: '外部订单号已存在',
  unknown_order: '订单不存在',
  unknown_card: '卡密不存在',
}

/** `/api/v1/…`: seven calls, each signed in its headers. */
export function addApi(app: FastifyInstance, supplier: KasushouSupplier): void {
  const { books, desk, clock } = supplier
  const endpoint = (name: string, work: Work): void => {
    app.post(`/api/v1/${name}`, (request, reply) => {
      const body = parseObject(bodyOf(request) || '{}')
      const call = {
        endpoint: name,
        outerNo: textOf(body?.external_orderno),
        goodsId: textOf(body?.id ?? body?.goods_id),
      }
      return supplier.counter.serve(request, reply, call, async (answered) => {
        const refused = refusalOf(supplier.credentials, request.headers, body)
        if (refused !== undefined || !body) return envelope(400, refused ?? MESSAGES.bad_request, null)
        try {
          return envelope(200, '成功', await work(body, answered))
        } catch (error) {
          if (error instanceof SupplierRefusal) return envelope(400, MESSAGES[error.reason], null)
          throw error
        }
      })
    })
  }

  endpoint('order/buy', async (body, answered) => {
    const outerNo = textOf(body.external_orderno)
    const attach = body.attach
    if (outerNo === undefined || (attach !== undefined && (typeof attach !== 'object' || attach === null))) {
      throw new SupplierRefusal('bad_request')
    }
    const quantity = Number(body.quantity ?? 1)
    const safeHao = haoOf(body.safe_price)
    const { order } = await desk.place(
      {
        outerNo,
        goodsId: String(body.id),
        quantity,
        account: Object.fromEntries(Object.entries(attach ?? {}).map(([name, value]) => [name, String(value)])),
        ceilingHao: safeHao === undefined ? undefined : safeHao * quantity,
        notifyUrl: textOf(body.url) ?? '',
        terms: JSON.stringify([body.id, quantity, attach ?? {}, body.url]),
      },
      answered,
    )
    return { ordersn: order.orderNo, external_orderno: order.outerNo, total_price: haoText(order.totalHao) }
  })
  endpoint('order/info', (body) => {
    const outerNos = textOf(body.external_orderno)?.split(',') ?? []
    const orderNos = textOf(body.ordersn)?.split(',') ?? []
    if (outerNos.length + orderNos.length === 0) throw new SupplierRefusal('bad_request')
    const days = Number(body.day ?? QUERY_DAYS)
    const sinceMs = days === 0 ? 0 : clock.now() - days * DAY_MS
    return [...outerNos.map((outerNo) => ({ outerNo })), ...orderNos.map((orderNo) => ({ orderNo }))]
      .flatMap((by) => foundOrNone(supplier, by))
      .filter(({ createdAtMs }) => createdAtMs >= sinceMs)
      .map((order) => showOrder(order, desk.goodsOf(order.goodsId), desk.cardsOf(order), clock.now()))
  })
  endpoint('user/info', () => ({ balance: haoText(books.account().balanceHao) }))
  endpoint('goods/cate', () => [{ id: 100, name: '平台自营', pid: 0, img: '', children: categories(supplier) }])
  endpoint('goods/list', (body) => {
    const category = categories(supplier).find(({ id }) => id === Number(body.cate_id ?? 0))?.name
    const found = [...books.goods.values()].filter(
      (goods) => (!category || goods.category === category) && goods.name.includes(textOf(body.keyword) ?? ''),
    )
    const limit = Math.min(Number(body.limit) || PAGE_ROWS, PAGE_ROWS)
    const from = ((Number(body.page) || 1) - 1) * limit
    return { list: found.slice(from, from + limit).map(showGoods), total: found.length }
  })
  endpoint('goods/info', (body) => {
    const goods = desk.goodsOf(String(body.id))
    const { quantityMin: start_count, quantityMax: end_count, name: goods_info } = goods
    return { ...showGoods(goods), goods_info, goods_notice: '', start_count, end_count, attach: showAttach(goods) }
  })
  endpoint('goods/attach', (body) => showAttach(desk.goodsOf(String(body.goods_id))))
}

function refusalOf(
  { userId, apiKey }: KasushouCredentials,
  headers: Readonly<Record<string, unknown>>,
  body: Body | undefined,
): string | undefined {
  if (!body) return 'JSON格式错误'
  if (headers.userid !== userId) return '用户不存在'
  const timestamp = String(headers.timestamp ?? '')
  if (!/^\d{13}$/.test(timestamp) || Math.abs(Date.now() - Number(timestamp)) > STAMP_MS_MAX) return '时间戳已过期'
  return isSigned(String(headers.sign ?? ''), timestamp, body, apiKey) ? undefined : '签名错误'
}

function foundOrNone(
  { desk }: KasushouSupplier,
  by: { readonly outerNo?: string; readonly orderNo?: string },
): Order[] {
  try {
    return [desk.find(by)]
  } catch (error) {
    if (error instanceof SupplierRefusal) return []
    throw error
  }
}

/** 1 waiting, 2 under way, 3 done, 4 cancelled, 5 paid back after it was done, -1 not paid. */
export function statusOf(order: Order, nowMs: number): number {
  if (order.state === 'unpaid') return -1
  if (order.state === 'processing') return isWaiting(order, nowMs) ? 1 : 2
  // A part is done too: fewer cards, and `has_back_money` for the rest.
  if (order.state !== 'failed') return 3
  return order.serialNo === '' ? 4 : 5
}

export function showOrder(order: Order, goods: Goods, cards: readonly Card[], nowMs: number): Record<string, unknown> {
  const info = goods.fields.map(({ key, label }) => ({ n: label, v: order.account[key] ?? '', k: key }))
  const isEnded = order.state !== 'unpaid' && order.state !== 'processing'
  return {
    ordersn: order.orderNo,
    external_orderno: order.outerNo,
    recharge_info: info,
    recharge_hints: order.reason || (isEnded ? '交易成功' : ''),
    status: statusOf(order, nowMs),
    quantity: order.quantity,
    total_price: haoText(order.totalHao),
    has_back_money: haoText(order.refundedHao),
    card_list: order.state === 'failed' ? [] : cards.map((card) => showCard(order, card)),
  }
}

function showCard(order: Order, card: Card): Record<string, unknown> {
  if (order.plan.cards === 'garbled') return { card_no: null, card_password: `卡号${card.no}密码见短信` }
  if (card.link) return { card_no: '', card_password: card.link, card_show_type: 2 }
  return { card_no: card.no, card_password: card.secret, card_show_type: 1 }
}

function showGoods(goods: Goods): Record<string, unknown> {
  return {
    id: Number(goods.id),
    goods_name: goods.name,
    goods_img: '',
    goods_type: goods.kind === 'topup' ? 2 : 1,
    face_value: haoText(goods.faceHao),
    goods_price: haoText(goods.priceHao),
    status: { on: 1, paused: 2, off: 3 }[goods.state],
    stock_num: goods.stock,
  }
}

const showAttach = (goods: Goods): readonly Record<string, unknown>[] =>
  goods.fields.map(({ key, label, hint, options }) => ({
    ...{ key, name: label, tip: hint, type: options ? 'select' : 'text' },
    ...(options && { options }),
  }))

function categories({ books }: KasushouSupplier): readonly { id: number; name: string; pid: number; img: string }[] {
  const names = [...new Set([...books.goods.values()].map(({ category }) => category))]
  return names.map((name, index) => ({ id: 101 + index, name, pid: 100, img: '' }))
}

const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null || value === '' ? undefined : String(value)

/** The site answers HTTP 200 throughout; what happened is the code in the body. */
export function envelope(code: number, msg: string, data: unknown): Answer {
  return { status: 200, body: JSON.stringify({ code, msg, data }) }
}
