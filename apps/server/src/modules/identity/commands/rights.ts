import { commonErrors, identityErrors, type Permission } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { ReadTx, Tx } from '../../../platform/db/index.ts'
import { isWithin, permissionsOf, type RoleRights } from '../model.ts'

/** Who manages: an employee with his rights of this moment, or the program itself (seeding, command line). */
export type Manager = { readonly staffId: StaffId | undefined; readonly permissions: ReadonlySet<Permission> }

/** Nobody grants or manages what goes beyond his own rights. @throws identityErrors.beyondOwnRights */
export function refuseBeyond(manager: Manager, wanted: Iterable<Permission>): void {
  if (!isWithin(wanted, manager.permissions)) throw identityErrors.beyondOwnRights()
}

/** @throws commonErrors.notFound when one of them is not a role of this tenant */
export async function rightsOfRoles(tx: ReadTx, roleIds: readonly number[]): Promise<ReadonlySet<Permission>> {
  const wanted = [...new Set(roleIds)]
  const { rows } = await sql<RoleRights>`
    select built_in as "builtIn", permissions
    from identity.roles
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = any(${wanted}::bigint[])`.execute(tx.db)
  if (rows.length !== wanted.length) throw commonErrors.notFound()
  return permissionsOf(rows)
}

export async function rightsOfStaff(tx: ReadTx, staffId: StaffId): Promise<ReadonlySet<Permission>> {
  const { rows } = await sql<RoleRights>`
    select r.built_in as "builtIn", r.permissions
    from identity.staff_roles sr
    join identity.roles r on r.tenant_id = sr.tenant_id and r.id = sr.role_id
    where sr.tenant_id = ${tx.ctx.tenantId}::bigint
      and sr.staff_id = ${staffId}::bigint`.execute(tx.db)
  return permissionsOf(rows)
}

/**
 * Runs a change to people or their roles, and refuses it when no active owner would be left. All such changes of a
 * tenant wait for each other here, so that two owners cannot remove one another at once.
 * @throws identityErrors.lastOwner
 */
export async function keepingAnOwner<T>(tx: Tx, change: () => Promise<T>): Promise<T> {
  await sql`
    select 1
    from identity.roles
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and built_in = 'owner'
    for update`.execute(tx.db)
  const result = await change()
  const { rows } = await sql`
    select 1
    from identity.staff s
    join identity.staff_roles sr on sr.tenant_id = s.tenant_id and sr.staff_id = s.id
    join identity.roles r on r.tenant_id = sr.tenant_id and r.id = sr.role_id
    join organizations.nodes n on n.tenant_id = s.tenant_id and n.id = s.node_id and n.parent_id is null
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.status = 'active'
      and r.built_in = 'owner'
    limit 1`.execute(tx.db)
  if (rows.length === 0) throw identityErrors.lastOwner()
  return result
}

/**
 * Locks an employee whom somebody else is about to manage.
 * @throws commonErrors.notFound, identityErrors.notOneself, .beyondOwnRights
 */
export async function lockManaged(
  tx: Tx,
  manager: Manager,
  staffId: StaffId,
): Promise<{ readonly email: string; readonly status: 'active' | 'disabled' }> {
  if (manager.staffId === staffId) throw identityErrors.notOneself()
  const { rows } = await sql<{ email: string; status: 'active' | 'disabled' }>`
    select email, status
    from identity.staff
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${staffId}::bigint
    for update`.execute(tx.db)
  const [found] = rows
  if (!found) throw commonErrors.notFound()
  refuseBeyond(manager, await rightsOfStaff(tx, staffId))
  return found
}
