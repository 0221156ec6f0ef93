import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Card, Goods, Order } from '../suppliers/books.ts'
import { haoNumber, haoOf } from '../suppliers/money.ts'
import { type Answer, bodyOf, parseObject } from '../suppliers/serve.ts'
import type { Supplier } from '../suppliers/supplier.ts'
import { type RefusalReason, SupplierRefusal } from '../suppliers/take-order.ts'

export type TremendousCredentials = {
  readonly apiKey: string
  /** Signs webhooks; told when one is registered. */
  readonly webhookKey: string
}
type TremendousSupplier = Supplier<TremendousCredentials>
type Body = Readonly<Record<string, unknown>>
type Result = { readonly status?: number; readonly value: unknown }
type Asked = {
  readonly id: string
  readonly body: Body
  readonly query: URLSearchParams
  readonly answered: Promise<void>
}

const FUNDING_SOURCE = 'BALANCE'
const FACE_HAO_MAX = 2000 * 10_000
const WEBHOOK_ID = 'WEBHOOK1'

const REFUSALS: Readonly<Record<RefusalReason, readonly [status: number, message: string]>> = {
  bad_request: [400, 'Order failed: validation failure'],
  unknown_goods: [400, 'Product not found'],
  wrong_kind: [400, 'Product not available'],
  off_sale: [400, 'Product not available'],
  paused: [400, 'Product temporarily not available'],
  no_stock: [400, 'Product out of stock'],
  bad_quantity: [400, 'Invalid quantity'],
  missing_account: [400, 'Recipient is missing'],
  wrong_account: [400, 'Recipient is not valid'],
  price_too_high: [400, 'Price changed'],
  no_balance: [402, 'Order failed: insufficient funds'],
  number_used: [409, 'An order with this external_id and other parameters already exists'],
  unknown_order: [404, 'Order not found'],
  unknown_card: [404, 'Reward not found'],
}

