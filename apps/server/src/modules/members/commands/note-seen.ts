import type { MemberId, TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Platform } from '../../../platform/module.ts'

/** A member is here; told by authentication at most once a minute. */
export function noteMemberSeen(platform: Pick<Platform, 'db'>) {
  return async (tenantId: TenantId, memberId: MemberId): Promise<void> => {
    const ctx = { tenantId, actor: { kind: 'member', id: memberId }, requestId: 'seen', locale: 'zh-CN' } as const
    await platform.db.write(ctx, async (tx) => {
      await sql`
        update members.members
        set last_seen_at = now()
        where tenant_id = ${tenantId}::bigint
          and id = ${memberId}::bigint`.execute(tx.db)
    })
  }
}
