import type { settingsView } from '@quanshu/contract'
import { assert } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { settingsFrom, versionsFrom } from '../model.ts'
import { storedSettings } from './settings.ts'

/** What the console's settings form shows. */
export async function readSettingsPage(tx: ReadTx): Promise<z.output<typeof settingsView>> {
  const stored = await storedSettings(tx)
  const { rows } = await sql<{ id: number; slug: string; name: string; domain: string | null; created_at: Date }>`
    select id, slug, name, domain, created_at
    from tenancy.tenants
    where id = ${tx.ctx.tenantId}::bigint`.execute(tx.db)
  const [tenant] = rows
  assert(tenant !== undefined, `tenant ${tx.ctx.tenantId} is gone`)
  const { created_at, ...rest } = tenant
  return {
    values: settingsFrom(stored) as z.output<typeof settingsView>['values'],
    versions: versionsFrom(stored),
    tenant: { ...rest, createdAt: created_at.toISOString() },
  }
}
