import type { Bench } from '../bench.ts'
import { startFlood } from '../flood.ts'
import { type Figure, plainFigure } from '../report.ts'
import { openShop, openTenant } from '../shop.ts'
import { buySteadily, STEADY_PER_SECOND } from '../steady.ts'

const FLOOD_FACTOR = 20
const SKUS = 20
const GOAL_TIMES = 2
const WARM_SECONDS = 3

/** One shop buys steadily, first alone, then while another shop of the same system takes twenty times as many orders. */
export async function neighbour({ system, size }: Bench): Promise<readonly Figure[]> {
  const { seconds } = size.neighbour
  const floodPerSecond = STEADY_PER_SECOND * FLOOD_FACTOR
  const steady = await openShop(
    system,
    SKUS,
    Math.ceil((STEADY_PER_SECOND * seconds * 3) / SKUS) + 50,
    await openTenant(system, 'bench-steady'),
  )
  const flooding = await openShop(system, SKUS, Math.ceil((floodPerSecond * (seconds + WARM_SECONDS + 4)) / SKUS) + 50)

  // Connections, plans and code are warm before either measurement, also those that two shops need at once.
  const warming = startFlood(system, flooding, { perSecond: floodPerSecond, seconds: WARM_SECONDS })
  await warming.begun
  await buySteadily(system, steady, WARM_SECONDS)
  await warming.ended
  const alone = await buySteadily(system, steady, seconds)
  const flood = startFlood(system, flooding, { perSecond: floodPerSecond, seconds: seconds + 2 })
  await flood.begun
  const beside = await buySteadily(system, steady, seconds)
  const { bought, turnedAway, perSecond } = await flood.ended
  const times = beside.p99 / alone.p99
  return [
    plainFigure({
      case: `a shop's ${STEADY_PER_SECOND} orders/s beside another's ${floodPerSecond.toLocaleString('en')}/s`,
      value: beside.p99,
      unit: 'ms p99',
      p50: beside.p50,
      p99: beside.p99,
      limit: alone.p99,
      ratio: times,
      goal: `at most ${GOAL_TIMES} times of alone`,
      met: times <= GOAL_TIMES,
      note: `alone p50 ${alone.p50.toFixed(1)} ms, p99 ${alone.p99.toFixed(1)} ms; the other shop sold ${bought.toLocaleString('en')} pieces, ${Math.round(perSecond)}/s, and turned ${turnedAway.toLocaleString('en')} buyers away`,
    }),
  ]
}
