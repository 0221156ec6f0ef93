import { identityErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { TICKET_SECONDS } from '../model.ts'
import { type Account, accountByEmail } from '../queries/account.ts'
import { newToken } from '../token.ts'
import { endSessionOfToken, openSession } from './sessions.ts'
import { beginTry } from './tries.ts'

/** The browser in which somebody signs in. */
export type Browser = {
  readonly userAgent: string
  /** Whatever session cookie it came with; that session ends. */
  readonly formerToken: string | undefined
}

export type Opened = { readonly staffId: Account['id']; readonly token: string; readonly maxAgeSeconds: number }

export type SignedIn =
  | ({ readonly state: 'signedIn' } & Opened)
  | { readonly state: 'secondFactor'; readonly ticket: string }

/**
 * First step of signing in. An unknown email, a wrong password and a closed account get one answer after one and the
 * same work (one password hash, one audit line).
 * @throws identityErrors.wrongCredentials, .locked
 */
export async function signIn(
  platform: Platform,
  ctx: Ctx,
  input: { readonly email: string; readonly password: string; readonly browser: Browser },
): Promise<SignedIn> {
  const email = input.email.toLowerCase()
  const attempt = await beginTry(platform, ctx.tenantId, email)
  const account = await platform.db.read(ctx, (tx) => accountByEmail(tx, email))
  const right = await platform.crypto.verifyPassword(
    input.password,
    account?.passwordHash ?? (await decoyHash(platform)),
  )

  const staffCtx: Ctx | undefined = account && { ...ctx, actor: { kind: 'staff', id: account.id, name: account.name } }
  const result = await platform.db.write(
    right && staffCtx ? staffCtx : ctx,
    async (tx): Promise<SignedIn | undefined> => {
      if (!account || !right || !(await isUnchanged(tx, account)))
        return auditFailure(tx, account, email, attempt.locks)
      if (account.totpOn) return { state: 'secondFactor', ticket: await openTicket(tx, account) }
      await attempt.forgive(tx)
      return { state: 'signedIn', ...(await letIn(tx, account, input.browser)) }
    },
  )
  if (!result) throw identityErrors.wrongCredentials()
  return result
}

/** Opens the session, whatever was proven before. */
export async function letIn(tx: Tx, account: Account, browser: Browser): Promise<Opened> {
  await endSessionOfToken(tx, 'staff', browser.formerToken)
  await sql`
    update identity.staff
    set last_seen_at = now()
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${account.id}::bigint`.execute(tx.db)
  tx.audit({ action: 'staff.sign_in', objectKind: 'staff', objectId: account.id })
  const session = await openSession(tx, { kind: 'staff', id: account.id }, browser.userAgent)
  return { staffId: account.id, ...session }
}

export function auditFailure(tx: Tx, account: Account | undefined, email: string, locks: boolean): undefined {
  tx.audit({
    action: locks ? 'staff.sign_in_locked' : 'staff.sign_in_failed',
    objectKind: 'staff',
    objectId: account?.id ?? 'unknown',
    detail: { email },
  })
}

/** Hashing takes long enough for a manager to close the account or reset the password meanwhile; from here on they wait. */
export async function isUnchanged(tx: Tx, account: Account): Promise<boolean> {
  const { rows } = await sql`
    select 1
    from identity.staff
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${account.id}::bigint
      and status = 'active'
      and password_hash = ${account.passwordHash}
    for update`.execute(tx.db)
  return rows.length === 1
}

async function openTicket(tx: Tx, account: Account): Promise<string> {
  const { token, hash } = newToken()
  await sql`
    insert into identity.tickets (tenant_id, ticket_hash, staff_id, expires_at)
    values (${tx.ctx.tenantId}::bigint, ${hash}, ${account.id}::bigint, now() + interval '1 second' * ${TICKET_SECONDS}::integer)
  `.execute(tx.db)
  return token
}

const decoys = new WeakMap<Platform, Promise<string>>()

/** Nobody's password: so that an unknown email costs as much time as a known one. */
export function decoyHash(platform: Platform): Promise<string> {
  const known = decoys.get(platform)
  if (known) return known
  const made = platform.crypto.hashPassword(newToken().token)
  decoys.set(platform, made)
  made.catch(() => decoys.delete(platform))
  return made
}
