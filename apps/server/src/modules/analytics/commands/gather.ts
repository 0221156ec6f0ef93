import type { TenantId } from '@quanshu/kernel'
import type { Database } from '../../../platform/db/index.ts'

type Gathered = { readonly read: number; readonly more: boolean }

/** Transfers read of one account in one go. */
const TRANSFERS_MAX = 2_000

/**
 * Books what the ledger has posted since the last time, in short transactions.
 * @param untilMs of `performance.now()`, after which no other is begun
 * @returns false when it was stopped before the end
 */
export async function gatherAll(
  db: Pick<Database, 'call'>,
  tenantId: TenantId,
  untilMs = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  for (;;) {
    if (performance.now() > untilMs) return false
    const { more } = await db.call<Gathered>(tenantId, 'analytics.gather', TRANSFERS_MAX)
    if (!more) return true
  }
}
