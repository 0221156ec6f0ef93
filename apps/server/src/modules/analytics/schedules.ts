import type { TenantId } from '@quanshu/kernel'
import type { Schedule } from '../../platform/jobs/index.ts'
import type { Platform } from '../../platform/module.ts'
import { checkDay } from './commands/check-day.ts'
import { gatherAll } from './commands/gather.ts'

/** How late figures are. A transaction costs the same for one order and for a thousand; a busy shop has that many by then. */
const GATHER_EVERY_MS = 3_000
const GATHER_REST_EVERY_MS = 5 * 60_000
const CHECK_EVERY_MS = 10 * 60_000
const SHOPS_PER_TICK = 1_000
const DAYS_PER_TICK = 200
/** A history of millions, met when the program is upgraded, is counted over several ticks. */
const TICK_MS = 60_000

/** Counts what the subscriber has noted. */
export const gatherNoted = (platform: Pick<Platform, 'db'>): Schedule =>
  gathering(platform, 'analytics.gather', GATHER_EVERY_MS, 'analytics.tenants_noted')

/** What moved without an event that the subscriber listens to (corrections by hand), and histories from before. */
export const gatherRest = (platform: Pick<Platform, 'db'>): Schedule =>
  gathering(platform, 'analytics.gather_rest', GATHER_REST_EVERY_MS, 'analytics.tenants_behind')

function gathering({ db }: Pick<Platform, 'db'>, name: string, everyMs: number, shops: string): Schedule {
  return {
    name,
    everyMs,
    run: async () => {
      const until = performance.now() + TICK_MS
      for (const tenantId of await db.callGlobal<readonly TenantId[]>(shops, SHOPS_PER_TICK)) {
        if (!(await gatherAll(db, tenantId, until))) return
      }
    },
  }
}

/** Days that are over are compared with the ledger; one that does not agree is counted anew and said aloud. */
export function checkDays({ db, log }: Pick<Platform, 'db' | 'log'>): Schedule {
  return {
    name: 'analytics.check',
    everyMs: CHECK_EVERY_MS,
    run: async () => {
      const until = performance.now() + TICK_MS
      const days = await db.callGlobal<readonly { readonly tenantId: TenantId; readonly day: string }[]>(
        'analytics.unchecked_days',
        DAYS_PER_TICK,
      )
      for (const { tenantId, day } of days) {
        if (performance.now() > until) return
        const outcome = await checkDay(db, tenantId, day)
        if (outcome.recounted || outcome.differences.length > 0) {
          log.error({ tenantId, day, ...outcome }, 'figures of a day did not agree with the ledger')
        }
      }
    },
  }
}
