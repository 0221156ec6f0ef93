import { createDriver } from './http.ts'
import { offer } from './open-loop.ts'
import { percentile } from './report.ts'
import { buyOne, type Shop } from './shop.ts'
import type { System } from './system.ts'

export const STEADY_PER_SECOND = 50

/** Place, pay, read the code: three requests an order, at a fixed rate. */
export async function buySteadily(system: System, shop: Shop, seconds: number) {
  const driver = createDriver(system.url, 32)
  const { latenciesMs } = await offer(
    { perSecond: STEADY_PER_SECOND, count: STEADY_PER_SECOND * seconds },
    async (n) => {
      await buyOne(system, driver, shop, n)
      return performance.now()
    },
  )
  driver.close()
  return { latenciesMs, p50: percentile(latenciesMs, 0.5), p99: percentile(latenciesMs, 0.99) }
}
