import type { roleView } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { permissionsOf, type RoleRights } from '../model.ts'

type Role = z.output<typeof roleView>

/** All roles of the tenant, built-in ones first. */
export async function listRoles(tx: ReadTx): Promise<Role[]> {
  const { rows } = await sql<Omit<Role, 'permissions'> & RoleRights>`
    select r.id, r.name, r.built_in as "builtIn", r.permissions, r.version,
      (
        select count(*)
        from identity.staff_roles sr
        where sr.tenant_id = r.tenant_id
          and sr.role_id = r.id
      ) as "staffCount"
    from identity.roles r
    where r.tenant_id = ${tx.ctx.tenantId}::bigint
    order by r.built_in is null, r.id`.execute(tx.db)
  return rows.map((row) => ({ ...row, permissions: [...permissionsOf([row])] }))
}
