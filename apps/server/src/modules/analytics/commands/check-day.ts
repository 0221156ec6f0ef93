import type { TenantId } from '@quanshu/kernel'
import type { Database } from '../../../platform/db/index.ts'

export type Difference = {
  /** `sales`, `refunds`, `fees`, `losses`, `bonuses`, `turnover`, `sums` or `pieces`; see analytics.differences_of_day. */
  readonly figure: string
  readonly ours: number
  readonly ledgers: number
}
export type DayCheck = {
  readonly differences: readonly Difference[]
  /** True when the day did not agree and was counted anew; `differences` are those that remained. */
  readonly recounted: boolean
}

/**
 * Compares a day's figures with the ledger and the rows, and counts the day anew when they differ.
 * @param day of the shop, `2026-11-22`
 */
export function checkDay(db: Pick<Database, 'call'>, tenantId: TenantId, day: string): Promise<DayCheck> {
  return db.call<DayCheck>(tenantId, 'analytics.check_day', day)
}
