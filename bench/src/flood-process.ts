import type { Flooded, FloodOrder } from './flood.ts'
import { createDriver, type Driver } from './http.ts'
import { offer } from './open-loop.ts'
import { noticeFor, OrderRefused, phoneContact, placeOrder } from './shop.ts'

const CONNECTIONS = 256
/** What "the system is busy" asks for in `Retry-After`. */
const RETRY_AFTER_MS = 1_000
const BUSY = 'common.busy'

/** The program that `startFlood` forks. */
process.once('message', async (order: FloodOrder) => {
  const { perSecond, seconds } = order
  const driver = createDriver(order.system.url, CONNECTIONS)
  const count = perSecond * seconds
  let bought = 0
  const { tookMs } = await offer({ perSecond, count }, async (n) => {
    if (await buyUnlessBusy(driver, order, n)) {
      bought += 1
      if (bought === 1) process.send?.('begun')
    }
    return performance.now()
  })
  driver.close()
  process.send?.({ bought, turnedAway: count - bought, perSecond: bought / (tookMs / 1_000) } satisfies Flooded)
})
process.once('disconnect', () => process.exit(0))

/** Who is turned away at the door goes home. Once there is an order, the gateway and the page come again until it is told. */
async function buyUnlessBusy(driver: Driver, { system, shop }: FloodOrder, n: number): Promise<boolean> {
  const { slug, prefix, skuIds } = shop
  const contact = phoneContact(n)
  const placed = await placeOrder(driver, skuIds[n % skuIds.length] ?? 0, n, { prefix, contact }).catch((error) => {
    if (error instanceof OrderRefused && error.body.includes(BUSY)) return undefined
    throw error
  })
  if (!placed) return false
  const notice = noticeFor(system, placed.no, { slug })
  const told = await unlessBusy(() => driver.request('POST', notice.path, notice.body, notice.headers))
  if (told.body !== 'success') throw new Error(`the notice was answered ${told.status} ${told.body.slice(0, 200)}`)
  const { cookie } = placed
  const page = await unlessBusy(() =>
    driver.request('GET', `${prefix}/api/mall/orders/${placed.no}`, undefined, { cookie }),
  )
  if (page.body.includes('"state":"delivered"')) return true
  throw new Error(`order ${placed.no} was paid and is not delivered: ${page.body.slice(0, 300)}`)
}

async function unlessBusy(ask: () => ReturnType<Driver['request']>): ReturnType<Driver['request']> {
  for (;;) {
    const answer = await ask()
    if (answer.status !== 503 || !answer.body.includes(BUSY)) return answer
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS))
  }
}
