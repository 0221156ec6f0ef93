import { commonErrors, type meView } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { permissionsAt, type RoleRights } from '../model.ts'

type Me = z.output<typeof meView>
type Row = Pick<
  Me,
  'id' | 'email' | 'name' | 'locale' | 'twoFactor' | 'recoveryCodesLeft' | 'mustChangePassword' | 'node' | 'tenant'
> & {
  readonly roles: readonly (RoleRights & { readonly id: number; readonly name: string })[]
}

/** The employee at the keyboard. @throws commonErrors.notFound */
export async function readMe(tx: ReadTx, staffId: StaffId): Promise<Me> {
  const { rows } = await sql<Row>`
    select s.id, s.email, s.name, s.locale,
      s.totp_confirmed_at is not null as "twoFactor",
      s.must_change_password as "mustChangePassword",
      jsonb_build_object('id', n.id, 'name', n.name, 'kind', n.kind) as node,
      jsonb_build_object('slug', t.slug, 'name', t.name) as tenant,
      (
        select count(*)
        from identity.recovery_codes c
        where c.tenant_id = s.tenant_id
          and c.staff_id = s.id
          and c.used_at is null
      ) as "recoveryCodesLeft",
      (
        select coalesce(jsonb_agg(jsonb_build_object(
          'id', r.id, 'name', r.name, 'builtIn', r.built_in, 'permissions', r.permissions
        ) order by r.id), '[]'::jsonb)
        from identity.staff_roles sr
        join identity.roles r on r.tenant_id = sr.tenant_id and r.id = sr.role_id
        where sr.tenant_id = s.tenant_id
          and sr.staff_id = s.id
      ) as roles
    from identity.staff s
    join organizations.nodes n on n.tenant_id = s.tenant_id and n.id = s.node_id
    join tenancy.tenants t on t.id = s.tenant_id
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.id = ${staffId}::bigint`.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  return {
    ...row,
    permissions: row.mustChangePassword ? [] : [...permissionsAt(row.node.kind, row.roles)],
    roles: row.roles.map(({ id, name, builtIn }) => ({ id, name, builtIn })),
  }
}
