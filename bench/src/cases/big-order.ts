import type { Bench } from '../bench.ts'
import { createDriver } from '../http.ts'
import { type Figure, plainFigure } from '../report.ts'
import { noticeFor, openShop, PRICE_FEN, payOrder, phoneContact, placeOrder } from '../shop.ts'

const GOAL_SECONDS = 3

/** One order of thousands of pieces, from the button to the whole file in hand. */
export async function bigOrder({ system, size }: Bench): Promise<readonly Figure[]> {
  const pieces = size.bigOrder
  const shop = await openShop(system, 1, pieces + 1_000)
  const driver = createDriver(system.url, 1)
  const beganAt = performance.now()
  const { no, cookie } = await placeOrder(driver, shop.skuIds[0] ?? 0, 1, {
    contact: phoneContact(1),
    quantity: pieces,
  })
  const placedAt = performance.now()
  await payOrder(driver, noticeFor(system, no, { amountFen: pieces * PRICE_FEN }))
  const allocatedAt = performance.now()
  const file = await driver.request('GET', `/api/mall/orders/${no}/codes.txt`, undefined, { cookie, accept: '*/*' })
  const endedAt = performance.now()
  driver.close()
  const codes = file.body.split('\r\n').filter((line) => line !== '' && !line.startsWith('#'))
  if (codes.length !== pieces || new Set(codes).size !== pieces) {
    throw new Error(
      `the answer ${file.status} ${JSON.stringify(file.body.slice(0, 300))}; the file has ${codes.length} codes, ${new Set(codes).size} different ones, of ${pieces}`,
    )
  }
  const seconds = (endedAt - beganAt) / 1_000
  const ms = (from: number, until: number) => `${Math.round(until - from)} ms`
  return [
    plainFigure({
      case: `one order of ${pieces.toLocaleString('en')} pieces, to the file in hand`,
      value: seconds,
      unit: 's',
      goal: `under ${GOAL_SECONDS} s`,
      met: seconds < GOAL_SECONDS,
      note: `placed in ${ms(beganAt, placedAt)}, paid and allocated in ${ms(placedAt, allocatedAt)}, file in ${ms(allocatedAt, endedAt)}`,
    }),
  ]
}
