import type { Schedule } from '../../../platform/jobs/index.ts'
import type { Platform } from '../../../platform/module.ts'

const EVERY_MS = 60_000
/** The next turn has the rest. */
const AT_ONCE_MAX = 200
const REMINDED_MAX = 500

/** Reminds of what is not activated while there is time, and ends what nobody activated in time. */
export const activationSchedule = (platform: Pick<Platform, 'db'>): Schedule => ({
  name: 'fulfilment.activations',
  everyMs: EVERY_MS,
  run: () => tendActivations(platform),
})

export async function tendActivations({ db }: Pick<Platform, 'db'>): Promise<void> {
  await db.callGlobal<number>('fulfilment.remind_activations', REMINDED_MAX)
  for (let n = 0; n < AT_ONCE_MAX; n += 1) {
    const late = await db.callGlobal<object | null>('fulfilment.next_lapsed')
    if (late === null) return
  }
}
