import { commonErrors, supplierErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { openSupplierSecrets, type SupplierAccounts } from '../accounts.ts'
import { ownAdapter } from '../profiles/own.ts'

/**
 * Moves a supplier to a version of the profile that it is spoken to by. Here at once, in other processes within five seconds.
 * @throws common.not_found, suppliers.profile_other, suppliers.field_missing when the version asks for what is not filled in
 */
export async function adoptProfile(
  platform: Pick<Platform, 'db' | 'crypto'>,
  accounts: SupplierAccounts,
  ctx: Ctx,
  profileId: number,
  supplierId: number,
  version: number,
): Promise<void> {
  const { tenantId } = ctx
  await platform.db.write(ctx, async (tx) => {
    const { rows } = await sql<{
      name: string
      source: string | null
      ownProfile: number | null
      ownVersion: number | null
      settings: Readonly<Record<string, string>>
      sealed: Buffer | null
    }>`
      select s.name, v.source, s.profile_id as "ownProfile", s.profile_version as "ownVersion", s.settings,
        s.secret_sealed as sealed
      from suppliers.suppliers s
      left join suppliers.profile_versions v
        on v.tenant_id = s.tenant_id and v.profile_id = ${profileId} and v.version = ${version}
      where s.tenant_id = ${tenantId}
        and s.id = ${supplierId}
      for no key update of s
    `.execute(tx.db)
    const [supplier] = rows
    if (!supplier || supplier.source === null) throw commonErrors.notFound()
    if (supplier.ownProfile !== profileId) throw supplierErrors.profileOther()
    if (supplier.ownVersion === version) return
    const secrets = supplier.sealed ? await openSupplierSecrets(platform, tenantId, supplierId, supplier.sealed) : {}
    const { fields } = ownAdapter(tenantId, { profileId, version, source: supplier.source })
    for (const { key, name, required, secret } of fields) {
      if (required && !(secret ? secrets : supplier.settings)[key]) {
        throw supplierErrors.fieldMissing({ field: ctx.locale === 'en' ? name.en : name.zh })
      }
    }
    await sql`
      update suppliers.suppliers
      set profile_version = ${version},
          updated_at = now()
      where tenant_id = ${tenantId}
        and id = ${supplierId}
    `.execute(tx.db)
    tx.audit({
      action: 'profile.adopt',
      objectKind: 'supplier',
      objectId: supplierId,
      detail: { name: supplier.name, profileId, version: [supplier.ownVersion, version] },
    })
  })
  accounts.forget(tenantId, supplierId)
}
