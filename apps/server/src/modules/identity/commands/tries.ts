import { identityErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'

type Try = { readonly allowed: boolean; readonly locks?: boolean; readonly retryAfterSeconds?: number }

/** By keyed hash: strangers' addresses are nobody's business. */
function emailKey(platform: Platform, tenantId: TenantId, email: string): Promise<Buffer> {
  return platform.crypto.fingerprint(tenantId, 'identity.sign-in-tries', email)
}

/**
 * Counts one try for this email before anything is checked.
 * @returns whether this try, should it fail, leaves the email locked, and how to forgive after a success
 * @throws identityErrors.locked
 */
export async function beginTry(
  platform: Platform,
  tenantId: TenantId,
  email: string,
): Promise<{ readonly locks: boolean; readonly forgive: (tx: Tx) => Promise<void> }> {
  const key = await emailKey(platform, tenantId, email)
  const begun = await platform.db.call<Try>(tenantId, 'identity.begin_try', key.toString('hex'))
  if (!begun.allowed) throw identityErrors.locked({ retryAfterSeconds: begun.retryAfterSeconds })
  return { locks: begun.locks === true, forgive: (tx) => forgive(tx, key) }
}

/** As `forgive`, for a manager who resets the password. */
export async function forgiveTries(
  platform: Platform,
  tenantId: TenantId,
  email: string,
): Promise<(tx: Tx) => Promise<void>> {
  const key = await emailKey(platform, tenantId, email)
  return (tx) => forgive(tx, key)
}

async function forgive(tx: Tx, key: Buffer): Promise<void> {
  await sql`
    delete from identity.sign_in_tries
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and email_key = ${key}`.execute(tx.db)
}
