import type { TenantId } from '@quanshu/kernel'
import type { Schedule } from '../../../platform/jobs/index.ts'
import type { Platform } from '../../../platform/module.ts'

type Counted = {
  readonly counted: number
  readonly follow: readonly { readonly tenantId: TenantId; readonly skus: readonly number[] }[]
}

const EVERY_MS = 60_000
const COUNT_MAX = 500
/** A turn ends, however many rules are due: the next is a minute away. */
const ROUNDS_MAX = 20

/**
 * Counts what was sold for price rules with steps, and has the prices follow. The count is committed first; a shop whose prices cannot
 * follow, or a worker that dies in between, is come back to at the next count.
 */
export async function followDemand({ db, log }: Platform): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const { counted, follow } = await db.callGlobal<Counted>('suppliers.count_demand', COUNT_MAX)
    for (const { tenantId, skus } of follow) {
      await db
        .call(tenantId, 'suppliers.follow_shelf', skus)
        .catch((error: unknown) => log.error({ err: error, tenantId, skus }, 'prices could not follow demand'))
    }
    if (counted < COUNT_MAX) return
  }
}

/** Prices that follow what is sold. */
export function demandSchedule(platform: Platform): Schedule {
  return { name: 'suppliers.follow_demand', everyMs: EVERY_MS, run: () => followDemand(platform) }
}
