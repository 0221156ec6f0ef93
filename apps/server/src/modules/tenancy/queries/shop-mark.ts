import type { TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'

/**
 * By which a shop knows itself in the trace of an order that other shops handed on: 16 hex digits under the shop's own secret, so
 * that nobody else can tell whose they are.
 */
export async function shopMark(platform: Pick<Platform, 'crypto'>, tenantId: TenantId): Promise<string> {
  const mark = await platform.crypto.fingerprint(tenantId, 'tenancy.mark', 'shop')
  return mark.toString('hex').slice(0, 16)
}
