import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Database, Tx } from '../../../platform/db/index.ts'

type Gathered = { readonly read: number; readonly more: boolean }

/** Transfers read of one account in one go. */
const TRANSFERS_MAX = 2_000
/** A subscriber's transaction holds its place in the event log; what is left after so many goes is for the schedule. */
const GOES_MAX = 5

/** Books what the ledger has posted since the last time, and what was handed out for nothing in these orders. */
export async function gather(tx: Tx, orderNos: readonly number[]): Promise<void> {
  for (let go = 0; go < GOES_MAX; go += 1) {
    const nos = go === 0 ? [...new Set(orderNos)] : []
    const { rows } = await sql<{ readonly gathered: Gathered }>`
      select analytics.gather(${tx.ctx.tenantId}::bigint, ${nos}::bigint[], ${TRANSFERS_MAX}::integer) as gathered
    `.execute(tx.db)
    if (rows[0]?.gathered.more !== true) return
  }
}

/**
 * Books what there is, in transactions of their own.
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
    const { more } = await db.call<Gathered>(tenantId, 'analytics.gather', null, TRANSFERS_MAX)
    if (!more) return true
  }
}
