import type { Platform } from '../module.ts'
import type { Schedule } from './schedules.ts'

const MINUTE_MS = 60_000
const REQUESTS_KEPT_HOURS = 24
const REQUESTS_AT_ONCE = 5_000

/** Upkeep of the platform's own tables. */
export function platformSchedules({ db }: Platform): readonly Schedule[] {
  return [
    {
      name: 'platform.extend_partitions',
      everyMs: 12 * 60 * MINUTE_MS,
      run: async () => {
        await db.callGlobal<number>('platform.extend_partitions')
      },
    },
    {
      name: 'platform.expire_requests',
      everyMs: 5 * MINUTE_MS,
      run: async () => {
        let gone: number
        do gone = await db.callGlobal<number>('platform.expire_requests', REQUESTS_KEPT_HOURS, REQUESTS_AT_ONCE)
        while (gone === REQUESTS_AT_ONCE)
      },
    },
  ]
}
