import type { OrderNo, TenantId } from '@quanshu/kernel'
import type { Schedule } from '../../../platform/jobs/index.ts'
import type { Platform } from '../../../platform/module.ts'

/** One whose time is over: from `fulfilment.take_lapsed`. */
type Lapsed = {
  readonly tenantId: TenantId
  readonly no: OrderNo
  readonly lineNo: number
  /** How often it was tried, this time with it. */
  readonly looks: number
}

const EVERY_MS = 60_000
/** The next turn has the rest. */
const AT_ONCE_MAX = 200
const REMINDED_MAX = 500

/** Reminds of what is not activated while there is time, and ends what nobody activated in time. */
export const activationSchedule = (platform: Pick<Platform, 'db' | 'log'>): Schedule => ({
  name: 'fulfilment.activations',
  everyMs: EVERY_MS,
  run: () => tendActivations(platform),
})

/** Each ends by itself: one that cannot was put off when it was taken, and holds up no other. */
export async function tendActivations({ db, log }: Pick<Platform, 'db' | 'log'>): Promise<void> {
  await db.callGlobal<number>('fulfilment.remind_activations', REMINDED_MAX)
  const due = await db.callGlobal<readonly Lapsed[]>('fulfilment.take_lapsed', AT_ONCE_MAX)
  for (const { tenantId, no, lineNo, looks } of due) {
    await db
      .call<boolean>(tenantId, 'fulfilment.end_lapsed', no, lineNo)
      .catch((error: unknown) =>
        log.error({ err: error, tenantId, no, lineNo, looks }, 'a right that was not activated could not be ended'),
      )
  }
}
