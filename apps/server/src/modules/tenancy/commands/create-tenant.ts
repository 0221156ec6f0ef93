import { tenancyErrors } from '@quanshu/contract'
import { Refusal, type TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { constraintRefusals, type Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { SLUG } from '../model.ts'

constraintRefusals.register({
  tenants_slug_key: () => tenancyErrors.slugTaken(),
  tenants_domain_key: () => tenancyErrors.domainTaken(),
})

export type NewTenant = {
  readonly slug: string
  readonly name: string
  readonly domain?: string
  readonly locale?: 'zh-CN' | 'en'
}

/** What other modules lay down for a new shop, in its transaction: the merchant node, the built-in roles, … */
export type TenantFoundation = (tx: Tx, tenant: NewTenant & { readonly id: TenantId }) => Promise<void>

/**
 * Opens a shop with everything that `foundations` lay for it, all or nothing.
 * @returns its id
 * @throws tenancyErrors.badSlug, .slugTaken, .domainTaken
 */
export async function createTenant(
  platform: Pick<Platform, 'db'>,
  tenant: NewTenant,
  foundations: readonly TenantFoundation[],
): Promise<TenantId> {
  if (!SLUG.test(tenant.slug)) throw tenancyErrors.badSlug()
  const id = await platform.db.callGlobal<TenantId>('tenancy.next_tenant_id')
  const { locale = 'zh-CN' } = tenant
  const actor = { kind: 'system', name: 'tenancy' } as const
  const opening = platform.db.write({ tenantId: id, actor, requestId: `tenant-${id}`, locale }, async (tx) => {
    await sql`
      insert into tenancy.tenants (id, slug, name, domain, locale)
      values (${id}::bigint, ${tenant.slug}, ${tenant.name}, ${tenant.domain?.toLowerCase() ?? null}, ${locale})
    `.execute(tx.db)
    for (const lay of foundations) await lay(tx, { ...tenant, id })
    tx.audit({
      action: 'tenant.create',
      objectKind: 'tenant',
      objectId: id,
      detail: { slug: tenant.slug, name: tenant.name },
    })
    return id
  })
  return await opening.catch((error) => Promise.reject(withWhatIsTaken(error, tenant)))
}

/** Under row security a violated constraint does not tell the value, so the refusal is told it here. */
function withWhatIsTaken(error: unknown, { slug, domain }: NewTenant): unknown {
  if (!(error instanceof Refusal)) return error
  if (error.code === 'tenancy.slug_taken') return tenancyErrors.slugTaken({ slug })
  if (error.code === 'tenancy.domain_taken') return tenancyErrors.domainTaken({ domain })
  return error
}
