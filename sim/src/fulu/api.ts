import type { FastifyInstance, FastifyRequest } from 'fastify'
import { beijingTime } from '../pages.ts'
import type { Card, Goods, GoodsKind, Order } from '../suppliers/books.ts'
import { haoNumber, haoOf } from '../suppliers/money.ts'
import { type Answer, bodyOf, parseObject } from '../suppliers/serve.ts'
import type { Supplier } from '../suppliers/supplier.ts'
import { isWaiting, type PlaceInput, SupplierRefusal } from '../suppliers/take-order.ts'
import { CODE_OF, CODES, type Code, WORDS_OF } from './codes.ts'
import { PHONE_CATEGORY } from './goods.ts'
import { encrypted, isSigned, signatureOf } from './signing.ts'

export type FuluCredentials = { readonly appKey: string; readonly appSecret: string }
type FuluSupplier = Supplier<FuluCredentials>
type Biz = Readonly<Record<string, unknown>>
type Method = (biz: Biz, answered: Promise<void>) => unknown

class Refused extends Error {
  readonly code: Code
  constructor(code: Code) {
    super(CODES[code])
    this.code = code
  }
}

/** How far the time stamp may be off, as the platform's table of errors says. */
const STAMP_MS_MAX = 10 * 60_000
const STOCK_ALARM = 10

/** `/api/getway`, the platform's only address; what is asked stands in `method`. */
export function addApi(app: FastifyInstance, supplier: FuluSupplier): void {
  const methods = methodsOf(supplier)
  app.post('/api/getway', (request, reply) => {
    const message = parseObject(bodyOf(request)) ?? {}
    const biz = parseObject(String(message.biz_content ?? '')) ?? {}
    const call = {
      endpoint: String(message.method ?? ''),
      outerNo: textOf(biz.customer_order_no),
      goodsId: textOf(biz.product_id) ?? phoneGoods(supplier, biz.charge_value)?.id,
    }
    return supplier.counter.serve(request, reply, call, async (answered) => {
      try {
        const method = allowed(supplier, methods, request, message)
        return success(supplier.credentials, await method(biz, answered))
      } catch (error) {
        if (error instanceof Refused) return refusal(supplier.credentials, error.code)
        if (error instanceof SupplierRefusal)
          return refusal(supplier.credentials, CODE_OF[error.reason], WORDS_OF[error.reason])
        throw error
      }
    })
  })
}

/** The checks of every call, in the order of the platform's codes. */
function allowed(
  { credentials }: FuluSupplier,
  methods: ReadonlyMap<string, Method>,
  request: FastifyRequest,
  message: Readonly<Record<string, unknown>>,
): Method {
  if (Object.keys(message).length === 0 || !/json/.test(request.headers['content-type'] ?? '')) throw new Refused(5000)
  if (!message.method) throw new Refused(1000)
  const method = methods.get(String(message.method))
  if (!method) throw new Refused(1001)
  const stamp = String(message.timestamp ?? '')
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(stamp)) throw new Refused(1003)
  const stampMs = Date.parse(`${stamp.replace(' ', 'T')}+08:00`)
  if (!(Math.abs(Date.now() - stampMs) <= STAMP_MS_MAX)) throw new Refused(1004)
  if (message.app_key !== credentials.appKey) throw new Refused(1006)
  if (message.version !== '2.0') throw new Refused(1008)
  if (!isSigned(message, credentials.appSecret)) throw new Refused(1016)
  if (typeof message.biz_content !== 'string') throw new Refused(1017)
  return method
}

