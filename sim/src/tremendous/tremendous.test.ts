import { createHmac } from 'node:crypto'
import {
  Configuration,
  type CreateOrderRequest,
  FundingSourcesApi,
  OrdersApi,
  ProductsApi,
  RewardsApi,
} from 'tremendous'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openShop, type Shop } from '../suppliers/shop.fixture.ts'
import { startTremendous, type TremendousStandIn } from './index.ts'

type Row = Record<string, unknown>
let shop: Shop
let tremendous: TremendousStandIn
let orders: OrdersApi
let configuration: Configuration

beforeAll(async () => {
  shop = await openShop('')
  tremendous = await startTremendous({ host: '127.0.0.1', seed: 'test' })
  const { apiKey } = tremendous.credentials
  configuration = new Configuration({ basePath: `${tremendous.url}/api/v2`, accessToken: apiKey })
  orders = new OrdersApi(configuration)
})
afterAll(async () => {
  await tremendous.close()
  shop.close()
})
afterEach(() => {
  shop.heard = []
  tremendous.control.clearFaults()
})

let lastNo = 0
const newNo = (): string => `T26112200${String(++lastNo).padStart(5, '0')}`
const order = (externalId: string, more: Partial<CreateOrderRequest['reward']> = {}): CreateOrderRequest => ({
  external_id: externalId,
  payment: { funding_source_id: 'balance' },
  reward: {
    products: ['OKMHM2X2OHYV'],
    value: { denomination: 25, currency_code: 'USD' },
    recipient: { name: '张三', email: 'zhang@example.com' },
    delivery: { method: 'LINK' },
    ...more,
  },
})
/** What the SDK throws for everything but a success. */
const failure = async (call: Promise<unknown>): Promise<{ status?: number; data?: Row }> =>
  call.then(
    () => ({}),
    (error: { response?: { status: number; data: Row } }) => error.response ?? {},
  )

test('the SDK buys a link, and the balance pays for it', async () => {
  const no = newNo()
  const { status, data } = await orders.createOrder(order(no))
  expect(status).toBe(200)
  expect(data.order).toMatchObject({
    external_id: no,
    status: 'EXECUTED',
    payment: { subtotal: 25, total: 25, fees: 0 },
  })
  const [reward] = data.order?.rewards ?? []
  expect(reward?.delivery).toMatchObject({
    method: 'LINK',
    status: 'SUCCEEDED',
    link: expect.stringMatching(/^https:/),
  })
  expect(tremendous.control.card(reward?.delivery?.link ?? '')).toMatchObject({ state: 'fresh' })
  expect(tremendous.control.balance()).toBe('4975.0000')
  const [source] = (await new FundingSourcesApi(configuration).listFundingSources()).data.funding_sources
  expect(source?.meta).toMatchObject({ available_cents: 497_500 })
})

test('an order is asked for by both numbers, and its link only by asking for a new one', async () => {
  const no = newNo()
  const { data } = await orders.createOrder(order(no))
  const byOwn = await orders.getOrder(no)
  expect((await orders.getOrder(data.order.id)).data).toEqual(byOwn.data)
  const rewards = new RewardsApi(configuration)
  const id = data.order.rewards?.[0]?.id ?? ''
  expect((await rewards.getReward(id)).data.reward.delivery).toEqual({ method: 'LINK', status: 'SUCCEEDED' })
  expect((await rewards.generateRewardLink(id)).data.reward.link).toBe(data.order.rewards?.[0]?.delivery?.link)
  expect((await orders.listOrders(0, undefined, no)).data).toMatchObject({ total_count: 1 })
})

test('the orders of a span of time are listed in pages: a statement', async () => {
  await tremendous.control.advance(86_400_000)
  const from = new Date(Date.now() + 86_000_000).toISOString()
  const nos = [newNo(), newNo(), newNo()]
  for (const no of nos) await orders.createOrder(order(no))
  const page = async (offset: number) =>
    (await orders.listOrders(offset, undefined, undefined, from, undefined, 2)).data
  const [first, second] = [await page(0), await page(2)]
  expect([first.total_count, second.total_count]).toEqual([3, 3])
  expect([...first.orders, ...second.orders].map(({ external_id }) => external_id)).toEqual(nos.toReversed())
})