/** `/api/v2/…`: a REST service with a bearer key; errors are `{errors: {message, payload}}`. */
export function addApi(app: FastifyInstance, supplier: TremendousSupplier): void {
  const { books, desk, credentials } = supplier
  const endpoint = (method: 'GET' | 'POST', path: string, work: (asked: Asked) => Result | Promise<Result>): void => {
    const serve = (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const { id = '' } = request.params as { readonly id?: string }
      const body = parseObject(bodyOf(request) || '{}')
      const outerNo = books.orders.get(id)?.outerNo ?? (textOf(body?.external_id) || id || undefined)
      const call = { endpoint: `${method} ${path}`, outerNo, goodsId: body && productOf(body) }
      return supplier.counter.serve(request, reply, call, async (answered) => {
        if (request.headers.authorization !== `Bearer ${credentials.apiKey}`) return errorAnswer(401, 'Unauthorized')
        if (!body) return errorAnswer(400, 'The request body is not valid JSON')
        const query = new URLSearchParams(request.url.split('?')[1] ?? '')
        try {
          const { status = 200, value } = await work({ id, body, query, answered })
          return { status, body: JSON.stringify(value) }
        } catch (error) {
          if (error instanceof SupplierRefusal) return errorAnswer(...REFUSALS[error.reason])
          throw error
        }
      })
    }
    app.route({ method, url: `/api/v2${path}`, handler: serve })
  }

  endpoint('GET', '/funding_sources', () => ({ value: { funding_sources: [fundingSource(supplier)] } }))
  endpoint('GET', '/products', () => {
    const onSale = [...books.goods.values()].filter(({ state }) => state === 'on')
    return { value: { products: onSale.map(showProduct) } }
  })
  endpoint('GET', '/products/:id', ({ id }) => ({ value: { product: showProduct(desk.goodsOf(id)) } }))

  endpoint('POST', '/orders', async ({ body, answered }) => {
    const input = orderInput(supplier, body)
    const { order, isNew } = await desk.place(input, answered)
    const shown = showOrder(supplier, order, { withLink: isNew })
    // 201 says that there was such an order before; a new one is a 200.
    return { status: isNew ? 200 : 201, value: { order: shown } }
  })
  endpoint('GET', '/orders', ({ query }) => {
    const externalId = query.get('external_id')
    // With times this list is the day's statement.
    const fromMs = timeOf(query.get('created_at[gte]')) ?? 0
    const toMs = timeOf(query.get('created_at[lte]')) ?? Number.MAX_SAFE_INTEGER
    const found = [...books.orders.values()].filter(
      ({ outerNo, createdAtMs }) =>
        (externalId === null || outerNo === externalId) && createdAtMs >= fromMs && createdAtMs <= toMs,
    )
    const isStatement = query.has('created_at[gte]')
    const bent = isStatement
      ? found.filter(({ outerNo }) => !supplier.faults.take('bill.missing_line', { key: outerNo }))
      : found
    const shown = paged(bent.toReversed(), query).map((order) => {
      const wrong = isStatement ? supplier.faults.take('bill.wrong_amount', { key: order.outerNo }) : undefined
      const told = wrong ? { ...order, totalHao: wrong.amount ?? order.totalHao + 100 } : order
      return showOrder(supplier, told, { withLink: false })
    })
    return { value: { orders: shown, total_count: bent.length } }
  })
  endpoint('GET', '/orders/:id', ({ id }) => {
    const order = desk.find(books.orders.has(id) ? { orderNo: id } : { outerNo: id })
    return { value: { order: showOrder(supplier, order, { withLink: false }) } }
  })

  endpoint('GET', '/rewards', ({ query }) => {
    const orders = [...books.orders.values()].toReversed()
    const shown = paged(orders, query).map((order) => showReward(supplier, order, { withLink: false }))
    return { value: { rewards: shown, total_count: orders.length } }
  })
  endpoint('GET', '/rewards/:id', ({ id }) => {
    return { value: { reward: showReward(supplier, rewardOrder(supplier, id), { withLink: false }) } }
  })
  endpoint('POST', '/rewards/:id/generate_link', ({ id }) => {
    const order = rewardOrder(supplier, id)
    const [card] = desk.cardsOf(order)
    if (!card || order.state === 'failed') throw new SupplierRefusal('unknown_card')
    return { value: { reward: { id, link: linkOf(order, card) } } }
  })

  const webhook = () => ({ id: WEBHOOK_ID, url: books.account().callbackUrl, private_key: credentials.webhookKey })
  endpoint('GET', '/webhooks', () => ({ value: { webhooks: books.account().callbackUrl === '' ? [] : [webhook()] } }))
  endpoint('POST', '/webhooks', ({ body }) => {
    const url = textOf(body.url)
    if (!/^https?:\/\/\S+$/.test(url)) throw new SupplierRefusal('bad_request')
    books.save('account', Object.assign(books.account(), { callbackUrl: url }))
    return { value: { webhook: webhook() } }
  })
}

function orderInput(supplier: TremendousSupplier, body: Body) {
  const reward = objectOf(body.reward)
  const value = objectOf(reward.value)
  const delivery = objectOf(reward.delivery)
  const recipient = objectOf(reward.recipient)
  const goods = supplier.desk.goodsOf(productOf(body) ?? '')
  const faceHao = haoOf(value.denomination)
  const isFunded = ['balance', FUNDING_SOURCE].includes(textOf(objectOf(body.payment).funding_source_id))
  const isInRange = faceHao !== undefined && faceHao >= goods.faceHao && faceHao <= FACE_HAO_MAX && faceHao % 100 === 0
  const method = textOf(delivery.method)
  const isCurrency = ['', 'USD'].includes(textOf(value.currency_code))
  if (!isFunded || !isInRange || !isCurrency || !['LINK', 'EMAIL', 'PHONE'].includes(method)) {
    throw new SupplierRefusal('bad_request')
  }
  const [email, phone] = [textOf(recipient.email), textOf(recipient.phone)]
  if ((method === 'EMAIL' && email === '') || (method === 'PHONE' && phone === '')) {
    throw new SupplierRefusal('missing_account')
  }
  return {
    // Without an own number nothing is recognised as a repeat.
    outerNo: textOf(body.external_id) || supplier.books.nextNo('NONE'),
    goodsId: goods.id,
    quantity: 1,
    account: { method, name: textOf(recipient.name), email, phone },
    faceHao,
    notifyUrl: '',
    terms: JSON.stringify([goods.id, faceHao, method, recipient]),
  }
}

