import type { Bench } from '../bench.ts'
import { fillPast } from '../past.ts'
import { type Figure, plainFigure } from '../report.ts'
import { settle } from '../settle.ts'
import { openShop } from '../shop.ts'
import { startSystem } from '../system.ts'
import { ordersCase } from './orders.ts'

const SKUS = 20
const GOAL_RATIO = 0.8
const GOAL_PER_SECOND = 3_000

/**
 * The first case again in a shop with a past: a million delivered orders and five million cards, in the same SKUs that
 * are bought from. On a system of its own, so that "empty" is empty and both are measured minutes apart.
 */
export async function growth({ size }: Bench): Promise<readonly Figure[]> {
  const system = await startSystem()
  try {
    const shop = await openShop(system, SKUS, size.piecesEach)
    const orders = { ...size.orders, goalPerSecond: GOAL_PER_SECOND }
    const empty = await ordersCase(system, shop, orders)
    await settle(system)
    const filledIn = await fillPast(system, shop, size.growth)
    const grown = await ordersCase(system, shop, orders)
    if (empty.value === null || grown.value === null) throw new Error('the orders case gave no figure')
    const ratio = grown.value / empty.value
    return [
      plainFigure({
        case: `orders with a past: ${size.growth.orders.toLocaleString('en')} orders, ${size.growth.cards.toLocaleString('en')} cards`,
        value: grown.value,
        unit: 'orders/s',
        p50: grown.p50,
        p99: grown.p99,
        limit: empty.value,
        ratio,
        goal: `${GOAL_RATIO} of the empty shop`,
        met: ratio >= GOAL_RATIO,
        ...(grown.cpuMicros ? { cpuMicros: grown.cpuMicros } : {}),
        note: `the limit is the empty shop's figure; filled in ${Math.round(filledIn.seconds)} s, the database has ${filledIn.gigabytes.toFixed(1)} GB`,
      }),
    ]
  } finally {
    await system.stop()
  }
}