function methodsOf(supplier: FuluSupplier): ReadonlyMap<string, Method> {
  const { books, desk, credentials, clock } = supplier
  const order = async (
    biz: Biz,
    answered: Promise<void>,
    input: Pick<PlaceInput, 'goodsId' | 'quantity'>,
    kinds: readonly GoodsKind[],
  ) => {
    const outerNo = textOf(biz.customer_order_no)
    if (outerNo === undefined) throw new Refused(4000)
    const goods = desk.goodsOf(input.goodsId)
    const priceHao = haoOf(biz.customer_price)
    const placed = await desk.place(
      {
        ...input,
        outerNo,
        kinds,
        account: accountOf(goods, biz),
        ceilingHao: priceHao === undefined ? undefined : priceHao * input.quantity,
        notifyUrl: '',
        terms: JSON.stringify(biz),
      },
      answered,
    )
    // The platform does not answer a repeated order with the first one: whoever sends it again has to ask.
    if (!placed.isNew) throw new Refused(4010)
    return showOrder(placed.order, goods, clock.now())
  }

  const methods: Readonly<Record<string, Method>> = {
    'fulu.order.direct.add': (biz, answered) =>
      order(biz, answered, { goodsId: String(biz.product_id), quantity: Number(biz.buy_num) }, ['topup']),
    'fulu.order.card.add': (biz, answered) =>
      order(biz, answered, { goodsId: String(biz.product_id), quantity: Number(biz.buy_num) }, ['card', 'link']),
    'fulu.order.mobile.add': (biz, answered) => {
      const goods = phoneGoods(supplier, biz.charge_value)
      if (!goods) throw new Refused(3001)
      const account = { ...biz, charge_account: biz.charge_phone }
      return order(account, answered, { goodsId: goods.id, quantity: 1 }, ['topup'])
    },
    'fulu.order.info.get': (biz) => {
      const found = desk.find({ outerNo: String(biz.customer_order_no ?? '') })
      const goods = desk.goodsOf(found.goodsId)
      const isEnded = found.state === 'success' || found.state === 'partial'
      const cards = isEnded ? desk.cardsOf(found).map((card) => showCard(credentials, found, card)) : []
      return { ...showOrder(found, goods, clock.now()), cards }
    },
    'fulu.goods.list.get': (biz) =>
      [...books.goods.values()]
        .filter(({ state }) => state === 'on')
        .filter(({ id }) => biz.product_id === undefined || String(biz.product_id) === id)
        .filter(({ faceHao }) => biz.face_value === undefined || haoOf(biz.face_value) === faceHao)
        .map(showGoods),
    'fulu.goods.info.get': (biz) => ({ ...showGoods(desk.goodsOf(String(biz.product_id))), four_category_icon: '' }),
    'fulu.goods.template.get': (biz) => showTemplate(desk.goodsOf(String(biz.template_id).replace(/^T/, ''))),
    'fulu.goods.stock.check': (biz) => {
      const goods = desk.goodsOf(String(biz.product_id))
      return { product_id: Number(goods.id), stock_status: stockStatus(goods, Number(biz.buy_num ?? 1)) }
    },
    'fulu.user.info.get': () => ({ name: '权枢演示商店', balance: haoNumber(books.account().balanceHao), is_open: 1 }),
    'fulu.mobile.info.get': (biz) => showPhone(String(biz.phone ?? '')),
  }
  return new Map(Object.entries(methods))
}

function showOrder(order: Order, goods: Goods, nowMs: number): Record<string, unknown> {
  const { account } = order
  return {
    order_id: order.orderNo,
    product_id: Number(goods.id),
    product_name: goods.name,
    charge_account: account.charge_account ?? '',
    customer_order_no: order.outerNo,
    create_time: beijingTime(order.createdAtMs),
    finish_time: order.endedAtMs === undefined ? '' : beijingTime(order.endedAtMs),
    buy_num: order.quantity,
    order_price: haoNumber(order.unitHao),
    order_state: stateOf(order, nowMs),
    area: account.charge_game_region ?? '',
    server: account.charge_game_srv ?? '',
    type: account.charge_type ?? '',
    order_type: goods.category === PHONE_CATEGORY ? 1 : goods.kind === 'topup' ? 4 : 3,
    operator_serial_number: order.serialNo,
  }
}

/** The platform has no state for a part: what came is a success, and fewer cards than were paid. */
function stateOf(order: Order, nowMs: number): string {
  if (order.state === 'unpaid' || isWaiting(order, nowMs)) return 'untreated'
  return order.state === 'partial' ? 'success' : order.state
}

