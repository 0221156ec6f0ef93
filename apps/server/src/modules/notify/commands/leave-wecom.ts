import type { MemberId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { maskUser } from '../queries/wecom-people.ts'

/** Has a member be told by WeCom no longer. What is under way to him is not sent. */
export async function leaveWecom(tx: Tx, memberId: MemberId): Promise<void> {
  const { rows } = await sql<{ readonly userId: string }>`
    delete from notify.wecom_people
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and member_id = ${memberId}::bigint
    returning user_id as "userId"
  `.execute(tx.db)
  const [left] = rows
  if (!left) return
  tx.audit({
    action: 'member.leave_wecom',
    objectKind: 'member',
    objectId: memberId,
    detail: { user: maskUser(left.userId) },
  })
}
