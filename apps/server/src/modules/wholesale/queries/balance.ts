import type { MemberId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

/** What the purse may spend: less what is held for payments under way. */
export async function balanceOf(tx: ReadTx, memberId: MemberId): Promise<number> {
  const { rows } = await sql<{ free: number }>`
    select coalesce(sum(balance - held_out), 0)::bigint as free
    from ledger.accounts
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and kind = 'cash.member'
      and ref = ${String(memberId)}
      and unit = 'CNY'
  `.execute(tx.db)
  return rows[0]?.free ?? 0
}
