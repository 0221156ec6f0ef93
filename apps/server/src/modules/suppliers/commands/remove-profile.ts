import { commonErrors, supplierErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

/**
 * Deletes a profile with all its versions.
 * @throws common.not_found, suppliers.profile_used while a supplier was ever joined by it: its purchases are read by it
 */
export async function removeProfile(tx: Tx, id: number): Promise<void> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<{ key: string; name: string; users: number }>`
    select p.key, p.name_zh as name,
      (select count(*) from suppliers.suppliers s where s.tenant_id = ${tenantId} and s.profile_id = p.id) as users
    from suppliers.profiles p
    where p.tenant_id = ${tenantId}
      and p.id = ${id}
    for update
  `.execute(tx.db)
  const [profile] = rows
  if (!profile) throw commonErrors.notFound()
  if (profile.users > 0) throw supplierErrors.profileUsed({ count: profile.users })
  await sql`delete from suppliers.profiles where tenant_id = ${tenantId} and id = ${id}`.execute(tx.db)
  tx.audit({
    action: 'profile.remove',
    objectKind: 'supplier_profile',
    objectId: id,
    detail: { name: profile.name, key: profile.key },
  })
}
