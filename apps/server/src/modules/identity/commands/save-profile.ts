import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'

/** The own name and language. */
export async function saveProfile(
  platform: Platform,
  ctx: Ctx,
  profile: { readonly staffId: StaffId; readonly name: string; readonly locale: 'zh-CN' | 'en' },
): Promise<void> {
  await platform.db.write(ctx, async (tx) => {
    await sql`
      update identity.staff
      set name = ${profile.name},
          locale = ${profile.locale},
          version = version + 1
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${profile.staffId}::bigint`.execute(tx.db)
    const detail = { name: profile.name, locale: profile.locale }
    tx.audit({ action: 'staff.change_profile', objectKind: 'staff', objectId: profile.staffId, detail })
  })
}
