import { tenancyErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'

/** A shop as the listener needs it. */
export type TenantFound = { readonly tenantId: TenantId; readonly slug: string }

type Row = { readonly id: TenantId; readonly slug: string; readonly status: 'active' | 'closed' }

/**
 * Which shop an address means: the one named in the path, else the one with this domain, else the default.
 * Undefined: there is none. The listener remembers answers for a few seconds.
 * @throws tenancyErrors.shopClosed
 */
export function resolveTenant(platform: Pick<Platform, 'db' | 'config'>) {
  return async (host: string, slug: string | undefined): Promise<TenantFound | undefined> => {
    const found = slug === undefined ? await byHost(platform, host) : await find(platform, null, slug)
    if (!found) return undefined
    if (found.status === 'closed') throw tenancyErrors.shopClosed()
    return { tenantId: found.id, slug: found.slug }
  }
}

async function byHost(platform: Pick<Platform, 'db' | 'config'>, host: string): Promise<Row | null> {
  // One question for both: a domain of its own comes before the default.
  const found = await find(platform, host.toLowerCase(), platform.config.defaultTenant)
  return found ?? (await platform.db.callGlobal<Row | null>('tenancy.only_tenant'))
}

function find(platform: Pick<Platform, 'db'>, domain: string | null, slug: string): Promise<Row | null> {
  return platform.db.callGlobal<Row | null>('tenancy.find_tenant', domain, slug)
}

/** Every shop, for work that goes from shop to shop. */
export function tenantIds(platform: Pick<Platform, 'db'>): Promise<readonly TenantId[]> {
  return platform.db.callGlobal<readonly TenantId[]>('tenancy.tenant_ids')
}
