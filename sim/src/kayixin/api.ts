import type { FastifyInstance } from 'fastify'
import type { Card, Goods, Order } from '../suppliers/books.ts'
import { haoNumber, haoOf } from '../suppliers/money.ts'
import { type Answer, bodyOf, parseObject } from '../suppliers/serve.ts'
import type { Supplier } from '../suppliers/supplier.ts'
import { isWaiting, type RefusalReason, SupplierRefusal } from '../suppliers/take-order.ts'
import { isSigned } from './signing.ts'

export type KayixinCredentials = { readonly appId: string; readonly appSecret: string }
type KayixinSupplier = Supplier<KayixinCredentials>
type Body = Readonly<Record<string, unknown>>
type Work = (body: Body, answered: Promise<void>) => unknown

export const API_VERSION = '3.0'
const STAMP_SECONDS_MAX = 300
const PAGE_ROWS = 20

/** Only 1000 is published, "everything else failed, the reason is in msg"; the other numbers are this stand-in's. */
const REFUSALS: Readonly<Record<RefusalReason, readonly [code: number, msg: string]>> = {
  bad_request: [1001, '参数错误'],
  unknown_goods: [1101, '商品不存在'],
  wrong_kind: [1102, '商品类型错误'],
  off_sale: [1103, '商品已禁售'],
  paused: [1104, '商品已暂停销售'],
  no_stock: [1105, '商品库存不足'],
  bad_quantity: [1106, '购买数量不在允许范围内'],
  missing_account: [1107, '充值信息不完整'],
  wrong_account: [1111, '充值账号不存在'],
  price_too_high: [1108, '订单金额超过安全价格'],
  no_balance: [1109, '账户余额不足'],
  number_used: [1110, '采购单号重复'],
  unknown_order: [1201, '订单不存在'],
  unknown_card: [1202, '卡券不存在'],
}

/** `/api/v3/…`, signed in the headers over the body as it came. */
export function addApi(app: FastifyInstance, supplier: KayixinSupplier): void {
  const { books, desk, clock } = supplier
  const endpoint = (name: string, work: Work): void => {
    app.post(`/api/v3/${name}`, (request, reply) => {
      const body = parseObject(bodyOf(request) || '{}')
      const call = { endpoint: name, outerNo: textOf(body?.outerNumber), goodsId: textOf(body?.goodsId) }
      return supplier.counter.serve(request, reply, call, async (answered) => {
        const refused = refusalOf(supplier.credentials, request.headers, bodyOf(request))
        if (refused !== undefined) return envelope(1002, refused)
        if (!body) return envelope(...REFUSALS.bad_request)
        try {
          return envelope(1000, name === 'order/create' ? '购买成功' : 'success', await work(body, answered))
        } catch (error) {
          if (error instanceof SupplierRefusal) return envelope(...REFUSALS[error.reason])
          throw error
        }
      })
    })
  }

  endpoint('user/getAccount', () => ({ balance: haoNumber(books.account().balanceHao) }))
  endpoint('goods/getDirs', () => [
    { id: 11_412, name: '全部商品', img: '', children: categories(supplier), brands: [] },
  ])
  endpoint('goods/getList', (body) => {
    const category = categories(supplier).find(({ id }) => id === Number(body.dirId || 0))?.name
    const wanted = { 1: ['card', 'link'], 3: ['topup'] }[Number(body.goodsType)]
    const word = textOf(body.keyWord) ?? ''
    const found = [...books.goods.values()].filter(
      ({ id, name, kind, category: own }) =>
        (name.includes(word) || id === word) && (!wanted || wanted.includes(kind)) && (!category || own === category),
    )
    const from = ((Number(body.page) || 1) - 1) * PAGE_ROWS
    const items = found.slice(from, from + PAGE_ROWS).map(showGoods)
    return { allCount: found.length, allPage: Math.ceil(found.length / PAGE_ROWS), items }
  })
  endpoint('goods/getDetail', (body) => {
    const goods = desk.goodsOf(String(body.goodsId))
    const { quantityMin: minQuantity, quantityMax: maxQuantity, stock: stockCount } = goods
    return { ...showGoods(goods), minQuantity, maxQuantity, stockCount, rechargeTemplates: showTemplates(goods) }
  })
  endpoint('goods/checkAccount', (body) => {
    const person = desk.personOf(String(body.goodsId), accountOf(body.attach))
    return { status: person ? 1 : 0, nickName: person?.nickname ?? '', remark: person ? '' : '账号不存在或不可充值' }
  })
  endpoint('order/create', async (body, answered) => {
    const outerNo = textOf(body.outerNumber)
    if (outerNo === undefined || (body.attach !== undefined && !Array.isArray(body.attach))) {
      throw new SupplierRefusal('bad_request')
    }
    const { order } = await desk.place(
      {
        outerNo,
        goodsId: String(body.goodsId),
        quantity: Number(body.count),
        account: accountOf(body.attach),
        // Of the whole order; "not sent: not checked", and 0 is how many leave it out.
        ceilingHao: haoOf(body.safePrice) || undefined,
        notifyUrl: textOf(body.notifyUrl) ?? '',
        terms: JSON.stringify([body.goodsId, body.count, body.attach ?? [], body.notifyUrl]),
      },
      answered,
    )
    return { orderNumber: order.orderNo, cards: desk.cardsOf(order).map((card) => showCard(order, card)) }
  })
  endpoint('order/getDetail', (body) => {
    const order = desk.find({ outerNo: textOf(body.outerNumber), orderNo: textOf(body.orderNumber) })
    const cards = desk.cardsOf(order).map((card) => ({ ...showCard(order, card), ...showCardState(card) }))
    return { ...showOrder(order, clock.now()), count: order.quantity, cards }
  })
  endpoint('card/getDetail', (body) => {
    const card = books.cards.get(String(body.cardId))
    if (!card) throw new SupplierRefusal('unknown_card')
    return { cardId: card.id, cardNo: card.no, cardPwd: card.secret, cancelRequest: 0, ...showCardState(card) }
  })
}

