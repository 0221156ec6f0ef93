import { randomUUID } from 'node:crypto'
import type { TenantId } from '@quanshu/kernel'
import { z } from 'zod'
import type { Ctx } from '../../platform/db/index.ts'
import type { Schedule, Task } from '../../platform/jobs/index.ts'
import { gauge } from '../../platform/telemetry/index.ts'
import { raiseAlarm } from './commands/raise-alarm.ts'
import { BOOKS_TASK, queueRun } from './commands/start-run.ts'
import { workOnRun } from './commands/work-on-run.ts'
import type { House } from './model.ts'

/**
 * A job walks a run for so long and hands the rest to the next job: a worker that is asked to stop is not kept, and
 * other shops' jobs get their turn.
 */
const TURN_MS = 4_000

const payload = z.object({ runId: z.int().positive() })

export function auditTask(house: House): Task {
  return {
    name: BOOKS_TASK,
    run: async ({ tenantId, payload: raw, attempt, attemptsMax, log }) => {
      const { runId } = payload.parse(raw)
      const worker = `job ${process.pid} ${randomUUID()}`
      try {
        const progress = await workOnRun(house, tenantId, runId, { worker, forMs: TURN_MS, isGentle: true })
        if (progress.kind === 'unfinished') await handOn(house, tenantId, runId)
        if (progress.kind !== 'over') return
        await raiseAlarm(house, tenantId, runId)
      } catch (error) {
        if (attempt >= attemptsMax) {
          await house.db.call(tenantId, 'books.fail_run', runId, error instanceof Error ? error.message : String(error))
          log.error({ err: error, tenantId, runId }, 'an audit of the books could not be finished')
        }
        throw error
      }
    },
  }
}

/** A run that keeps failing is a matter for people after half an hour, not after three days. */
const ATTEMPTS_MAX = 6

function handOn(house: House, tenantId: TenantId, runId: number): Promise<void> {
  return house.db.write(systemCtx(tenantId), async (tx) =>
    tx.enqueue(BOOKS_TASK, { runId }, { key: String(runId), attemptsMax: ATTEMPTS_MAX }),
  )
}

const EVERY_MS = 5 * 60_000
/** Shops begun in one tick; each has a queue of its own, so they do not stand in each other's way. */
const SHOPS_PER_TICK = 50
/** From three to six in the morning of the shop, when the fewest people buy. */
const NIGHT = { from: 3, to: 6 } as const
const HOURS_BETWEEN = 20
const LATE_AFTER_HOURS = 26

/** Every shop's books, every night; and runs whose worker died are given to another. */
export function nightlySchedule(house: House): Schedule {
  const { db, clock } = house
  return {
    name: 'books.nightly',
    everyMs: EVERY_MS,
    run: async () => {
      for (const { tenantId, runId } of await db.callGlobal<readonly Stuck[]>('books.stuck_runs')) {
        await handOn(house, tenantId, runId)
      }
      const hour = shopHour(clock.now())
      const due = await db.callGlobal<readonly TenantId[]>(
        'books.due_tenants',
        hour >= NIGHT.from && hour < NIGHT.to,
        HOURS_BETWEEN,
        LATE_AFTER_HOURS,
        SHOPS_PER_TICK,
      )
      for (const tenantId of due) {
        await queueRun(house, systemCtx(tenantId), { source: 'schedule', askedBy: '', isWhole: false })
      }
    },
  }
}

type Stuck = { readonly tenantId: TenantId; readonly runId: number }

/** The hour of the shop's clock: Asia/Shanghai, which knows no summer time. */
const shopHour = (now: Date): number => (now.getUTCHours() + 8) % 24

function systemCtx(tenantId: TenantId): Ctx {
  return { tenantId, actor: { kind: 'system', name: 'books' }, requestId: 'books', locale: 'zh-CN' }
}

const COUNTED_FOR_MS = 15_000

/**
 * Open violations of all shops, for the alarm of whoever watches the metrics. Counted when somebody scrapes, at most every
 * 15 s; the figure is that of the scrape before, and "not a number" until there was one.
 */
export function watchViolations({ db, log }: Pick<House, 'db' | 'log'>): void {
  let count = Number.NaN
  let askedAtMs = Number.NEGATIVE_INFINITY
  gauge('books_violations', 'Open violations of the books, over all shops', () => {
    if (performance.now() - askedAtMs > COUNTED_FOR_MS) {
      askedAtMs = performance.now()
      db.callGlobal<number>('books.open_violations').then(
        (fresh) => {
          count = fresh
        },
        (error) => log.debug({ err: error }, 'violations were not counted'),
      )
    }
    return count
  })
}
