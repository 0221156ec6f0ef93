import type { Schedule } from '../../../platform/jobs/index.ts'
import type { Platform } from '../../../platform/module.ts'

const EVERY_MS = 30_000
/** More than that are late for one reason; the next turn has the rest. */
const AT_ONCE_MAX = 200

/** Sounds the alarm for services that are past their promised time, once each, and gives back where the rule says so. */
export const overdueSchedule = (platform: Pick<Platform, 'db'>): Schedule => ({
  name: 'fulfilment.overdue',
  everyMs: EVERY_MS,
  run: () => followOverdue(platform),
})

export async function followOverdue({ db }: Pick<Platform, 'db'>): Promise<void> {
  for (let n = 0; n < AT_ONCE_MAX; n += 1) {
    const late = await db.callGlobal<object | null>('fulfilment.next_overdue')
    if (late === null) return
  }
}
