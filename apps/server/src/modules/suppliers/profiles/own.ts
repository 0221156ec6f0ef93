import { supplierProfile } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { declarativeAdapter } from '../adapters/declarative/index.ts'
import type { SupplierAdapter } from '../supplier.ts'

/** The interface of a supplier that is spoken to by a profile of the shop's own. */
export const ownAdapterId = (profileId: number): string => `profile:${profileId}`
export function ownProfileId(adapter: string): number | undefined {
  const [, digits] = /^profile:(\d{1,15})$/.exec(adapter) ?? []
  return digits === undefined ? undefined : Number(digits)
}

export type OwnVersion = { readonly profileId: number; readonly version: number; readonly source: string }

/** A version never changes, so what was made of it holds as long as the process. */
const COMPILED_MAX = 500
const compiled = new Map<string, { readonly source: string; readonly adapter: SupplierAdapter }>()

/** The adapter of a version. It was checked when it was saved, by the rules of that day. */
export function ownAdapter(tenantId: TenantId, { profileId, version, source }: OwnVersion): SupplierAdapter {
  const key = `${tenantId}/${profileId}/${version}`
  const known = compiled.get(key)
  // Compared, because one process may serve two databases: tests do.
  if (known?.source === source) return known.adapter
  if (compiled.size >= COMPILED_MAX) compiled.clear()
  const adapter = { ...declarativeAdapter(supplierProfile.parse(JSON.parse(source))), id: ownAdapterId(profileId) }
  compiled.set(key, { source, adapter })
  return adapter
}

/** The newest version of each of the shop's own profiles, or of one. */
export async function newestVersions(tx: ReadTx, profileId: number | null = null): Promise<readonly OwnVersion[]> {
  const { rows } = await sql<OwnVersion>`
    select v.profile_id as "profileId", v.version, v.source
    from suppliers.profiles p
    join suppliers.profile_versions v on v.tenant_id = p.tenant_id and v.profile_id = p.id and v.version = p.latest
    where p.tenant_id = ${tx.ctx.tenantId}
      and p.id = coalesce(${profileId}::bigint, p.id)
    order by p.key
    limit ${OWN_MAX}
  `.execute(tx.db)
  return rows
}
/** More profiles than anybody has suppliers. */
export const OWN_MAX = 100
