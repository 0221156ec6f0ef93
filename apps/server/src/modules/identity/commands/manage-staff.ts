import { commonErrors } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { newInitialPassword } from '../model.ts'
import { endTickets, storePassword } from './change-password.ts'
import { giveRoles } from './create-staff.ts'
import { keepingAnOwner, lockManaged, type Manager, refuseBeyond, rightsOfRoles, rightsOfStaff } from './rights.ts'
import { endSessionsOf } from './sessions.ts'
import { forgiveTries } from './tries.ts'
import { takeTwoFactorOff } from './two-factor.ts'

/**
 * Name and roles of an employee, oneself included.
 * @throws commonErrors.notFound, .conflict; identityErrors.beyondOwnRights, .lastOwner
 */
export async function updateStaff(
  platform: Platform,
  ctx: Ctx,
  manager: Manager,
  change: {
    readonly id: StaffId
    readonly name: string
    readonly roleIds: readonly number[]
    readonly version: number
  },
): Promise<void> {
  await platform.db.write(ctx, (tx) =>
    keepingAnOwner(tx, async () => {
      const before = await rightsOfStaff(tx, change.id)
      await renameIfUnchanged(tx, change)
      refuseBeyond(manager, before)
      refuseBeyond(manager, await rightsOfRoles(tx, change.roleIds))
      await giveRoles(tx, change.id, change.roleIds)
      const detail = { name: change.name, roleIds: change.roleIds }
      tx.audit({ action: 'staff.update', objectKind: 'staff', objectId: change.id, detail })
    }),
  )
}

async function renameIfUnchanged(
  tx: Tx,
  { id, name, version }: { readonly id: StaffId; readonly name: string; readonly version: number },
): Promise<void> {
  const { rows } = await sql<{ version: number }>`
    select version
    from identity.staff
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
    for update`.execute(tx.db)
  const [found] = rows
  if (!found) throw commonErrors.notFound()
  if (found.version !== version) throw commonErrors.conflict()
  await sql`
    update identity.staff
    set name = ${name},
        version = version + 1
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint`.execute(tx.db)
}

type Managed = { readonly id: StaffId; readonly reason: string }

/** Closes an account; every session ends. @throws identityErrors.lastOwner, .notOneself, .beyondOwnRights; commonErrors.notFound */
export async function disableStaff(
  platform: Platform,
  ctx: Ctx,
  manager: Manager,
  { id, reason }: Managed,
): Promise<void> {
  await platform.db.write(ctx, (tx) =>
    keepingAnOwner(tx, async () => {
      await lockManaged(tx, manager, id)
      await setStatus(tx, id, 'disabled')
      await endTickets(tx, id)
      await endSessionsOf(tx, { kind: 'staff', id })
      tx.audit({ action: 'staff.disable', objectKind: 'staff', objectId: id, detail: { reason } })
    }),
  )
}

/** @throws identityErrors.notOneself, .beyondOwnRights; commonErrors.notFound */
export async function enableStaff(platform: Platform, ctx: Ctx, manager: Manager, id: StaffId): Promise<void> {
  await platform.db.write(ctx, async (tx) => {
    await lockManaged(tx, manager, id)
    await setStatus(tx, id, 'active')
    tx.audit({ action: 'staff.enable', objectKind: 'staff', objectId: id })
  })
}

async function setStatus(tx: Tx, id: StaffId, status: 'active' | 'disabled'): Promise<void> {
  await sql`
    update identity.staff
    set status = ${status},
        version = version + 1
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint`.execute(tx.db)
}

/**
 * A new initial password, to be changed at the first sign-in. Ends every session and takes the lock off.
 * @throws identityErrors.notOneself, .beyondOwnRights; commonErrors.notFound
 */
export async function resetPassword(
  platform: Platform,
  ctx: Ctx,
  manager: Manager,
  { id, reason }: Managed,
): Promise<string> {
  const email = await platform.db.write(ctx, async (tx) => (await lockManaged(tx, manager, id)).email)
  const initialPassword = newInitialPassword()
  const hash = await platform.crypto.hashPassword(initialPassword)
  const forgive = await forgiveTries(platform, ctx.tenantId, email)
  await platform.db.write(ctx, async (tx) => {
    await lockManaged(tx, manager, id)
    await storePassword(tx, id, hash, { mustChange: true })
    await forgive(tx)
    tx.audit({ action: 'staff.reset_password', objectKind: 'staff', objectId: id, detail: { reason } })
  })
  return initialPassword
}

/** For a lost phone. Ends every session. @throws identityErrors.notOneself, .beyondOwnRights; commonErrors.notFound */
export async function resetTwoFactor(
  platform: Platform,
  ctx: Ctx,
  manager: Manager,
  { id, reason }: Managed,
): Promise<void> {
  await platform.db.write(ctx, async (tx) => {
    await lockManaged(tx, manager, id)
    await takeTwoFactorOff(tx, id)
    await endTickets(tx, id)
    await endSessionsOf(tx, { kind: 'staff', id })
    tx.audit({ action: 'staff.reset_two_factor', objectKind: 'staff', objectId: id, detail: { reason } })
  })
}

/** @throws commonErrors.notFound, identityErrors.beyondOwnRights */
export async function endSomeonesSession(
  platform: Platform,
  ctx: Ctx,
  manager: Manager,
  sessionId: number,
): Promise<void> {
  await platform.db.write(ctx, async (tx) => {
    const { rows } = await sql<{ staffId: StaffId }>`
      select subject_id as "staffId"
      from identity.sessions
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${sessionId}::bigint
        and kind = 'staff'`.execute(tx.db)
    const [session] = rows
    if (!session) throw commonErrors.notFound()
    refuseBeyond(manager, await rightsOfStaff(tx, session.staffId))
    await endSessionsOf(tx, { kind: 'staff', id: session.staffId }, { only: sessionId })
    tx.audit({ action: 'session.end', objectKind: 'staff', objectId: session.staffId, detail: { sessionId } })
  })
}
