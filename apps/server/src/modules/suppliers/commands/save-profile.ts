import {
  commonErrors,
  errorMessage,
  type SupplierProfile,
  supplierErrors,
  supplierProfileErrors,
} from '@quanshu/contract'
import type { Refusal } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { SupplierAdapters } from '../accounts.ts'
import { readProfileSource } from '../profiles/check.ts'
import { OWN_MAX } from '../profiles/own.ts'

/**
 * Keeps a profile of the shop's own as version 1.
 * @returns its id
 * @throws suppliers.profile_invalid, suppliers.too_many_profiles
 */
export async function createProfile(adapters: SupplierAdapters, tx: Tx, source: string, note: string): Promise<number> {
  const { tenantId } = tx.ctx
  const profile = readProfileSource(source, tx.ctx.locale)
  const { rows } = await sql<{ count: number; taken: boolean }>`
    select count(*) as count, coalesce(bool_or(key = ${profile.id}), false) as taken
    from suppliers.profiles
    where tenant_id = ${tenantId}
  `.execute(tx.db)
  const { count = 0, taken = false } = rows[0] ?? {}
  if (count >= OWN_MAX) throw supplierErrors.tooManyProfiles({ max: OWN_MAX })
  if (taken || adapters.has(profile.id)) throw wrongId(tx, supplierProfileErrors.idTaken({ id: profile.id }))
  const created = await sql<{ id: number }>`
    insert into suppliers.profiles (tenant_id, key, name_zh, name_en, updated_by)
    values (${tenantId}, ${profile.id}, ${profile.nameZh}, ${profile.nameEn}, ${nameOf(tx)})
    returning id
  `.execute(tx.db)
  const id = created.rows[0]?.id ?? 0
  await keepVersion(tx, id, 1, source, note)
  audit(tx, 'profile.create', id, profile, 1, note)
  return id
}

/**
 * Saves a profile as its next version. No supplier is moved by it.
 * @param given.after the version it was made from
 * @throws common.not_found, suppliers.profile_invalid, suppliers.profile_moved
 */
export async function saveProfile(
  tx: Tx,
  id: number,
  given: { readonly source: string; readonly note: string; readonly after: number },
): Promise<void> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<{ key: string; latest: number }>`
    select key, latest
    from suppliers.profiles
    where tenant_id = ${tenantId}
      and id = ${id}
    for no key update
  `.execute(tx.db)
  const [before] = rows
  if (!before) throw commonErrors.notFound()
  if (before.latest !== given.after) throw supplierErrors.profileMoved({ latest: before.latest })
  const profile = readProfileSource(given.source, tx.ctx.locale)
  if (profile.id !== before.key) throw wrongId(tx, supplierProfileErrors.idFixed({ id: before.key }))
  const version = before.latest + 1
  await keepVersion(tx, id, version, given.source, given.note)
  await sql`
    update suppliers.profiles
    set name_zh = ${profile.nameZh},
        name_en = ${profile.nameEn},
        latest = ${version},
        updated_at = now(),
        updated_by = ${nameOf(tx)}
    where tenant_id = ${tenantId}
      and id = ${id}
  `.execute(tx.db)
  audit(tx, 'profile.save', id, profile, version, given.note)
}

async function keepVersion(tx: Tx, id: number, version: number, source: string, note: string): Promise<void> {
  await sql`
    insert into suppliers.profile_versions (tenant_id, profile_id, version, source, note, by)
    values (${tx.ctx.tenantId}, ${id}, ${version}, ${source}, ${note}, ${nameOf(tx)})
  `.execute(tx.db)
}

function audit(tx: Tx, action: string, id: number, profile: SupplierProfile, version: number, note: string): void {
  tx.audit({
    action,
    objectKind: 'supplier_profile',
    objectId: id,
    detail: { name: profile.nameZh, key: profile.id, version, note },
  })
}

const nameOf = ({ ctx: { actor } }: Tx): string => (actor.kind === 'staff' ? actor.name : '')
const wrongId = ({ ctx: { locale } }: Tx, { code, params }: Refusal) =>
  supplierErrors.profileInvalid({ count: 1, line: 2, first: `id · ${errorMessage(code, params, locale)}` })
