import type { MemberId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

/**
 * A member was disabled, or let in again. Disabled he is not written to by WeCom, not even what is under way; who he is there stays proved,
 * so that he need not join again, unless somebody else has joined as the same person meanwhile.
 */
export async function pauseWecom(tx: Tx, memberId: MemberId, paused: boolean): Promise<void> {
  await sql`
    update notify.wecom_people
    set paused = ${paused}
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and member_id = ${memberId}::bigint
      and paused <> ${paused}
  `.execute(tx.db)
}
