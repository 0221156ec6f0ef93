import { parseArgs } from 'node:util'
import { importCase } from './cases/import.ts'
import { noticeToCodeCase } from './cases/notice-to-code.ts'
import { ordersCase } from './cases/orders.ts'
import { type Figure, writeReport } from './report.ts'
import { openShop } from './shop.ts'
import { startSystem } from './system.ts'

/**
 * `npm run bench`: brings up its own system in a scratch folder, drives it over HTTP from this process and prints each
 * figure beside a limit measured in the same run. `--quick` ends within two minutes.
 */
const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const run = values.quick
  ? { name: 'quick', piecesEach: 2_000, orders: { warmMs: 3_000, measureMs: 8_000 }, notices: 100, lines: 100_000 }
  : { name: 'full', piecesEach: 20_000, orders: { warmMs: 5_000, measureMs: 30_000 }, notices: 500, lines: 1_000_000 }
const SKUS = 20
const ORDERS_GOAL_PER_SECOND = 3_000

const system = await startSystem()
try {
  const shop = await openShop(system, SKUS, run.piecesEach)
  const figures: Figure[] = [
    await noticeToCodeCase(system, shop, run.notices),
    await ordersCase(system, shop, { ...run.orders, goalPerSecond: ORDERS_GOAL_PER_SECOND }),
    ...(await importCase(system, shop, run.lines)),
  ]
  writeReport(run.name, figures)
} finally {
  await system.stop()
}