function rewardOrder({ desk }: TremendousSupplier, rewardId: string): Order {
  return desk.find({ orderNo: rewardId.replace(/^RW/, '') })
}

/** An order with one reward is carried out while it is placed, unless it is slow. */
function showOrder(supplier: TremendousSupplier, order: Order, how: { readonly withLink: boolean }): Body {
  return {
    id: order.orderNo,
    external_id: order.outerNo.startsWith('NONE') ? null : order.outerNo,
    created_at: new Date(order.createdAtMs).toISOString(),
    status: { unpaid: 'CART', processing: 'CART', success: 'EXECUTED', partial: 'EXECUTED', failed: 'FAILED' }[
      order.state
    ],
    channel: 'API',
    payment: {
      subtotal: haoNumber(order.faceHao),
      total: haoNumber(order.totalHao),
      fees: haoNumber(order.unitHao - order.faceHao),
      discount: 0,
      currency_code: 'USD',
      ...(order.refundedHao > 0 && { refund: { total: haoNumber(order.refundedHao) } }),
    },
    rewards: [showReward(supplier, order, how)],
  }
}

function showReward({ desk }: TremendousSupplier, order: Order, { withLink }: { readonly withLink: boolean }): Body {
  const { method, name, email, phone } = order.account
  const [card] = desk.cardsOf(order)
  return {
    id: `RW${order.orderNo}`,
    order_id: order.orderNo,
    created_at: new Date(order.createdAtMs).toISOString(),
    value: { denomination: haoNumber(order.faceHao), currency_code: 'USD' },
    recipient: { name, ...(email && { email }), ...(phone && { phone }) },
    delivery: {
      method,
      status: {
        unpaid: 'PENDING',
        processing: 'PENDING',
        success: 'SUCCEEDED',
        partial: 'SUCCEEDED',
        failed: 'FAILED',
      }[order.state],
      ...(withLink && method === 'LINK' && card && { link: linkOf(order, card) }),
    },
  }
}

const linkOf = (order: Order, card: Card): string =>
  order.plan.cards === 'garbled' ? 'see your inbox' : (card.link ?? '')

function showProduct(goods: Goods): Body {
  return {
    id: goods.id,
    name: goods.name,
    description: goods.name,
    category: goods.category,
    disclosure: '',
    skus: [{ min: haoNumber(goods.faceHao), max: haoNumber(FACE_HAO_MAX) }],
    currency_codes: ['USD'],
    countries: [{ abbr: 'US' }],
    images: [],
  }
}

function fundingSource({ books }: TremendousSupplier): Body {
  const available = haoNumber(books.account().balanceHao)
  const meta = { available_amount: available, available_cents: Math.floor(available * 100), currency_code: 'USD' }
  return { id: FUNDING_SOURCE, method: 'balance', usage_permissions: ['api_orders'], status: 'active', meta }
}

const productOf = (body: Body): string | undefined => {
  const { products } = objectOf(body.reward)
  return Array.isArray(products) ? String(products[0]) : undefined
}

function paged<T>(rows: readonly T[], query: URLSearchParams): readonly T[] {
  const offset = Number(query.get('offset') ?? 0)
  return rows.slice(offset, offset + Number(query.get('limit') ?? 10))
}

function timeOf(text: string | null): number | undefined {
  const atMs = Date.parse(text ?? '')
  return Number.isNaN(atMs) ? undefined : atMs
}

const objectOf = (value: unknown): Body => (typeof value === 'object' && value !== null ? (value as Body) : {})
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

export function errorAnswer(status: number, message: string): Answer {
  return { status, body: JSON.stringify({ errors: { message, payload: {} } }) }
}
