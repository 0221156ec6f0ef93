import type { Bench } from '../bench.ts'
import { createDriver, type Driver } from '../http.ts'
import { offer } from '../open-loop.ts'
import { owner } from '../owner.ts'
import { spent } from '../processes.ts'
import { type Figure, percentile, plainFigure } from '../report.ts'
import { buyOne, OrderRefused, openShop, type Shop } from '../shop.ts'
import type { System } from '../system.ts'

const WITHIN_MS = 2_000
const GOAL_MS = 5_000
/** Linux gives a process some thousand sockets; the rest of the buyers queue for them, on their own time. */
const CONNECTIONS = 2_000

/**
 * More buyers than pieces, all within two seconds. An answer is the code in hand for who got one (placed, paid, page
 * read) and "sold out" for everybody else; each counts from the time at which its buyer pressed the button.
 */
export async function flash({ system, size }: Bench): Promise<readonly Figure[]> {
  const { buyers, pieces } = size.flash
  const shop = await openShop(system, 1, pieces)
  const driver = createDriver(system.url, CONNECTIONS)
  const codes: string[] = []
  let firstRefusedAt = Number.POSITIVE_INFINITY

  const { result, cpuMicros } = await spent(
    system,
    () =>
      offer({ perSecond: buyers / (WITHIN_MS / 1_000), count: buyers }, async (n) => {
        const code = await tryToBuy(system, driver, shop, n)
        if (code !== undefined) codes.push(code)
        else firstRefusedAt = Math.min(firstRefusedAt, Date.now())
        return performance.now()
      }),
    () => buyers,
  )
  driver.close()
  await mustBeSoldExactly(system, shop, pieces, codes)
  await nobodyWasRefusedEarly(system, shop, firstRefusedAt)
  const p99 = percentile(result.latenciesMs, 0.99)
  const slowestMs = Math.max(...result.latenciesMs)
  return [
    plainFigure({
      case: `flash sale: ${buyers.toLocaleString('en')} buyers, ${pieces} pieces, all within 2 s`,
      value: result.tookMs / 1_000,
      unit: 's to the last answer',
      p50: percentile(result.latenciesMs, 0.5),
      p99,
      goal: `every answer within ${GOAL_MS / 1_000} s, exactly ${pieces} sold`,
      met: slowestMs <= GOAL_MS,
      cpuMicros,
    }),
  ]
}

/** @returns the code, or undefined when the shop is sold out */
async function tryToBuy(system: System, driver: Driver, shop: Shop, n: number): Promise<string | undefined> {
  try {
    return /"parts":(\[.*?\])/.exec(await buyOne(system, driver, shop, n))?.[1]
  } catch (error) {
    if (error instanceof OrderRefused && error.body.includes('orders.sold_out')) return undefined
    throw error
  }
}

/** What buyers were shown, and what the database says of orders, cards and ledger. */
async function mustBeSoldExactly(system: System, shop: Shop, pieces: number, codes: readonly string[]): Promise<void> {
  const [skuId] = shop.skuIds
  const [counted] = await owner(system, (client) =>
    client.query<{ lines: number; cards: number; available: number; held: number }>(
      `select
         (select count(*)::integer from orders.lines where sku_id = $1 and state = 'delivered') as lines,
         (select count(*)::integer from vault.cards where sku_id = $1 and state = 'delivered') as cards,
         a.balance::integer as available,
         a.held_out::integer as held
       from ledger.accounts a
       where a.kind = 'stock.available'
         and a.ref = $1::text`,
      [skuId],
    ),
  )
  const facts = { codesShown: codes.length, differentCodes: new Set(codes).size, ...counted }
  const expected = { codesShown: pieces, differentCodes: pieces, lines: pieces, cards: pieces, available: 0, held: 0 }
  if (JSON.stringify(facts) !== JSON.stringify(expected)) {
    throw new Error(`sold ${JSON.stringify(facts)}, expected ${JSON.stringify(expected)}`)
  }
}

/** An order's `placed_at` is when its transaction began, on this machine's clock: whoever heard "sold out" heard it later. */
async function nobodyWasRefusedEarly(system: System, { skuIds: [skuId] }: Shop, firstRefusedAt: number): Promise<void> {
  const [last] = await owner(system, (client) =>
    client.query<{ ms: number }>(
      `select extract(epoch from max(o.placed_at))::double precision * 1000 as ms
       from orders.orders o
       join orders.lines l on l.tenant_id = o.tenant_id and l.order_no = o.no
       where l.sku_id = $1`,
      [skuId],
    ),
  )
  const earlyMs = (last?.ms ?? 0) - firstRefusedAt
  if (earlyMs > 0)
    throw new Error(`somebody heard "sold out" ${Math.round(earlyMs)} ms before the last piece was taken`)
}
