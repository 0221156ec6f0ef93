import type { TenantId } from '@quanshu/kernel'
import type { Platform } from '../../platform/module.ts'

export const PHONE_PURPOSE = 'members.phone'

/** By which a phone is found again. Another shop's hash of the same phone is another one. */
export function phoneHash(platform: Pick<Platform, 'crypto'>, tenantId: TenantId, phone: string): Promise<Buffer> {
  return platform.crypto.fingerprint(tenantId, PHONE_PURPOSE, phone)
}

/** Bound to its phone, so that a code sent to one number opens no other. */
export function codeHash(
  platform: Pick<Platform, 'crypto'>,
  tenantId: TenantId,
  phone: string,
  code: string,
): Promise<Buffer> {
  return platform.crypto.fingerprint(tenantId, 'members.sign-in-code', `${phone}:${code}`)
}
