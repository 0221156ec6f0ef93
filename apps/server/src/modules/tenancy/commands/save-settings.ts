import { commonErrors, type SettingKey, type Settings } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { forgetSettings } from '../queries/settings.ts'

type Patch = { readonly [K in SettingKey]?: Settings[K] | undefined }

/**
 * Changes the given settings, all or none.
 * @param versions as they were read; 0 for a setting that was never changed
 * @throws commonErrors.conflict when one of them was changed meanwhile
 */
export async function saveSettings(
  platform: Pick<Platform, 'db'>,
  ctx: Ctx,
  patch: Patch,
  versions: Readonly<Record<string, number | undefined>>,
): Promise<void> {
  const changes = Object.entries(patch)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ key, value, version: versions[key] ?? 0 }))
    // One order for everybody, so that two savers wait for each other instead of locking crosswise.
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  await platform.db.write(ctx, async (tx) => {
    const saved = await sql<{ key: string }>`
      insert into tenancy.settings as s (tenant_id, key, value, version)
      select ${ctx.tenantId}::bigint, c.key, c.value, c.version + 1
      from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as c(key text, value jsonb, version integer)
      on conflict (tenant_id, key) do update
      set value = excluded.value,
          version = excluded.version,
          updated_at = now()
      where s.version = excluded.version - 1
      returning s.key`.execute(tx.db)
    if (saved.rows.length !== changes.length) throw commonErrors.conflict()
    tx.audit({ action: 'settings.save', objectKind: 'settings', objectId: 'shop', detail: { changed: patch } })
  })
  forgetSettings(platform, ctx.tenantId)
}
