import type { Schedule } from '../../../platform/jobs/index.ts'
import type { Platform } from '../../../platform/module.ts'

const EVERY_MS = 5_000
/** More than that are late for one reason; the next turn has the rest. */
const AT_ONCE_MAX = 200

/** Tasks of suppliers' people that nobody accepted in time, that are late, or whose purchase has ended. */
export const tendSchedule = (platform: Pick<Platform, 'db'>): Schedule => ({
  name: 'suppliers.tend',
  everyMs: EVERY_MS,
  run: () => tendTasks(platform),
})

export async function tendTasks({ db }: Pick<Platform, 'db'>): Promise<void> {
  for (let n = 0; n < AT_ONCE_MAX; n += 1) {
    if ((await db.callGlobal<object | null>('suppliers.tend_task')) === null) return
  }
}
