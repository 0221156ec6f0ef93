import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { startBareServer } from '../bare-server.ts'
import type { Bench } from '../bench.ts'
import { closedLoop, cookieOf, createDriver, type Driver, type Load } from '../http.ts'
import { spent } from '../processes.ts'
import { type Figure, percentile } from '../report.ts'
import { addressOf, buyOne, makeLines, noticeFor, orderBody, PRICE_FEN, phoneContact, type Shop } from '../shop.ts'
import type { System } from '../system.ts'

/** At once. Enough that a batch fills while the one before it commits. */
const SHOPPERS = 512
const SQL_BATCH = 128
const GATEWAY_GOAL = 3_000
const BALANCE_GOAL = 5_000
const HALF = 0.5
/** What one hot SKU may cost against twenty. */
const HOT_GOAL = 0.8

export type OrdersOptions = { readonly warmMs: number; readonly measureMs: number }

/** Twenty SKUs, one hot SKU, and twenty SKUs paid from the purse. */
export async function orders({ system, size, shop }: Bench): Promise<readonly Figure[]> {
  const opened = await shop()
  const all = await ordersCase(system, opened, size.orders)
  const hotShop = { ...opened, skuIds: opened.skuIds.slice(0, 1) }
  await stockUp(opened, hotShop.skuIds, all.value ?? 0, size.orders)
  const hot = await measured(system, size.orders, (driver, n) => buyOne(system, driver, hotShop, n))
  const ratio = all.value === null ? 0 : hot.perSecond / all.value
  return [
    all,
    {
      ...figuresOf('order: the same, one hot SKU', hot),
      limit: all.value,
      ratio,
      goal: `${HOT_GOAL} of twenty SKUs`,
      met: ratio >= HOT_GOAL,
    },
    await balanceCase(system, opened, size.orders),
  ]
}

/**
 * Place, pay by a notice signed with the stand-in's own code, read the page with the code: three requests an order. The
 * buyer's walk to the cashier is not in it: that is a call to somebody else's server. The limit is what remains when
 * everything between HTTP and SQL is taken away: the same SQL in full batches, and bare routes with the same bodies.
 */
export async function ordersCase(system: System, shop: Shop, options: OrdersOptions): Promise<Figure> {
  const load = await measured(system, options, (driver, n) => buyOne(system, driver, shop, n))
  const sample = await sampleOf(system, shop)
  const http = await bareLimit(options, [
    { method: 'POST', path: '/place', sent: orderBody(1, phoneContact(1)), answered: sample.placed },
    { method: 'POST', path: '/notify', sent: noticeFor(system, 1).body, answered: 'success' },
    { method: 'GET', path: '/order', answered: sample.page },
  ])
  const sql = await sqlLimit(system, options, (tenantId) => gatewayBatches(tenantId, shop))
  return besideLimit(`order: place, pay (signed notice), code on the page, ${shop.skuIds.length} SKUs`, load, {
    goalPerSecond: GATEWAY_GOAL,
    sql,
    http,
  })
}

/** One request an order: placed, paid from the purse, delivered; the code is in the answer. */
async function balanceCase(system: System, shop: Shop, options: OrdersOptions): Promise<Figure> {
  const members = await signInMembers(system, shop, MEMBERS)
  const buy = async (driver: Driver, n: number): Promise<string> => {
    const member = members[n % members.length]
    const body = JSON.stringify({ ...JSON.parse(orderBody(skuOf(shop, n), member?.phone ?? '')), payWith: 'balance' })
    const answer = await driver.request('POST', '/api/mall/orders', body, {
      cookie: member?.cookie ?? '',
      'idempotency-key': randomBytes(12).toString('hex'),
      'x-forwarded-for': addressOf(n),
    })
    if (answer.body.includes('"state":"delivered"')) return answer.body
    throw new Error(`an order paid from the purse was answered ${answer.status}: ${answer.body.slice(0, 300)}`)
  }
  const load = await measured(system, options, buy)
  const driver = createDriver(system.url, 1)
  const answered = await buy(driver, 0)
  driver.close()
  const http = await bareLimit(options, [
    { method: 'POST', path: '/place', sent: orderBody(1, phoneContact(1)), answered },
  ])
  const sql = await sqlLimit(system, options, (tenantId) => balanceBatches(tenantId, shop, members))
  return besideLimit(`order: paid from the balance, one request, ${shop.skuIds.length} SKUs`, load, {
    goalPerSecond: BALANCE_GOAL,
    sql,
    http,
  })
}

type Measured = Load & { readonly cpuMicros: NonNullable<Figure['cpuMicros']> }

