import { type Audited, auditOnce, besideAudit } from '../audits.ts'
import type { Bench } from '../bench.ts'
import { closedLoop, createDriver } from '../http.ts'
import { withOwner } from '../owner.ts'
import { fillPast, PAST_TABLES } from '../past.ts'
import { spent } from '../processes.ts'
import { type Figure, percentile, plainFigure } from '../report.ts'
import { settle } from '../settle.ts'
import { buyOne, openShop, type Shop } from '../shop.ts'
import { buySteadily, STEADY_PER_SECOND } from '../steady.ts'
import { type System, startSystem } from '../system.ts'

const SKUS = 20
const SHOPPERS = 64
/** Alone and beside, one after the other: what else a machine does changes by the minute. */
const TURNS = 3
const WARM_SECONDS = 3
/** Half an hour for a million orders. */
const GOAL_MS_AN_ORDER = 1.8
const GOAL_STEP_MS = 1_000
const GOAL_MEMORY_MB = 300
const GOAL_NIGHT = 0.5
const GOAL_TIMES = 1.5

/**
 * The audit of a shop with a past, every secret of it sealed as the product does: whole, then the nightly one after a day of
 * new orders, then what buyers notice of a whole one. It must find nothing. The limit is each row of the past read once.
 */
export async function audit({ size }: Bench): Promise<readonly Figure[]> {
  const { dayMs, seconds, ...past } = size.audit
  const system = await startSystem()
  try {
    const shop = await openShop(system, SKUS, 500)
    const { gigabytes } = await fillPast(system, shop, { ...past, counted: false, sealed: true })
    const limit = await readOnce(system)
    const { result: whole, cpuMicros } = await spent(
      system,
      () => auditOnce(system, shop, true),
      ({ report }) => rowsOf(report),
    )
    mustBeClean(whole)
    const bought = await sellForADay(system, shop, dayMs)
    const night = await auditOnce(system, shop, false)
    mustBeClean(night)

    await buySteadily(system, shop, WARM_SECONDS)
    const turns: { readonly alone: number[]; readonly beside: number[] } = { alone: [], beside: [] }
    for (let turn = 0; turn < TURNS; turn += 1) {
      turns.alone.push(...(await buySteadily(system, shop, seconds / TURNS)).latenciesMs)
      const beside = await besideAudit(system, shop, () => buySteadily(system, shop, seconds / TURNS))
      turns.beside.push(...beside.latenciesMs)
    }
    const [aloneMs, besideMs] = [percentile(turns.alone, 0.99), percentile(turns.beside, 0.99)]
    const times = besideMs / aloneMs

    const steps = whole.steps.map(({ ms }) => ms)
    const p99 = percentile(steps, 0.99)
    const msAnOrder = (whole.seconds * 1_000) / past.orders
    const name = `audit of ${past.orders.toLocaleString('en')} orders, ${past.cards.toLocaleString('en')} cards`
    return [
      plainFigure({
        case: `${name}, whole`,
        value: whole.seconds,
        unit: 's',
        limit: limit.seconds,
        ratio: whole.seconds / limit.seconds,
        goal: `${GOAL_MS_AN_ORDER} ms an order`,
        met: msAnOrder <= GOAL_MS_AN_ORDER,
        cpuMicros,
        note: `${msAnOrder.toFixed(2)} ms an order; ${rowsOf(whole.report).toLocaleString('en')} rows looked at, ${Math.round(rowsOf(whole.report) / whole.seconds).toLocaleString('en')}/s, ${whole.cpuSeconds.toFixed(1)} s of CPU in its own process; the limit reads each of ${limit.rows.toLocaleString('en')} rows once (${gigabytes.toFixed(1)} GB). ${checksOf(whole)}`,
      }),
      plainFigure({
        case: 'audit, its longest step',
        value: Math.max(...steps),
        unit: 'ms',
        p50: percentile(steps, 0.5),
        p99,
        goal: `p99 under ${GOAL_STEP_MS} ms`,
        met: p99 < GOAL_STEP_MS,
        note: `${steps.length.toLocaleString('en')} steps`,
      }),
      plainFigure({
        case: 'audit, peak memory above what its process begins with',
        value: whole.peakMb - whole.idleMb,
        unit: 'MB',
        goal: `under ${GOAL_MEMORY_MB} MB`,
        met: whole.peakMb - whole.idleMb < GOAL_MEMORY_MB,
        note: `it begins with ${Math.round(whole.idleMb)} MB`,
      }),
      plainFigure({
        case: `audit of a night, after ${bought.toLocaleString('en')} orders`,
        value: night.seconds,
        unit: 's',
        p50: percentile(
          night.steps.map(({ ms }) => ms),
          0.5,
        ),
        p99: percentile(
          night.steps.map(({ ms }) => ms),
          0.99,
        ),
        limit: whole.seconds,
        ratio: night.seconds / whole.seconds,
        goal: `${GOAL_NIGHT} of a whole one`,
        met: night.seconds <= whole.seconds * GOAL_NIGHT,
        note: `what changed, and a seventh of the rest: ${rowsOf(night.report).toLocaleString('en')} rows. ${checksOf(night)}`,
      }),
      plainFigure({
        case: `${STEADY_PER_SECOND} orders/s beside a whole audit`,
        value: besideMs,
        unit: 'ms p99',
        p50: percentile(turns.beside, 0.5),
        p99: besideMs,
        limit: aloneMs,
        ratio: times,
        goal: `at most ${GOAL_TIMES} times of alone`,
        met: times <= GOAL_TIMES,
        note: `alone p50 ${percentile(turns.alone, 0.5).toFixed(1)} ms, p99 ${aloneMs.toFixed(1)} ms; ${seconds} s each in ${TURNS} turns, the first of each audit`,
      }),
    ]
  } finally {
    await system.stop()
  }
}

