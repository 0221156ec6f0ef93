import type { Bench } from '../bench.ts'
import { closedLoop, createDriver } from '../http.ts'
import { fillPast } from '../past.ts'
import { type PerPart, spent } from '../processes.ts'
import { type Figure, percentile, plainFigure } from '../report.ts'
import { settle } from '../settle.ts'
import { buyOne, openShop, type Shop } from '../shop.ts'
import { type System, startSystem } from '../system.ts'

const SKUS = 20
const SHOPPERS = 512
const TURNS = 2
const GOAL_RATIO = 0.8

/**
 * The first case in a shop with a past: a million delivered orders and five million cards, in the same SKUs that are
 * bought from. Beside it an empty shop on a system of its own; both are measured in turns, because the cores' speed
 * drifts more within the minutes of filling than the past could cost.
 */
export async function growth({ size }: Bench): Promise<readonly Figure[]> {
  const { measure, piecesEach, ...past } = size.growth
  const [empty, grown] = [await startSystem(), await startSystem()]
  try {
    const emptyShop = await openShop(empty, SKUS, piecesEach)
    const grownShop = await openShop(grown, SKUS, piecesEach)
    const filled = await fillPast(grown, grownShop, past)
    const emptyTurns: Turn[] = []
    const grownTurns: Turn[] = []
    for (let turn = 0; turn < TURNS; turn += 1) {
      emptyTurns.push(await ordersOf(empty, emptyShop, measure))
      grownTurns.push(await ordersOf(grown, grownShop, measure))
    }
    const [value, limit] = [meanOf(grownTurns), meanOf(emptyTurns)]
    const latenciesMs = grownTurns.flatMap((turn) => turn.latenciesMs)
    const [last] = grownTurns.slice(-1)
    return [
      plainFigure({
        case: `orders with a past: ${past.orders.toLocaleString('en')} orders, ${past.cards.toLocaleString('en')} cards`,
        value,
        unit: 'orders/s',
        p50: percentile(latenciesMs, 0.5),
        p99: percentile(latenciesMs, 0.99),
        limit,
        ratio: value / limit,
        goal: `${GOAL_RATIO} of an empty shop`,
        met: value >= limit * GOAL_RATIO,
        ...(last ? { cpuMicros: last.cpuMicros } : {}),
        note: `the limit is the empty shop's figure; filled in ${Math.round(filled.seconds)} s, the database has ${filled.gigabytes.toFixed(1)} GB`,
      }),
    ]
  } finally {
    await Promise.all([empty.stop(), grown.stop()])
  }
}

type Turn = { readonly perSecond: number; readonly latenciesMs: readonly number[]; readonly cpuMicros: PerPart }

const meanOf = (turns: readonly Turn[]): number =>
  turns.reduce((sum, turn) => sum + turn.perSecond, 0) / Math.max(1, turns.length)

async function ordersOf(
  system: System,
  shop: Shop,
  { warmMs, measureMs }: { readonly warmMs: number; readonly measureMs: number },
): Promise<Turn> {
  const driver = createDriver(system.url, SHOPPERS)
  const flow = async (n: number): Promise<void> => void (await buyOne(system, driver, shop, n))
  await closedLoop({ shoppers: SHOPPERS, warmMs: 0, measureMs: warmMs }, flow)
  const { result, cpuMicros } = await spent(
    system,
    () => closedLoop({ shoppers: SHOPPERS, warmMs: 0, measureMs }, flow),
    ({ latenciesMs }) => latenciesMs.length,
  )
  driver.close()
  await settle(system)
  return { ...result, cpuMicros }
}
