import { commonErrors, supplierErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, ReadTx } from '../../platform/db/index.ts'
import type { Platform } from '../../platform/module.ts'
import { type OwnVersion, ownAdapter } from './profiles/own.ts'
import type { SupplierAccount, SupplierAdapter } from './supplier.ts'

/** How long a process believes what it read: every purchase needs the account, and settings change rarely. */
export const REMEMBERED_MS = 5_000
const REMEMBERED_MAX = 10_000

/** The interfaces that are spoken, by id. */
export type SupplierAdapters = ReadonlyMap<string, SupplierAdapter>

/** Undefined, or both null: the version that the supplier has now. */
export type SentBy = { readonly profileId: number | null; readonly profileVersion: number | null }

export type OpenSupplier = {
  readonly id: number
  readonly name: string
  readonly adapter: SupplierAdapter
  readonly account: SupplierAccount
  readonly shopSlug: string
}

export type SupplierAccounts = {
  /**
   * @param sentBy the version of the shop's own profile that a purchase was sent by: the supplier as it was spoken to then
   * @throws common.not_found, suppliers.adapter_unknown
   */
  readonly get: (tenantId: TenantId, supplierId: number, sentBy?: SentBy) => Promise<OpenSupplier>
  readonly forget: (tenantId: TenantId, supplierId: number) => void
}

/** Shops' accounts at suppliers, secrets opened, remembered for five seconds. */
export function createSupplierAccounts(
  platform: Pick<Platform, 'db' | 'crypto'>,
  adapters: SupplierAdapters,
): SupplierAccounts {
  const known = new Map<string, { readonly supplier: Promise<OpenSupplier>; readonly untilMs: number }>()
  return {
    get: (tenantId, supplierId, sentBy) => {
      const key = `${tenantId}/${supplierId}${sentBy?.profileId == null ? '' : `/${sentBy.profileId}.${sentBy.profileVersion}`}`
      const remembered = known.get(key)
      if (remembered && remembered.untilMs > Date.now()) return remembered.supplier
      if (known.size >= REMEMBERED_MAX) known.clear()
      const supplier = load(platform, adapters, tenantId, supplierId, sentBy)
      known.set(key, { supplier, untilMs: Date.now() + REMEMBERED_MS })
      supplier.catch(() => known.delete(key))
      return supplier
    },
    forget: (tenantId, supplierId) => {
      const key = `${tenantId}/${supplierId}`
      for (const one of known.keys()) if (one === key || one.startsWith(`${key}/`)) known.delete(one)
    },
  }
}

async function load(
  platform: Pick<Platform, 'db' | 'crypto'>,
  adapters: SupplierAdapters,
  tenantId: TenantId,
  supplierId: number,
  sentBy: SentBy | undefined,
): Promise<OpenSupplier> {
  const row = await platform.db.read(systemCtx(tenantId), (tx) => readSupplierRow(tx, supplierId, sentBy))
  if (!row) throw commonErrors.notFound()
  return {
    id: supplierId,
    name: row.name,
    adapter: adapterOf(adapters, tenantId, row),
    account: {
      baseUrl: row.base_url,
      identity: row.identity,
      settings: row.settings,
      secrets: row.secret_sealed ? await openSupplierSecrets(platform, tenantId, supplierId, row.secret_sealed) : {},
      place: { tenantId, supplierId },
    },
    shopSlug: row.slug,
  }
}

export type SupplierRow = {
  readonly name: string
  readonly adapter: string
  readonly base_url: string
  readonly identity: string
  readonly settings: Readonly<Record<string, string>>
  readonly secret_sealed: Buffer | null
  readonly slug: string
  /** Of a supplier that is spoken to by a profile of the shop's own. */
  readonly own: OwnVersion | null
}

export async function readSupplierRow(
  tx: ReadTx,
  supplierId: number,
  sentBy: SentBy = { profileId: null, profileVersion: null },
): Promise<SupplierRow | undefined> {
  const { rows } = await sql<SupplierRow>`
    select s.name, s.adapter, s.base_url, s.identity, s.settings, s.secret_sealed, t.slug,
      case when v.version is not null then
        jsonb_build_object('profileId', v.profile_id, 'version', v.version, 'source', v.source)
      end as own
    from suppliers.suppliers s
    join tenancy.tenants t on t.id = s.tenant_id
    left join suppliers.profile_versions v
      on v.tenant_id = s.tenant_id
        and v.profile_id = coalesce(${sentBy.profileId}::bigint, s.profile_id)
        and v.version = coalesce(${sentBy.profileVersion}::integer, s.profile_version)
    where s.tenant_id = ${tx.ctx.tenantId}
      and s.id = ${supplierId}
  `.execute(tx.db)
  return rows[0]
}

/** @throws suppliers.adapter_unknown */
export const adapterOf = (
  adapters: SupplierAdapters,
  tenantId: TenantId,
  { own, adapter }: Pick<SupplierRow, 'own' | 'adapter'>,
): SupplierAdapter => (own ? ownAdapter(tenantId, own) : adapterNamed(adapters, adapter))

/** @throws suppliers.adapter_unknown */
export function adapterNamed(adapters: SupplierAdapters, id: string): SupplierAdapter {
  const adapter = adapters.get(id)
  if (!adapter) throw supplierErrors.adapterUnknown({ adapter: id })
  return adapter
}

export const supplierSecretPlace = (supplierId: number) => ({
  table: 'suppliers.suppliers',
  column: 'secret',
  row: String(supplierId),
})

/** All secrets of one account are sealed as one text. */
export async function openSupplierSecrets(
  platform: Pick<Platform, 'crypto'>,
  tenantId: TenantId,
  supplierId: number,
  sealed: Buffer,
): Promise<Readonly<Record<string, string>>> {
  return JSON.parse(await platform.crypto.decrypt(tenantId, supplierSecretPlace(supplierId), sealed)) as Record<
    string,
    string
  >
}

/** Where a supplier sends its callbacks. The shop is named by path, which holds whatever its domain is. */
export const callbackUrlOf = (publicUrl: string, shopSlug: string, supplierId: number): string =>
  `${publicUrl}/s/${shopSlug}/api/supply/${supplierId}/notify`

/** Work that no person asked for. */
export function systemCtx(tenantId: TenantId): Ctx {
  return { tenantId, actor: { kind: 'system', name: 'suppliers' }, requestId: 'suppliers', locale: 'zh-CN' }
}