async function measured(
  system: System,
  { warmMs, measureMs }: OrdersOptions,
  buy: (driver: Driver, n: number) => Promise<unknown>,
): Promise<Measured> {
  const driver = createDriver(system.url, SHOPPERS)
  const flow = async (): Promise<void> => {
    shoppers += 1
    await buy(driver, shoppers)
  }
  await closedLoop({ shoppers: SHOPPERS, warmMs: 0, measureMs: warmMs }, flow)
  const { result, cpuMicros } = await spent(
    system,
    () => closedLoop({ shoppers: SHOPPERS, warmMs: 0, measureMs }, flow),
    ({ latenciesMs }) => latenciesMs.length,
  )
  driver.close()
  return { ...result, cpuMicros }
}

/** Nobody buys twice in a run, so that nobody's own cap is what is measured. */
let shoppers = 0

const skuOf = (shop: Pick<Shop, 'skuIds'>, n: number): number => shop.skuIds[n % shop.skuIds.length] ?? 0

function figuresOf(name: string, { perSecond, latenciesMs, cpuMicros }: Measured) {
  return {
    case: name,
    value: perSecond,
    unit: 'orders/s',
    p50: percentile(latenciesMs, HALF),
    p99: percentile(latenciesMs, 0.99),
    cpuMicros,
  }
}

function besideLimit(
  name: string,
  load: Measured,
  { goalPerSecond, sql, http }: { readonly goalPerSecond: number; readonly sql: number; readonly http: number },
): Figure {
  const limit = 1 / (1 / sql + 1 / http)
  const round = (perSecond: number) => Math.round(perSecond).toLocaleString('en')
  return {
    ...figuresOf(name, load),
    limit,
    ratio: load.perSecond / limit,
    goal: `${goalPerSecond.toLocaleString('en')}/s, half of the limit`,
    met: load.perSecond >= goalPerSecond && load.perSecond >= limit * HALF,
    note: `limit of the SQL alone ${round(sql)}/s (batches of ${SQL_BATCH}, one connection), of HTTP alone ${round(http)}/s`,
  }
}

/** Codes for as many orders as the run may sell of these SKUs. */
async function stockUp(shop: Shop, skuIds: readonly number[], perSecond: number, { warmMs, measureMs }: OrdersOptions) {
  const pieces = Math.ceil((Math.max(1, perSecond) * 2 * (warmMs + measureMs)) / 1_000 / skuIds.length)
  for (const skuId of skuIds) await shop.importLines(skuId, makeLines(pieces))
}

/** Real answers, for the bare routes to send. */
async function sampleOf(system: System, shop: Shop): Promise<{ readonly placed: string; readonly page: string }> {
  const driver = createDriver(system.url, 1)
  const page = await buyOne(system, driver, shop, 1)
  driver.close()
  return { placed: page.replace(/"codes":\[.*?\]/, '"codes":null'), page }
}

type BareStep = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly sent?: string
  readonly answered: string
}

/** Orders a second when the same requests meet routes that do nothing, with the same bodies both ways. */
async function bareLimit({ warmMs, measureMs }: OrdersOptions, steps: readonly BareStep[]): Promise<number> {
  const server = await startBareServer(
    steps.map(({ method, path, answered }) => ({
      method,
      path,
      body: answered,
      contentType: answered.startsWith('{') ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8',
    })),
  )
  const driver = createDriver(server.url, SHOPPERS)
  const load = await closedLoop({ shoppers: SHOPPERS, warmMs: warmMs / 4, measureMs: measureMs / 2 }, async () => {
    for (const { method, path, sent } of steps) await driver.request(method, path, sent)
  })
  driver.close()
  await server.stop()
  return load.perSecond
}

type Statement = { readonly name: string; readonly text: string; readonly values: readonly unknown[] }

/** Orders a second when the same functions are called straight from `pg`, one full batch after the other. */
async function sqlLimit(
  system: System,
  { measureMs }: OrdersOptions,
  batches: (tenantId: string) => () => readonly Statement[],
): Promise<number> {
  const client = new pg.Client({ connectionString: system.ownerUrl })
  await client.connect()
  const { rows } = await client.query<{ id: string }>("select id from tenancy.tenants where slug = 'demo'")
  const next = batches(rows[0]?.id ?? '')
  const run = async (ms: number): Promise<number> => {
    const from = performance.now()
    let done = 0
    while (performance.now() - from < ms) {
      for (const { values, ...statement } of next()) {
        const { rows } = await client.query<{ answer: readonly object[] }>({ ...statement, values: [...values] })
        const refused = rows[0]?.answer.find((one) => !('view' in one || 'verdict' in one || 'lines' in one))
        if (refused) throw new Error(`the SQL limit was refused: ${JSON.stringify(refused)}`)
      }
      done += SQL_BATCH
    }
    return done / ((performance.now() - from) / 1_000)
  }
  await run(measureMs / 8)
  const perSecond = await run(measureMs / 2)
  await client.end()
  return perSecond
}

