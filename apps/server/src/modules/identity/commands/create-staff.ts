import { identityErrors } from '@quanshu/contract'
import { assert, type StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { type Ctx, constraintRefusals, type Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { newInitialPassword } from '../model.ts'
import { type Manager, refuseBeyond, rightsOfRoles } from './rights.ts'

constraintRefusals.register({ staff_tenant_id_email_key: () => identityErrors.emailTaken() })

export type NewStaff = {
  readonly email: string
  readonly name: string
  readonly roleIds: readonly number[]
  /** Where in the tree; absent: at the merchant. */
  readonly nodeId?: number
  /** Refuses, in the transaction that adds the account, when there is no room for it. */
  readonly admit?: (tx: Tx) => Promise<void>
  /** For accounts made by a program (a demo shop); absent: a random one that must be changed at the first sign-in. */
  readonly password?: string
}

/**
 * Adds an employee at the tenant's merchant node, or somebody at another node, where roles count nothing.
 * @returns the id and the initial password, which is stored nowhere else
 * @throws identityErrors.emailTaken, .beyondOwnRights; commonErrors.notFound for a role that is not there
 */
export async function createStaff(
  platform: Pick<Platform, 'db' | 'crypto'>,
  ctx: Ctx,
  manager: Manager,
  staff: NewStaff,
): Promise<{ readonly id: StaffId; readonly initialPassword: string }> {
  const initialPassword = staff.password ?? newInitialPassword()
  const hash = await platform.crypto.hashPassword(initialPassword)
  const id = await platform.db.write(ctx, async (tx) => {
    await staff.admit?.(tx)
    refuseBeyond(manager, await rightsOfRoles(tx, staff.roleIds))
    const { rows } = await sql<{ id: StaffId }>`
      insert into identity.staff (tenant_id, node_id, email, name, locale, password_hash, must_change_password)
      select ${ctx.tenantId}::bigint, n.id, ${staff.email.toLowerCase()}, ${staff.name}, ${ctx.locale}, ${hash},
        ${staff.password === undefined}::boolean
      from organizations.nodes n
      where n.tenant_id = ${ctx.tenantId}::bigint
        and case when ${staff.nodeId ?? null}::bigint is null then n.parent_id is null else n.id = ${staff.nodeId ?? null}::bigint end
      returning id`.execute(tx.db)
    const [row] = rows
    assert(row !== undefined, `tenant ${ctx.tenantId} has no such node`)
    await giveRoles(tx, row.id, staff.roleIds)
    tx.audit({
      action: 'staff.create',
      objectKind: 'staff',
      objectId: row.id,
      detail: { email: staff.email.toLowerCase(), name: staff.name, roleIds: staff.roleIds },
    })
    return row.id
  })
  return { id, initialPassword }
}

/** Exactly these roles from now on; whoever does not stand at the shop itself has none. */
export async function giveRoles(tx: Tx, staffId: StaffId, roleIds: readonly number[]): Promise<void> {
  const { tenantId } = tx.ctx
  await sql`
    delete from identity.staff_roles
    where tenant_id = ${tenantId}::bigint
      and staff_id = ${staffId}::bigint
      and role_id <> all(${roleIds}::bigint[])`.execute(tx.db)
  await sql`
    insert into identity.staff_roles (tenant_id, staff_id, role_id)
    select distinct s.tenant_id, s.id, r
    from unnest(${roleIds}::bigint[]) as r
    join identity.staff s on s.tenant_id = ${tenantId}::bigint and s.id = ${staffId}::bigint
    join organizations.nodes n on n.tenant_id = s.tenant_id and n.id = s.node_id and n.parent_id is null
    on conflict do nothing`.execute(tx.db)
}
