import type { Flooded, FloodOrder } from './flood.ts'
import { createDriver } from './http.ts'
import { offer } from './open-loop.ts'
import { buyOne } from './shop.ts'

const CONNECTIONS = 256

/** The program that `startFlood` forks. */
process.once('message', async ({ system, shop, perSecond, seconds }: FloodOrder) => {
  const driver = createDriver(system.url, CONNECTIONS)
  const count = perSecond * seconds
  let isBegun = false
  const { tookMs } = await offer({ perSecond, count }, async (n) => {
    await buyOne(system, driver, shop, n)
    if (!isBegun) process.send?.('begun')
    isBegun = true
    return performance.now()
  })
  driver.close()
  process.send?.({ bought: count, perSecond: count / (tookMs / 1_000) } satisfies Flooded)
})
process.once('disconnect', () => process.exit(0))
