import type { MemberId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

/** What a member may spend: less what running payments hold. No account yet is 0. */
export type Means = { readonly balanceFen: number; readonly points: number }

export async function meansOf(tx: ReadTx, id: MemberId): Promise<Means> {
  const { rows } = await sql<Means>`
    select
      coalesce(sum(balance - held_out) filter (where kind = 'cash.member'), 0)::bigint as "balanceFen",
      coalesce(sum(balance - held_out) filter (where kind = 'points.member'), 0)::bigint as points
    from ledger.accounts
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and (kind, ref, unit) in (('cash.member', ${String(id)}, 'CNY'), ('points.member', ${String(id)}, 'point'))`.execute(
    tx.db,
  )
  return rows[0] ?? { balanceFen: 0, points: 0 }
}
