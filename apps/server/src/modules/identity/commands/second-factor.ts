import { identityErrors } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { recoveryCodeKey, TICKET_TRIES_MAX } from '../model.ts'
import { type Account, accountById, totpPlace } from '../queries/account.ts'
import { tokenHash } from '../token.ts'
import { matchingStep } from '../totp.ts'
import { auditFailure, type Browser, isUnchanged, letIn, type Opened } from './sign-in.ts'
import { beginTry } from './tries.ts'

/**
 * Second step of signing in: an authenticator code, or a recovery code (each opens once). A ticket has five tries, and
 * every try counts towards the email's lock as well, so that somebody who knows the password cannot go on guessing.
 * @throws identityErrors.ticketExpired, .wrongSecondFactor, .locked
 */
export async function secondFactor(
  platform: Platform,
  ctx: Ctx,
  input: { readonly ticket: string; readonly code: string; readonly browser: Browser },
): Promise<Opened> {
  const ticketHash = tokenHash(input.ticket)
  const staffId = await platform.db.write(ctx, (tx) => takeTry(tx, ticketHash))
  if (staffId === undefined) throw identityErrors.ticketExpired()
  const account = await platform.db.read(ctx, (tx) => accountById(tx, staffId))
  const attempt = await beginTry(platform, ctx.tenantId, account.email)
  const proof = await proofOf(platform, ctx, account, input.code)

  const staffCtx: Ctx = { ...ctx, actor: { kind: 'staff', id: account.id, name: account.name } }
  const opened = await platform.db.write(staffCtx, async (tx) => {
    const proven = (await isUnchanged(tx, account)) && (await useProof(tx, account.id, proof))
    if (!proven) return auditFailure(tx, account, account.email, attempt.locks)
    await sql`
      delete from identity.tickets
      where tenant_id = ${tx.ctx.tenantId}::bigint
        and staff_id = ${account.id}::bigint`.execute(tx.db)
    await attempt.forgive(tx)
    return await letIn(tx, account, input.browser)
  })
  if (!opened) throw identityErrors.wrongSecondFactor()
  return opened
}

async function takeTry(tx: Tx, ticketHash: Buffer): Promise<StaffId | undefined> {
  const { rows } = await sql<{ staff_id: StaffId }>`
    update identity.tickets t
    set tries = t.tries + 1
    from identity.staff s
    where t.tenant_id = ${tx.ctx.tenantId}::bigint
      and t.ticket_hash = ${ticketHash}
      and t.tries < ${TICKET_TRIES_MAX}::integer
      and t.expires_at > now()
      and s.tenant_id = t.tenant_id
      and s.id = t.staff_id
      and s.status = 'active'
    returning t.staff_id`.execute(tx.db)
  return rows[0]?.staff_id
}

/** What a typed code may prove. `useProof` decides, under the row's lock. */
export type Proof =
  | { readonly kind: 'totp'; readonly step: number }
  | { readonly kind: 'recovery'; readonly hash: Buffer }
  | { readonly kind: 'none' }

/** @param code six digits, or a recovery code */
export async function proofOf(platform: Platform, ctx: Ctx, account: Account, code: string): Promise<Proof> {
  if (!/^\d{6}$/.test(code)) {
    return {
      kind: 'recovery',
      hash: await platform.crypto.fingerprint(ctx.tenantId, 'identity.recovery-code', recoveryCodeKey(code)),
    }
  }
  if (!account.totpSecret) return { kind: 'none' }
  const secret = await platform.crypto.decrypt(ctx.tenantId, totpPlace(account.id), account.totpSecret)
  const step = matchingStep(secret, code, platform.clock.now(), account.totpLastStep)
  return step === undefined ? { kind: 'none' } : { kind: 'totp', step }
}

/** Uses the proof up; false when it proves nothing or was used already. */
export async function useProof(tx: Tx, staffId: StaffId, proof: Proof): Promise<boolean> {
  if (proof.kind === 'none') return false
  if (proof.kind === 'totp') {
    const { numAffectedRows } = await sql`
      update identity.staff
      set totp_last_step = ${proof.step}::bigint
      where tenant_id = ${tx.ctx.tenantId}::bigint
        and id = ${staffId}::bigint
        and status = 'active'
        and totp_confirmed_at is not null
        and totp_last_step < ${proof.step}::bigint`.execute(tx.db)
    return Number(numAffectedRows) === 1
  }
  const { numAffectedRows } = await sql`
    update identity.recovery_codes
    set used_at = now()
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and staff_id = ${staffId}::bigint
      and code_hash = ${proof.hash}
      and used_at is null`.execute(tx.db)
  const used = Number(numAffectedRows) === 1
  if (used) tx.audit({ action: 'staff.use_recovery_code', objectKind: 'staff', objectId: staffId })
  return used
}
