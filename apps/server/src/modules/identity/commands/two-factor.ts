import { identityErrors } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { newRecoveryCode, RECOVERY_CODES, recoveryCodeKey } from '../model.ts'
import { accountById, totpPlace } from '../queries/account.ts'
import { matchingStep, newTotpSecret, otpauthUrl } from '../totp.ts'
import { provePassword } from './change-password.ts'
import { proofOf, useProof } from './second-factor.ts'

/**
 * Begins two-factor: a secret for the authenticator, not in force before `confirmTotp`. Beginning again replaces it.
 * @param issuer what the authenticator shows above the code: the shop's name
 * @throws identityErrors.wrongPassword, .totpAlreadyOn, .locked
 */
export async function enrolTotp(
  platform: Platform,
  ctx: Ctx,
  input: { readonly staffId: StaffId; readonly password: string; readonly issuer: string },
): Promise<{ readonly secret: string; readonly otpauthUrl: string }> {
  const { account, forgive } = await provePassword(platform, ctx, input.staffId, input.password)
  const secret = newTotpSecret()
  const sealed = await platform.crypto.encrypt(ctx.tenantId, totpPlace(account.id), secret)
  const begun = await platform.db.write(ctx, async (tx) => {
    await forgive(tx)
    const { numAffectedRows } = await sql`
      update identity.staff
      set totp_secret = ${sealed},
          totp_last_step = 0
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${account.id}::bigint
        and totp_confirmed_at is null`.execute(tx.db)
    return Number(numAffectedRows) === 1
  })
  if (!begun) throw identityErrors.totpAlreadyOn()
  return { secret, otpauthUrl: otpauthUrl(input.issuer, account.email, secret) }
}

/**
 * Puts two-factor in force once the authenticator has shown that it knows the secret.
 * @returns the recovery codes, for this once
 * @throws identityErrors.totpNotBegun, .totpAlreadyOn, .wrongSecondFactor
 */
export async function confirmTotp(
  platform: Platform,
  ctx: Ctx,
  input: { readonly staffId: StaffId; readonly code: string },
): Promise<readonly string[]> {
  const account = await platform.db.read(ctx, (tx) => accountById(tx, input.staffId))
  if (account.totpOn) throw identityErrors.totpAlreadyOn()
  if (!account.totpSecret) throw identityErrors.totpNotBegun()
  const secret = await platform.crypto.decrypt(ctx.tenantId, totpPlace(account.id), account.totpSecret)
  const step = matchingStep(secret, input.code, platform.clock.now(), account.totpLastStep)
  if (step === undefined) throw identityErrors.wrongSecondFactor()
  const renew = await recoveryCodes(platform, ctx, account.id)
  return await platform.db.write(ctx, async (tx) => {
    const { numAffectedRows } = await sql`
      update identity.staff
      set totp_confirmed_at = now(),
          totp_last_step = ${step}::bigint,
          version = version + 1
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${account.id}::bigint
        and totp_secret = ${account.totpSecret}
        and totp_confirmed_at is null`.execute(tx.db)
    if (Number(numAffectedRows) !== 1) throw identityErrors.totpNotBegun()
    tx.audit({ action: 'staff.enable_two_factor', objectKind: 'staff', objectId: account.id })
    return await renew(tx)
  })
}

/** New recovery codes; the old ones are void. @throws identityErrors.wrongPassword, .totpNotOn, .locked */
export async function renewRecoveryCodes(
  platform: Platform,
  ctx: Ctx,
  input: { readonly staffId: StaffId; readonly password: string },
): Promise<readonly string[]> {
  const { account, forgive } = await provePassword(platform, ctx, input.staffId, input.password)
  if (!account.totpOn) throw identityErrors.totpNotOn()
  const renew = await recoveryCodes(platform, ctx, account.id)
  return await platform.db.write(ctx, async (tx) => {
    await forgive(tx)
    tx.audit({ action: 'staff.renew_recovery_codes', objectKind: 'staff', objectId: account.id })
    return await renew(tx)
  })
}

/** @throws identityErrors.wrongPassword, .wrongSecondFactor, .totpNotOn, .locked */
export async function disableTotp(
  platform: Platform,
  ctx: Ctx,
  input: { readonly staffId: StaffId; readonly password: string; readonly code: string },
): Promise<void> {
  const { account, forgive } = await provePassword(platform, ctx, input.staffId, input.password)
  if (!account.totpOn) throw identityErrors.totpNotOn()
  const proof = await proofOf(platform, ctx, account, input.code)
  await platform.db.write(ctx, async (tx) => {
    if (!(await useProof(tx, account.id, proof))) throw identityErrors.wrongSecondFactor()
    await forgive(tx)
    await takeTwoFactorOff(tx, account.id)
    tx.audit({ action: 'staff.disable_two_factor', objectKind: 'staff', objectId: account.id })
  })
}

export async function takeTwoFactorOff(tx: Tx, staffId: StaffId): Promise<void> {
  await sql`
    update identity.staff
    set totp_secret = null,
        totp_confirmed_at = null,
        totp_last_step = 0,
        version = version + 1
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${staffId}::bigint`.execute(tx.db)
  await voidRecoveryCodes(tx, staffId)
}

async function voidRecoveryCodes(tx: Tx, staffId: StaffId): Promise<void> {
  await sql`
    delete from identity.recovery_codes
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and staff_id = ${staffId}::bigint`.execute(tx.db)
}

/** Makes the codes and their hashes before the transaction; the returned function stores them in it. */
async function recoveryCodes(
  platform: Platform,
  ctx: Ctx,
  staffId: StaffId,
): Promise<(tx: Tx) => Promise<readonly string[]>> {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode)
  const sealer = await platform.crypto.sealer(ctx.tenantId)
  const hashes = codes.map((code) => sealer.fingerprint('identity.recovery-code', recoveryCodeKey(code)))
  return async (tx) => {
    await voidRecoveryCodes(tx, staffId)
    await sql`
      insert into identity.recovery_codes (tenant_id, staff_id, code_hash)
      select ${ctx.tenantId}::bigint, ${staffId}::bigint, h
      from unnest(${hashes}::bytea[]) as h`.execute(tx.db)
    return codes
  }
}