test('the same number answers 201 and the first order, with other terms 409', async () => {
  const no = newNo()
  const first = await orders.createOrder(order(no))
  const again = await orders.createOrder(order(no))
  expect([again.status, again.data.order.id]).toEqual([201, first.data.order.id])
  const other = await failure(orders.createOrder(order(no, { value: { denomination: 26, currency_code: 'USD' } })))
  expect(other).toMatchObject({ status: 409, data: { errors: { message: expect.any(String) } } })
  expect(tremendous.control.delivered(no)).toMatchObject({ orders: 1, pieces: 1 })
})

test('refusals: a stranger, an amount out of range, no money, goods that are gone, nobody’s order', async () => {
  const stranger = new OrdersApi(new Configuration({ basePath: `${tremendous.url}/api/v2`, accessToken: 'guessed' }))
  expect(await failure(stranger.createOrder(order(newNo())))).toMatchObject({ status: 401 })
  const tooMuch = order(newNo(), { value: { denomination: 2001, currency_code: 'USD' } })
  expect(await failure(orders.createOrder(tooMuch))).toMatchObject({ status: 400 })
  tremendous.control.addFault({ kind: 'order.no_balance', times: 1 })
  expect(await failure(orders.createOrder(order(newNo())))).toMatchObject({ status: 402 })
  tremendous.control.setGoods('ET0ZVETV5ILN', { state: 'off' })
  expect(await failure(orders.createOrder(order(newNo(), { products: ['ET0ZVETV5ILN'] })))).toMatchObject({
    status: 400,
  })
  const { products } = (await new ProductsApi(configuration).listProducts()).data
  expect(products.map(({ id }) => id)).toEqual(['OKMHM2X2OHYV', 'A2J05SWPI2QG'])
  expect(await failure(orders.getOrder('NOBODY'))).toMatchObject({ status: 404 })
})

test('goods with a fee cost more than their face', async () => {
  const { data } = await orders.createOrder(order(newNo(), { products: ['A2J05SWPI2QG'] }))
  expect(data.order.payment).toMatchObject({ subtotal: 25, fees: 2.95, total: 27.95 })
})

test('a mailed reward is announced by a signed webhook, once it is there or has failed', async () => {
  const registered = await fetch(`${tremendous.url}/api/v2/webhooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tremendous.credentials.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url: shop.url }),
  })
  const { webhook } = (await registered.json()) as { webhook: { private_key: string } }
  const [good, bad] = [newNo(), newNo()]
  tremendous.control.addFault({ kind: 'order.fail', key: bad })
  for (const no of [good, bad]) {
    tremendous.control.addFault({ kind: 'order.slow', key: no, ms: 60_000 })
    const { data } = await orders.createOrder(order(no, { delivery: { method: 'EMAIL' } }))
    expect(data.order).toMatchObject({ status: 'CART', rewards: [{ delivery: { status: 'PENDING' } }] })
  }
  await tremendous.control.advance(60_000)
  const events = shop.heard.map(({ body }) => JSON.parse(body) as { event: string })
  expect(events.map(({ event }) => event)).toEqual(['REWARDS.DELIVERY.SUCCEEDED', 'REWARDS.DELIVERY.FAILED'])
  for (const { headers, body } of shop.heard) {
    const expected = `sha256=${createHmac('sha256', webhook.private_key).update(body).digest('hex')}`
    expect(headers['tremendous-webhook-signature']).toBe(expected)
  }
  expect((await orders.getOrder(bad)).data.order).toMatchObject({
    status: 'FAILED',
    payment: { refund: { total: 25 } },
  })
})

test('too many requests and an answer that knows nothing', async () => {
  tremendous.control.addFault({ kind: 'api.busy', endpoint: 'GET /products', times: 1 })
  expect(await failure(new ProductsApi(configuration).listProducts())).toMatchObject({ status: 429 })
  const no = newNo()
  tremendous.control.addFault({ kind: 'api.unsure', key: no, times: 1 })
  expect(await failure(orders.createOrder(order(no)))).toMatchObject({ status: 500 })
  expect((await orders.createOrder(order(no))).status).toBe(201)
})
