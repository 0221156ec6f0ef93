import type { SettingKey, Settings } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Database, ReadTx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type StoredSetting, settingsFrom } from '../model.ts'

/** Another process's change is seen after this; this process's own at once. */
const TTL_MS = 5_000
const TENANTS_MAX = 10_000

/** `chosen`: what the shop said something about; the rest are defaults. */
type Said = { readonly settings: Settings; readonly chosen: ReadonlySet<string> }
type Known = { readonly said: Promise<Said>; readonly until: number }
const caches = new WeakMap<Database, Map<TenantId, Known>>()

/** The shop's settings, at most five seconds old: for hot paths. Inside a transaction use `readSettings`. */
export async function getSettings(platform: Pick<Platform, 'db'>, tenantId: TenantId): Promise<Settings> {
  return (await whatIsSaid(platform, tenantId)).settings
}

/** Whether the shop chose this setting, or its default stands; as old as `getSettings`. */
export async function hasChosen(platform: Pick<Platform, 'db'>, tenantId: TenantId, key: SettingKey): Promise<boolean> {
  return (await whatIsSaid(platform, tenantId)).chosen.has(key)
}

function whatIsSaid(platform: Pick<Platform, 'db'>, tenantId: TenantId): Promise<Said> {
  const cache = cacheOf(platform.db)
  const known = cache.get(tenantId)
  if (known && known.until > Date.now()) return known.said
  const ctx = { tenantId, actor: { kind: 'system', name: 'tenancy' }, requestId: 'settings', locale: 'zh-CN' } as const
  const said = platform.db.read(ctx, async (tx) => {
    const stored = await storedSettings(tx)
    return { settings: settingsFrom(stored), chosen: new Set(stored.map(({ key }) => key)) }
  })
  if (cache.size >= TENANTS_MAX) cache.clear()
  cache.set(tenantId, { said, until: Date.now() + TTL_MS })
  // A failure must not be remembered.
  said.catch(() => cache.delete(tenantId))
  return said
}

/** The shop's settings as this transaction sees them. */
export async function readSettings(tx: ReadTx): Promise<Settings> {
  return settingsFrom(await storedSettings(tx))
}

export async function storedSettings(tx: ReadTx): Promise<readonly StoredSetting[]> {
  const { rows } = await sql<StoredSetting>`
    select key, value, version
    from tenancy.settings
    where tenant_id = ${tx.ctx.tenantId}::bigint`.execute(tx.db)
  return rows
}

export function forgetSettings(platform: Pick<Platform, 'db'>, tenantId: TenantId): void {
  cacheOf(platform.db).delete(tenantId)
}

function cacheOf(db: Database): Map<TenantId, Known> {
  const known = caches.get(db)
  if (known) return known
  const made = new Map<TenantId, Known>()
  caches.set(db, made)
  return made
}
