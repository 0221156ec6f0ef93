import { commonErrors, identityErrors, type Permission } from '@quanshu/contract'
import { assert } from '@quanshu/kernel'
import { sql } from 'kysely'
import { type Ctx, constraintRefusals, type Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { permissionsOf, ROLES_MAX, type RoleRights } from '../model.ts'
import { type Manager, refuseBeyond } from './rights.ts'

constraintRefusals.register({ roles_tenant_id_name_key: () => identityErrors.roleNameTaken() })

type RoleInput = { readonly name: string; readonly permissions: readonly Permission[] }

/** @throws identityErrors.beyondOwnRights, .roleNameTaken, .tooManyRoles */
export async function createRole(platform: Platform, ctx: Ctx, manager: Manager, role: RoleInput): Promise<number> {
  refuseBeyond(manager, role.permissions)
  return await platform.db.write(ctx, async (tx) => {
    // Two at once count one after the other.
    await sql`select pg_advisory_xact_lock(hashtextextended('identity.roles', ${ctx.tenantId}::bigint))`.execute(tx.db)
    const { rows } = await sql<{ id: number }>`
      insert into identity.roles (tenant_id, name, permissions)
      select ${ctx.tenantId}::bigint, ${role.name}, ${JSON.stringify(role.permissions)}::jsonb
      where (
        select count(*)
        from identity.roles
        where tenant_id = ${ctx.tenantId}::bigint
      ) < ${ROLES_MAX}::integer
      returning id`.execute(tx.db)
    const [made] = rows
    if (!made) throw identityErrors.tooManyRoles({ max: ROLES_MAX })
    tx.audit({ action: 'role.create', objectKind: 'role', objectId: made.id, detail: role })
    return made.id
  })
}

/**
 * @throws identityErrors.roleBuiltIn, .roleNameTaken, .beyondOwnRights (also for taking away what one has not);
 * commonErrors.notFound, .conflict
 */
export async function updateRole(
  platform: Platform,
  ctx: Ctx,
  manager: Manager,
  role: RoleInput & { readonly id: number; readonly version: number },
): Promise<void> {
  refuseBeyond(manager, role.permissions)
  await platform.db.write(ctx, async (tx) => {
    const before = await lockOwnRole(tx, manager, role.id)
    if (before.version !== role.version) throw commonErrors.conflict()
    await sql`
      update identity.roles
      set name = ${role.name},
          permissions = ${JSON.stringify(role.permissions)}::jsonb,
          version = version + 1
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${role.id}::bigint`.execute(tx.db)
    const detail = { name: role.name, permissions: role.permissions, before: before.permissions }
    tx.audit({ action: 'role.update', objectKind: 'role', objectId: role.id, detail })
  })
}

/** @throws identityErrors.roleBuiltIn, .roleInUse, .beyondOwnRights; commonErrors.notFound */
export async function deleteRole(platform: Platform, ctx: Ctx, manager: Manager, id: number): Promise<void> {
  await platform.db.write(ctx, async (tx) => {
    const role = await lockOwnRole(tx, manager, id)
    const { rows } = await sql<{ count: number }>`
      select count(*) as count
      from identity.staff_roles
      where tenant_id = ${ctx.tenantId}::bigint
        and role_id = ${id}::bigint`.execute(tx.db)
    const [users] = rows
    assert(users !== undefined, 'count answers one row')
    if (users.count > 0) throw identityErrors.roleInUse({ staffCount: users.count })
    await sql`
      delete from identity.roles
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${id}::bigint`.execute(tx.db)
    tx.audit({ action: 'role.delete', objectKind: 'role', objectId: id, detail: { name: role.name } })
  })
}

/** The lock also holds up whoever is just giving this role to somebody: the foreign key wants a share of it. */
async function lockOwnRole(
  tx: Tx,
  manager: Manager,
  id: number,
): Promise<RoleRights & { readonly name: string; readonly version: number }> {
  const { rows } = await sql<RoleRights & { name: string; version: number }>`
    select name, version, built_in as "builtIn", permissions
    from identity.roles
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
    for update`.execute(tx.db)
  const [role] = rows
  if (!role) throw commonErrors.notFound()
  if (role.builtIn) throw identityErrors.roleBuiltIn()
  refuseBeyond(manager, permissionsOf([role]))
  return role
}
