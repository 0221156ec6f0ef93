import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { addDays, checkRange, dayOf, daysOf, type Range } from '../model.ts'
import { checkDay, type Difference } from './check-day.ts'
import { gatherAll } from './gather.ts'

const DAYS_MAX = 31

export type RangeCheck = {
  readonly days: number
  readonly recounted: string[]
  readonly differences: (Difference & { readonly day: string })[]
}

/**
 * Compares the days of a range with the ledger and the rows now, day by day in short transactions; days to come are left out.
 * @throws analytics.range_reversed, analytics.range_too_long
 */
export async function checkRangeNow({ db, clock }: Platform, ctx: Ctx, range: Range): Promise<RangeCheck> {
  checkRange(range, DAYS_MAX)
  await gatherAll(db, ctx.tenantId)
  const today = dayOf(clock.now())
  const days = Array.from({ length: daysOf(range) }, (_, n) => addDays(range.from, n)).filter((day) => day <= today)
  const recounted: string[] = []
  const differences: (Difference & { readonly day: string })[] = []
  for (const day of days) {
    const outcome = await checkDay(db, ctx.tenantId, day)
    if (outcome.recounted) recounted.push(day)
    differences.push(...outcome.differences.map((difference) => ({ day, ...difference })))
  }
  await db.write(ctx, async (tx) =>
    tx.audit({
      action: 'report.check',
      objectKind: 'report',
      objectId: 'sales',
      detail: { ...range, recounted, differences },
    }),
  )
  return { days: days.length, recounted, differences }
}
