import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Platform } from '../../../platform/module.ts'

/** Where a shop begins below the public address, whichever way its visitors found it: `/s/<slug>`. For links in messages. */
export async function shopPrefix(platform: Pick<Platform, 'db'>, tenantId: TenantId): Promise<string> {
  const ctx = {
    tenantId,
    actor: { kind: 'system', name: 'tenancy' },
    requestId: 'shop-prefix',
    locale: 'zh-CN',
  } as const
  const { rows } = await platform.db.read(ctx, (tx) =>
    sql<{ readonly slug: string }>`select slug from tenancy.tenants where id = ${tenantId}::bigint`.execute(tx.db),
  )
  const [tenant] = rows
  if (!tenant) throw new Error(`there is no shop ${tenantId}`)
  return `/s/${tenant.slug}`
}
