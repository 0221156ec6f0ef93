import type { MemberId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

/** What a member may spend, in fen: the balance less what running payments hold. No account yet is 0. */
export async function balanceOf(tx: ReadTx, id: MemberId): Promise<number> {
  const { rows } = await sql<{ free: number }>`
    select balance - held_out as free
    from ledger.accounts
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and kind = 'cash.member'
      and ref = ${String(id)}
      and unit = 'CNY'`.execute(tx.db)
  return rows[0]?.free ?? 0
}