/** What a buyer filled in, by the fields' titles. */
function accountOf(attach: unknown): Readonly<Record<string, string>> {
  const list = Array.isArray(attach) ? (attach as readonly { readonly name?: unknown; readonly value?: unknown }[]) : []
  return Object.fromEntries(list.map(({ name, value }) => [String(name), String(value)]))
}

function refusalOf(
  { appId, appSecret }: KayixinCredentials,
  headers: Readonly<Record<string, unknown>>,
  body: string,
): string | undefined {
  const [givenId, version, timestamp, signature] = ['app-id', 'version', 'timestamp', 'signature'].map((name) =>
    String(headers[`x-${name}`] ?? ''),
  ) as [string, string, string, string]
  if (givenId !== appId) return '客户编号不存在'
  if (version !== API_VERSION) return 'API协议版本错误'
  const isFresh = /^\d{10}$/.test(timestamp) && Math.abs(Date.now() / 1000 - Number(timestamp)) <= STAMP_SECONDS_MAX
  if (!isFresh) return '时间戳已过期'
  return isSigned(signature, { appId, version, timestamp, body }, appSecret) ? undefined : '签名错误'
}

/**
 * 0 not paid, 1 waiting, 2 under way, 3 done, 4 withdrawn with all money back, 5 paid back, which may be a part of the
 * money or none: only `retMoney` tells.
 */
export function statusOf(order: Order, nowMs: number): number {
  if (order.state === 'unpaid') return 0
  if (order.state === 'processing') return isWaiting(order, nowMs) ? 1 : 2
  if (order.state === 'success') return 3
  return order.serialNo === '' ? 4 : 5
}

export function showOrder(order: Order, nowMs: number): Record<string, unknown> {
  return {
    orderNumber: order.orderNo,
    outerNumber: order.outerNo,
    status: statusOf(order, nowMs),
    money: haoNumber(order.totalHao),
    retMoney: haoNumber(order.refundedHao),
    result: order.reason || (order.state === 'success' ? '充值成功！' : ''),
    startCount: '',
    nowCount: '',
    endCount: '',
  }
}

export function showCard(order: Order, card: Card): Record<string, unknown> {
  const ids = { cardId: card.id, cancelRequest: 0 }
  if (order.plan.cards === 'garbled') return { ...ids, cardNo: '', cardPwd: '\u0000\ufffd' }
  return card.link ? { ...ids, cardNo: '', cardPwd: card.link } : { ...ids, cardNo: card.no, cardPwd: card.secret }
}

/** 0 delivered and not used, 2 void and paid back, 3 used. */
export function showCardState(card: Card): { readonly status: number; readonly result: string } {
  return {
    fresh: { status: 0, result: '' },
    void: { status: 2, result: '已作废' },
    used: { status: 3, result: '已使用' },
  }[card.state]
}

function showGoods(goods: Goods): Record<string, unknown> {
  return {
    goodsId: Number(goods.id),
    name: goods.name,
    faceValue: haoNumber(goods.faceHao),
    salesPrice: haoNumber(goods.priceHao),
    goodsType: goods.kind === 'topup' ? 3 : 1,
    warrantyDays: 0,
    warrantyTime: 0,
    warrantyUnit: 0,
    status: { on: 1, paused: 2, off: 3 }[goods.state],
    multiple: 1,
    isRepeat: 1,
    isRefOrder: 0,
    isRefMoney: 0,
    skuType: 0,
    imgUrl: '',
  }
}

const showTemplates = (goods: Goods): readonly Record<string, unknown>[] =>
  goods.fields.map(({ label, hint, isRequired, options }) => ({
    type: options ? 14 : 0,
    title: label,
    placeholder: hint,
    required: isRequired ? 1 : 0,
    regex: '',
    ...(options && { options: options.map((option) => ({ name: option, value: option })) }),
  }))

function categories({ books }: KayixinSupplier): readonly { id: number; name: string; img: string; brands: [] }[] {
  const names = [...new Set([...books.goods.values()].map(({ category }) => category))]
  return names.map((name, index) => ({ id: 12_812 + index, name, img: '', brands: [] }))
}

const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null || value === '' ? undefined : String(value)

export function envelope(code: number, msg: string, data?: unknown): Answer {
  return { status: 200, body: JSON.stringify({ code, msg, ...(data !== undefined && { data }) }) }
}
