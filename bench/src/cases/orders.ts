import Fastify from 'fastify'
import pg from 'pg'
import { closedLoop, createDriver, type Load } from '../http.ts'
import { type Figure, percentile } from '../report.ts'
import { noticeFor, orderBody, PRICE_FEN, placeOrder, type Shop } from '../shop.ts'
import type { System } from '../system.ts'

const SHOPPERS = 96
const SQL_BATCH = 128

export type OrdersOptions = { readonly warmMs: number; readonly measureMs: number; readonly goalPerSecond: number }

/**
 * Place, pay by a signed notice, read the page with the code: three requests an order. The limit is what remains when
 * everything between HTTP and SQL is taken away: the same SQL in full batches, and bare routes with the same bodies.
 */
export async function ordersCase(system: System, shop: Shop, options: OrdersOptions): Promise<Figure> {
  const driver = createDriver(system.url, SHOPPERS)
  const load = await closedLoop({ shoppers: SHOPPERS, ...options }, async (n) => {
    const { no, cookie } = await placeOrder(driver, skuOf(shop, n), n)
    const notice = noticeFor(system, no)
    const told = await driver.request('POST', notice.path, notice.body, notice.headers)
    if (told.body !== 'success') throw new Error(`the notice was answered ${told.status} ${told.body.slice(0, 200)}`)
    const page = await driver.request('GET', `/api/mall/orders/${no}`, undefined, { cookie })
    if (!page.body.includes('"state":"delivered"'))
      throw new Error(`order ${no} was not delivered: ${page.body.slice(0, 300)}`)
  })
  driver.close()
  const sql = await sqlLimit(system, shop, options)
  const http = await httpLimit(options)
  const limit = 1 / (1 / sql + 1 / http)
  return {
    case: 'order: place, pay (signed notice), code on the page',
    ...figuresOf(load),
    unit: 'orders/s',
    limit,
    ratio: load.perSecond / limit,
    goal: `${options.goalPerSecond.toLocaleString('en')}/s, half of the limit`,
    met: load.perSecond >= options.goalPerSecond && load.perSecond >= limit / 2,
  }
}

const skuOf = (shop: Shop, n: number): number => shop.skuIds[n % shop.skuIds.length] ?? 0

const figuresOf = ({ perSecond, latenciesMs }: Load) => ({
  value: perSecond,
  p50: percentile(latenciesMs, 0.5),
  p99: percentile(latenciesMs, 0.99),
})

/** Orders a second when the same functions are called straight from `pg`, one full batch after the other. */
async function sqlLimit(system: System, shop: Shop, { measureMs }: OrdersOptions): Promise<number> {
  const client = new pg.Client({ connectionString: system.ownerUrl })
  await client.connect()
  const { rows } = await client.query<{ id: string }>("select id from tenancy.tenants where slug = 'demo'")
  const tenant = rows[0]?.id
  let no = 991_231_000_000_0000 + Math.floor(Math.random() * 1_000_000_000)
  let done = 0
  const from = performance.now()
  while (performance.now() - from < measureMs) {
    const items = Array.from({ length: SQL_BATCH }, (_, index) => {
      no += 1
      return {
        no,
        requestKey: `bench ${no}`,
        requestHash: 'ab',
        memberId: null,
        buyerKey: `c:${no}`,
        contact: `${no}@example.com`,
        locale: 'zh-CN',
        queryHash: 'ab'.repeat(32),
        deviceHash: no.toString(16).padStart(64, '0'),
        ip: '127.0.0.1',
        holdSeconds: 900,
        capPerson: 100,
        capIp: 0,
        capDevice: 0,
        payWith: 'sim-pay',
        channel: 'mall',
        lines: [{ skuId: skuOf(shop, index), quantity: 1, unitPriceFen: PRICE_FEN, form: {} }],
      }
    })
    const captures = items.map((item) => ({
      orderNo: item.no,
      gateway: 'sim-pay',
      tradeNo: `T${item.no}`,
      amountFen: PRICE_FEN,
      currency: 'CNY',
      headers: {},
      body: '{}',
    }))
    await client.query({
      name: 'place',
      text: 'select fulfilment.place_and_pay($1, $2::jsonb)',
      values: [tenant, JSON.stringify(items)],
    })
    await client.query({
      name: 'settle',
      text: 'select fulfilment.settle($1, $2::jsonb)',
      values: [tenant, JSON.stringify(captures)],
    })
    await client.query({
      name: 'views',
      text: 'select orders.views($1, $2::bigint[], 200)',
      values: [tenant, items.map((item) => item.no)],
    })
    done += SQL_BATCH
  }
  const perSecond = done / ((performance.now() - from) / 1_000)
  await client.end()
  return perSecond
}

/** The same three requests against routes that do nothing, with answers of the same size. */
async function httpLimit({ measureMs }: OrdersOptions): Promise<number> {
  const app = Fastify()
  const view = { no: 2_611_220_000_000_000, state: 'delivered', lines: [{ codes: ['x'.repeat(600)] }] }
  app.post('/place', async () => view)
  app.post('/notify', async () => 'success')
  app.get('/order', async () => view)
  const driver = createDriver(await app.listen({ host: '127.0.0.1', port: 0 }), SHOPPERS)
  const load = await closedLoop({ shoppers: SHOPPERS, warmMs: 300, measureMs }, async (n) => {
    await driver.request('POST', '/place', orderBody(1, `b${n}@example.com`))
    await driver.request('POST', '/notify', JSON.stringify(view))
    await driver.request('GET', '/order')
  })
  driver.close()
  await app.close()
  return load.perSecond
}