function gatewayBatches(tenantId: string, shop: Shop): () => readonly Statement[] {
  const draw = orderNumbers()
  return () => {
    const items = Array.from({ length: SQL_BATCH }, (_, index) => {
      const no = draw()
      return { ...placingItem(no, skuOf(shop, index)), memberId: null, buyerKey: `c:${no}`, payWith: 'sim-pay' }
    })
    const captures = items.map(({ no }) => ({
      orderNo: no,
      gateway: 'sim-pay',
      tradeNo: `T${no}`,
      amountFen: PRICE_FEN,
      currency: 'CNY',
      headers: {},
      body: '{}',
    }))
    return [
      placing(tenantId, items),
      {
        name: 'settle',
        text: 'select fulfilment.settle($1, $2::jsonb) as answer',
        values: [tenantId, JSON.stringify(captures)],
      },
      {
        name: 'views',
        text: 'select orders.views($1, $2::bigint[], 200) as answer',
        values: [tenantId, items.map(({ no }) => no)],
      },
    ]
  }
}

function balanceBatches(tenantId: string, shop: Shop, members: readonly Member[]): () => readonly Statement[] {
  const draw = orderNumbers()
  return () => [
    placing(
      tenantId,
      Array.from({ length: SQL_BATCH }, (_, index) => {
        const memberId = members[index % members.length]?.id ?? 0
        return { ...placingItem(draw(), skuOf(shop, index)), memberId, buyerKey: `m:${memberId}`, payWith: 'balance' }
      }),
    ),
  ]
}

const placing = (tenantId: string, items: readonly object[]): Statement => ({
  name: 'place',
  text: 'select fulfilment.place_and_pay($1, $2::jsonb) as answer',
  values: [tenantId, JSON.stringify(items)],
})

/** Numbers that no order of the shop has: of a day that never was. */
function orderNumbers(): () => number {
  let no = 8_912_310_000_000_000 + Math.floor(Math.random() * 1_000_000_000)
  return () => {
    no += 1
    return no
  }
}

const placingItem = (no: number, skuId: number) => ({
  no,
  requestKey: `bench ${no}`,
  requestHash: 'ab',
  contact: phoneContact(no),
  locale: 'zh-CN',
  queryHash: 'ab'.repeat(32),
  deviceHash: no.toString(16).padStart(64, '0'),
  ip: '127.0.0.1',
  holdSeconds: 900,
  capPerson: 100,
  capIp: 0,
  capDevice: 0,
  channel: 'mall',
  lines: [{ skuId, quantity: 1, unitPriceFen: PRICE_FEN, form: {} }],
})

type Member = { readonly id: number; readonly phone: string; readonly cookie: string }

const MEMBERS = 64
/** More than they can spend. */
const PURSE_FEN = 10_000_000

/** People with a full purse, signed in by the code that the stand-in's telephone shows. */
export async function signInMembers(system: System, shop: Shop, count: number): Promise<readonly Member[]> {
  const driver = createDriver(system.url, 1)
  const members: Member[] = []
  for (let n = 0; n < count; n += 1) {
    const phone = `137${String(n).padStart(8, '0')}`
    const from = { 'x-forwarded-for': addressOf(n) }
    await driver.request('POST', '/api/mall/auth/code', JSON.stringify({ phone }), from)
    const body = JSON.stringify({ phone, code: await codeSentTo(system, phone) })
    const answer = await driver.request('POST', '/api/mall/auth/sign-in', body, from)
    if (answer.status !== 200) throw new Error(`signing in was answered ${answer.status}: ${answer.body.slice(0, 300)}`)
    const { id } = JSON.parse(answer.body) as { readonly id: number }
    await shop.staff.call(
      'members.adjustBalance',
      { params: { id }, body: { amountFen: PURSE_FEN, reason: 'bench' } },
      { idempotencyKey: randomBytes(12).toString('hex') },
    )
    members.push({ id, phone, cookie: cookieOf(answer) })
  }
  driver.close()
  return members
}

const CODE_WAIT_MAX_MS = 20_000

async function codeSentTo(system: System, phone: string): Promise<string> {
  for (const until = performance.now() + CODE_WAIT_MAX_MS; performance.now() < until; ) {
    const inbox = await fetch(`${system.standIns.sms.inboxUrl}.json?phone=${phone}`)
    const [newest] = (await inbox.json()) as readonly { readonly params: { readonly code?: string } }[]
    if (newest?.params.code !== undefined) return newest.params.code
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`no code was sent to ${phone}`)
}