function showCard({ appSecret }: FuluCredentials, order: Order, card: Card): Record<string, unknown> {
  const isReadable = order.plan.cards !== 'garbled'
  const hidden = (text: string): string => (isReadable ? encrypted(text, appSecret) : `##${text.slice(0, 5)}`)
  return {
    card_type: card.link ? 2 : 0,
    card_number: hidden(card.link ? '' : card.no),
    card_pwd: hidden(card.link ?? card.secret),
    card_deadline: beijingTime(card.expiresAtMs),
  }
}

function showGoods(goods: Goods): Record<string, unknown> {
  return {
    product_id: Number(goods.id),
    product_name: goods.name,
    product_type: goods.kind === 'topup' ? '直充' : '卡密',
    face_value: haoNumber(goods.faceHao),
    purchase_price: haoNumber(goods.priceHao),
    sales_status: { on: '上架', paused: '维护中', off: '下架' }[goods.state],
    stock_status: stockStatus(goods, 1),
    template_id: goods.fields.length > 0 ? `T${goods.id}` : '',
    details: goods.name,
  }
}

function stockStatus({ stock }: Goods, wanted: number): string {
  return stock < wanted ? '断货' : stock < STOCK_ALARM ? '警报' : '充足'
}

/** Inputs are named like the order's fields in another spelling; games have their regions and servers in a list of their own. */
function showTemplate(goods: Goods): Record<string, unknown> {
  const typed = goods.fields.filter(({ key }) => !key.startsWith('charge_game_'))
  const regions = goods.fields.find(({ key }) => key === 'charge_game_region')?.options ?? []
  const server = { code: null, name: '一服', ChargeType: [] }
  const game = {
    ChargeGame: goods.name,
    gameList: { ChargeRegion: regions.map((name) => ({ name, code: null, ChargeServer: [server] })) },
  }
  return {
    AddressId: `T${goods.id}`,
    AddressName: goods.name,
    IsServiceArea: false,
    ElementInfo: {
      Inputs: typed.map(({ key, label }, index) => ({ Type: 'text', Id: pascal(key), Name: label, SortId: index })),
      ChargeNum: { Id: 'ChargeNum', Name: '充值数量', Value: '1', Type: 'text', SortId: typed.length },
    },
    GameTempaltePreviewList: regions.length > 0 ? [game] : [],
  }
}

const pascal = (key: string): string =>
  key
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')

function showPhone(phone: string): Record<string, unknown> {
  if (!/^1[3-9]\d{9}$/.test(phone)) throw new Refused(1018)
  const operator = { 3: '移动', 5: '移动', 7: '联通', 8: '电信', 9: '电信' }[Number(phone[1])] ?? '联通'
  return { phone, operator, province: '湖北', city: '武汉', city_code: '027' }
}

function phoneGoods({ books }: FuluSupplier, value: unknown): Goods | undefined {
  const faceHao = haoOf(value)
  return [...books.goods.values()].find((goods) => goods.category === PHONE_CATEGORY && goods.faceHao === faceHao)
}

function accountOf(goods: Goods, biz: Biz): Readonly<Record<string, string>> {
  if (goods.kind !== 'topup') return {}
  const names = Object.keys(biz).filter((name) => name.startsWith('charge_') && !/_(phone|value|password)$/.test(name))
  return Object.fromEntries(
    names.flatMap((name) => (textOf(biz[name]) === undefined ? [] : [[name, String(biz[name])]])),
  )
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null || value === '' ? undefined : String(value)
}

function success(credentials: FuluCredentials, result: unknown): Answer {
  return envelope(credentials, 0, '接口调用成功', JSON.stringify(result))
}

function refusal(credentials: FuluCredentials, code: Code, words: string = CODES[code]): Answer {
  return envelope(credentials, code, words, '')
}

export function envelope({ appSecret }: FuluCredentials, code: number, message: string, result: string): Answer {
  return { status: 200, body: JSON.stringify({ code, message, result, sign: signatureOf(result, appSecret) }) }
}