type Report = Audited['report']

const rowsOf = ({ checks }: Report): number => checks.reduce((sum, { checked }) => sum + checked, 0)

function mustBeClean({ report }: Audited): void {
  if (report.state === 'clean') return
  const found = report.checks.flatMap(({ check, found, violations }) =>
    found > 0 ? [`${check}: ${found} (${violations[0]?.code} ${violations[0]?.key})`] : [],
  )
  throw new Error(`the past's books are ${report.state}: ${found.join(', ')}`)
}

/** Check by check, the longest first; what took less than a tenth of a second is left out. */
function checksOf({ report, steps }: Audited): string {
  return report.checks
    .map(({ check, checked }) => {
      const its = steps.filter((step) => step.check === check).map(({ ms }) => ms)
      return {
        check,
        checked,
        steps: its.length,
        ms: its.reduce((sum, ms) => sum + ms, 0),
        longest: Math.max(0, ...its),
      }
    })
    .filter(({ ms }) => ms > 100)
    .toSorted((a, b) => b.ms - a.ms)
    .map(
      ({ check, checked, steps, ms, longest }) =>
        `${check} ${(ms / 1_000).toFixed(1)} s, ${checked.toLocaleString('en')} rows in ${steps} steps up to ${Math.round(longest)} ms`,
    )
    .join('; ')
}

/** Every column of every row of the past, once, one table after another on one connection, as fast as PostgreSQL gives them away. */
async function readOnce(system: System): Promise<{ readonly rows: number; readonly seconds: number }> {
  return await withOwner(system, async (client) => {
    await client.query('set max_parallel_workers_per_gather = 0; set jit = off')
    const from = performance.now()
    let rows = 0
    for (const table of PAST_TABLES) {
      const counted = await client.query<{ rows: string }>(
        `select count(*) as rows, sum(hash_record(t)::bigint) as sum from ${table} t`,
      )
      rows += Number(counted.rows[0]?.rows)
    }
    return { rows, seconds: (performance.now() - from) / 1_000 }
  })
}

async function sellForADay(system: System, shop: Shop, measureMs: number): Promise<number> {
  const driver = createDriver(system.url, SHOPPERS)
  let bought = 0
  await closedLoop({ shoppers: SHOPPERS, warmMs: 0, measureMs }, async (n) => {
    await buyOne(system, driver, shop, n)
    bought += 1
  })
  driver.close()
  await settle(system)
  return bought
}
