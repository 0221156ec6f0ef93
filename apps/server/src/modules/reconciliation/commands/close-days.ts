import { refusalOf } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import { actorName, type Reconciler } from '../model.ts'

type Closed = { readonly code?: string; readonly params?: Readonly<Record<string, unknown>>; readonly totals?: unknown }

/**
 * Closes days, all or none. From then on the database refuses every change to their bills, matches and differences.
 * @throws reconciliationErrors.noBill, notExplained, dayClosed, busy
 */
export async function closeDays(
  { db }: Pick<Reconciler, 'db'>,
  ctx: Ctx,
  days: readonly { readonly gateway: string; readonly day: string }[],
): Promise<number> {
  return await db.write(ctx, async (tx) => {
    // In one order for everybody.
    const ordered = days.toSorted((a, b) => `${a.gateway} ${a.day}`.localeCompare(`${b.gateway} ${b.day}`))
    for (const { gateway, day } of ordered) {
      const { rows } = await sql<{ readonly answer: Closed }>`
        select reconciliation.close_day(
          ${ctx.tenantId}::bigint, ${gateway}::text, ${day}::date, ${actorName(ctx)}::text
        ) as answer
      `.execute(tx.db)
      const { code, params, totals } = rows[0]?.answer ?? {}
      if (code !== undefined) throw refusalOf(code, params)
      tx.audit({
        action: 'reconciliation.close',
        objectKind: 'bill',
        objectId: `${gateway} ${day}`,
        detail: { totals },
      })
    }
    return days.length
  })
}
