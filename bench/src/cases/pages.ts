import { type BareRoute, startBareServer } from '../bare-server.ts'
import type { Bench } from '../bench.ts'
import { closedLoop, createDriver, type Load } from '../http.ts'
import { type PerPart, spent } from '../processes.ts'
import { type Figure, percentile } from '../report.ts'
import { noticeFor, payOrder, phoneContact, placeOrder, QUERY_PASSWORD, type Shop } from '../shop.ts'
import type { System } from '../system.ts'

const READERS = 32
const TURNS = 2
/**
 * Before the first turn. The first twenty thousand requests of a route run while its code is still being compiled, on the
 * cores that answer them, and cost up to three times as much; the bare route is through with that within its warm-up.
 */
const WARM_UP_MS = 2_000
const ORDERS_TO_LOOK_UP = 200
/** Half of what a route reaches that does nothing but send the same body. */
const GOAL_RATIO = 0.5

type Read = Omit<BareRoute, 'body'> & {
  readonly name: string
  /** Sent with the n-th request; its answer must hold `expected`. */
  readonly send?: (n: number) => string
  readonly headers?: Record<string, string>
  readonly expected: string
}

/** What shoppers read: the page of some goods (the page itself and what it asks for), and a guest's look-up of an order. */
export async function pages({ system, size, shop }: Bench): Promise<readonly Figure[]> {
  const { goodsId, skuIds } = await shop()
  const nos = await paidOrders(system, skuIds)
  const json = 'application/json; charset=utf-8'
  const reads: readonly Read[] = [
    {
      name: 'goods page, its HTML',
      method: 'GET',
      path: `/goods/${goodsId}`,
      contentType: 'text/html; charset=utf-8',
      headers: { accept: 'text/html' },
      expected: '<script',
    },
    {
      name: 'goods page, its data',
      method: 'GET',
      path: `/api/mall/goods/${goodsId}`,
      contentType: json,
      expected: '"skus":',
    },
    {
      name: 'look-up of an order by a guest',
      method: 'POST',
      path: '/api/mall/orders/lookup',
      contentType: json,
      send: (n) => JSON.stringify({ no: nos[n % nos.length], queryPassword: QUERY_PASSWORD }),
      expected: '"state":"delivered"',
    },
  ]
  const figures: Figure[] = []
  for (const read of reads) figures.push(await besideBareRoute(system, read, size.pages))
  return figures
}

async function paidOrders(system: System, skuIds: Shop['skuIds']): Promise<readonly number[]> {
  const driver = createDriver(system.url, READERS)
  const nos = await Promise.all(
    Array.from({ length: ORDERS_TO_LOOK_UP }, async (_, n) => {
      const { no } = await placeOrder(driver, skuIds[n % skuIds.length] ?? 0, n, { contact: phoneContact(n) })
      await payOrder(driver, noticeFor(system, no))
      return no
    }),
  )
  driver.close()
  return nos
}

async function besideBareRoute(system: System, first: Read, time: Bench['size']['pages']): Promise<Figure> {
  const { body, cookie } = await sample(system, first)
  const read = { ...first, headers: { ...first.headers, ...(cookie ? { cookie } : {}) } }
  const bare = await startBareServer([{ ...read, body }])
  const ours: Load[] = []
  const limits: Load[] = []
  let cpuMicros: PerPart | undefined
  await readAgainAndAgain(system.url, read, { warmMs: 0, measureMs: WARM_UP_MS })
  // In turns: the cores' speed drifts within minutes.
  for (let turn = 0; turn < TURNS; turn += 1) {
    const turned = await spent(
      system,
      () => readAgainAndAgain(system.url, read, time),
      (load) => (load.latenciesMs.length * (time.warmMs + time.measureMs)) / time.measureMs,
    )
    cpuMicros = turned.cpuMicros
    ours.push(turned.result)
    limits.push(await readAgainAndAgain(bare.url, read, time))
  }
  await bare.stop()
  const latenciesMs = ours.flatMap((load) => load.latenciesMs)
  const perSecond = (loads: readonly Load[]): number => (requests(loads) * 1_000) / (TURNS * time.measureMs)
  const [value, limit] = [perSecond(ours), perSecond(limits)]
  const ratio = value / limit
  return {
    case: read.name,
    value,
    unit: 'requests/s',
    p50: percentile(latenciesMs, 0.5),
    p99: percentile(latenciesMs, 0.99),
    limit,
    ratio,
    goal: 'half of the bare route',
    met: ratio >= GOAL_RATIO,
    ...(cpuMicros ? { cpuMicros } : {}),
  }
}

const requests = (loads: readonly Load[]): number => loads.reduce((sum, load) => sum + load.latenciesMs.length, 0)

/** The answer, and the cookies that a browser has from its first visit on. */
async function sample(system: System, read: Read): Promise<{ readonly body: string; readonly cookie: string }> {
  const driver = createDriver(system.url, 1)
  const answer = await driver.request(read.method, read.path, read.send?.(0), read.headers)
  driver.close()
  if (answer.status !== 200 || !answer.body.includes(read.expected)) {
    throw new Error(`${read.name} answered ${answer.status}: ${answer.body.slice(0, 200)}`)
  }
  return { body: answer.body, cookie: answer.cookies.map((line) => line.split(';')[0]).join('; ') }
}

async function readAgainAndAgain(url: string, read: Read, time: Bench['size']['pages']): Promise<Load> {
  const driver = createDriver(url, READERS)
  const load = await closedLoop({ shoppers: READERS, ...time }, async (n) => {
    const answer = await driver.request(read.method, read.path, read.send?.(n), read.headers)
    if (answer.status !== 200 || !answer.body.includes(read.expected)) {
      throw new Error(`${read.name} answered ${answer.status}: ${answer.body.slice(0, 200)}`)
    }
  })
  driver.close()
  return load
}
