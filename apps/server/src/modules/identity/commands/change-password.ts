import { identityErrors } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { isWeakPassword } from '../model.ts'
import { type Account, accountById } from '../queries/account.ts'
import { endSessionsOf, openSession } from './sessions.ts'
import { isUnchanged } from './sign-in.ts'
import { beginTry } from './tries.ts'

/**
 * The own password. All sessions end, the tickets too, and the browser at hand gets a new one.
 * @throws identityErrors.wrongPassword, .weakPassword, .samePassword, .locked
 */
export async function changePassword(
  platform: Platform,
  ctx: Ctx,
  input: { readonly staffId: StaffId; readonly current: string; readonly next: string; readonly userAgent: string },
): Promise<{ readonly token: string; readonly maxAgeSeconds: number }> {
  const { account, forgive } = await provePassword(platform, ctx, input.staffId, input.current)
  if (input.next === input.current) throw identityErrors.samePassword()
  if (isWeakPassword(input.next, account.email)) throw identityErrors.weakPassword()
  const hash = await platform.crypto.hashPassword(input.next)
  return await platform.db.write(ctx, async (tx) => {
    // A manager may have reset it, or closed the account, while it was looked at.
    if (!(await isUnchanged(tx, account))) throw identityErrors.wrongPassword()
    await forgive(tx)
    await storePassword(tx, account.id, hash, { mustChange: false })
    tx.audit({ action: 'staff.change_password', objectKind: 'staff', objectId: account.id })
    return await openSession(tx, { kind: 'staff', id: account.id }, input.userAgent)
  })
}

/** Sets the hash and ends everything that the old password had opened. */
export async function storePassword(
  tx: Tx,
  staffId: StaffId,
  hash: string,
  { mustChange }: { readonly mustChange: boolean },
): Promise<void> {
  await sql`
    update identity.staff
    set password_hash = ${hash},
        must_change_password = ${mustChange},
        version = version + 1
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${staffId}::bigint`.execute(tx.db)
  await endTickets(tx, staffId)
  await endSessionsOf(tx, { kind: 'staff', id: staffId })
}

export async function endTickets(tx: Tx, staffId: StaffId): Promise<void> {
  await sql`
    delete from identity.tickets
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and staff_id = ${staffId}::bigint`.execute(tx.db)
}

/**
 * Somebody signed in shows once more that he is himself: a found laptop must not change the password. Counted like a
 * sign-in, so that a stolen session cannot guess.
 * @throws identityErrors.wrongPassword, .locked
 */
export async function provePassword(
  platform: Platform,
  ctx: Ctx,
  staffId: StaffId,
  password: string,
): Promise<{ readonly account: Account; readonly forgive: (tx: Tx) => Promise<void> }> {
  const account = await platform.db.read(ctx, (tx) => accountById(tx, staffId))
  const { forgive } = await beginTry(platform, ctx.tenantId, account.email)
  if (!(await platform.crypto.verifyPassword(password, account.passwordHash))) throw identityErrors.wrongPassword()
  return { account, forgive }
}
