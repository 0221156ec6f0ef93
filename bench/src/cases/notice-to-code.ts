import type { Bench } from '../bench.ts'
import { createDriver } from '../http.ts'
import { offer, until } from '../open-loop.ts'
import { spent } from '../processes.ts'
import { type Figure, percentile, plainFigure } from '../report.ts'
import { noticeFor, payOrder, phoneContact, placeOrder } from '../shop.ts'
import { openWaitingPage } from '../waiting-page.ts'

const PER_SECOND = 500
/** Each buyer has a connection of their own; with few, the driver would hold back what it has to offer. */
const CONNECTIONS = 512
/** A person spends some time at the cashier; here just enough for the page to be open and waiting. */
const AT_CASHIER_MS = 2_000
const WARM_UP_PER_SECOND = 100
const WARM_UP_SECONDS = 5
const GOAL_P99_MS = 50

/**
 * How long a shopper looks at the waiting page after the gateway's notice was due, while the shop takes 500 orders a
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
  const count = PER_SECOND * size.notices.seconds
  // A server that has just started compiles its code and plans its statements; that is the deploy's moment, not the day's.
  const warmUp = WARM_UP_PER_SECOND * WARM_UP_SECONDS
  await offer({ perSecond: WARM_UP_PER_SECOND, count: warmUp, leadMs: AT_CASHIER_MS }, (n, dueAt) =>
    buy(count + n, dueAt),
  )
  late = 0
  const { result, cpuMicros } = await spent(
    system,
    () => offer({ perSecond: PER_SECOND, count, leadMs: AT_CASHIER_MS }, buy),
    () => count,
  )
  driver.close()
  const p99 = percentile(result.latenciesMs, 0.99)
  return [
    plainFigure({
      case: `notice to code on the waiting page, ${PER_SECOND} orders/s offered`,
      value: p99,
      unit: 'ms p99',
      p50: percentile(result.latenciesMs, 0.5),
      p99,
      goal: `p99 under ${GOAL_P99_MS} ms`,
      met: p99 < GOAL_P99_MS,
      cpuMicros,
      ...(late > 0 ? { note: `${late} of ${count} orders were not yet placed when their notice was due` } : {}),
    }),
  ]
}
