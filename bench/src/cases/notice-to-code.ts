import type { Bench } from '../bench.ts'
import { createDriver } from '../http.ts'
import { offer, until } from '../open-loop.ts'
import { spent } from '../processes.ts'
import { type Figure, percentile, plainFigure } from '../report.ts'
import { noticeFor, payOrder, phoneContact, placeOrder } from '../shop.ts'
import { openWaitingPage } from '../waiting-page.ts'

/** What is asked for, and a pace at which the machine has time left: how much of the wait is the way, how much the queue. */
const PACES = [500, 100] as const
/** Each buyer has a connection of their own; with few, the driver would hold back what it has to offer. */
const CONNECTIONS = 512
/** A person spends some time at the cashier; here just enough for the page to be open and waiting. */
const AT_CASHIER_MS = 2_000
const WARM_UP_PER_SECOND = 100
const WARM_UP_SECONDS = 5
const GOAL_P99_MS = 50

/**
 * How long a shopper looks at the waiting page after the gateway's notice was due, while the shop takes so many orders a
 * second: each is placed, its page waits on its own stream, and the notice comes at its time whatever the others do.
 */
export async function noticeToCode({ system, size, shop }: Bench): Promise<readonly Figure[]> {
  const { skuIds } = await shop()
  const driver = createDriver(system.url, CONNECTIONS)
  let late = 0

  const buy = async (n: number, dueAt: number): Promise<number> => {
    const placed = await placeOrder(driver, skuIds[n % skuIds.length] ?? 0, n, { contact: phoneContact(n) })
    const page = openWaitingPage(system.url, `/api/mall/orders/${placed.no}/stream`, placed.cookie)
    try {
      await page.opened
      if (performance.now() > dueAt) late += 1
      await until(dueAt)
      const [shownAt] = await Promise.all([page.delivered, payOrder(driver, noticeFor(system, placed.no))])
      return shownAt
    } finally {
      page.close()
    }
  }
  // A server that has just started compiles its code and plans its statements; that is the deploy's moment, not the day's.
  const warmUp = WARM_UP_PER_SECOND * WARM_UP_SECONDS
  let buyers = 0
  const offered = async (perSecond: number, count: number) => {
    const first = buyers
    buyers += count
    late = 0
    return offer({ perSecond, count, leadMs: AT_CASHIER_MS }, (n, dueAt) => buy(first + n, dueAt))
  }
  await offered(WARM_UP_PER_SECOND, warmUp)
  const figures: Figure[] = []
  for (const pace of PACES) {
    const count = pace * size.notices.seconds
    const { result, cpuMicros } = await spent(
      system,
      () => offered(pace, count),
      () => count,
    )
    const p99 = percentile(result.latenciesMs, 0.99)
    figures.push(
      plainFigure({
        case: `notice to code on the waiting page, ${pace} orders/s offered`,
        value: p99,
        unit: 'ms p99',
        p50: percentile(result.latenciesMs, 0.5),
        p99,
        goal: `p99 under ${GOAL_P99_MS} ms`,
        met: p99 < GOAL_P99_MS,
        cpuMicros,
        ...(late > 0 ? { note: `${late} of ${count} orders were not yet placed when their notice was due` } : {}),
      }),
    )
  }
  driver.close()
  return figures
}
