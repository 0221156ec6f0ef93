import type { MessageLocale, Permission } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { type NodeKind, permissionsAt, type RoleRights } from '../model.ts'

export type Colleague = {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly locale: MessageLocale
  readonly permissions: ReadonlySet<Permission>
}

/** Everybody who works here and has a role, by name, with what they may do. */
export async function colleagues(tx: ReadTx): Promise<readonly Colleague[]> {
  const { rows } = await sql<
    Omit<Colleague, 'permissions'> & { readonly nodeKind: NodeKind; readonly roles: readonly RoleRights[] }
  >`
    select s.id, s.name, s.email, s.locale, n.kind as "nodeKind",
      jsonb_agg(jsonb_build_object('builtIn', r.built_in, 'permissions', r.permissions)) as roles
    from identity.staff s
    join organizations.nodes n on n.tenant_id = s.tenant_id and n.id = s.node_id
    join identity.staff_roles sr on sr.tenant_id = s.tenant_id and sr.staff_id = s.id
    join identity.roles r on r.tenant_id = s.tenant_id and r.id = sr.role_id
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.status = 'active'
    group by s.id, s.name, s.email, s.locale, n.kind
    order by s.name, s.id`.execute(tx.db)
  return rows.map(({ nodeKind, roles, ...one }) => ({ ...one, permissions: permissionsAt(nodeKind, roles) }))
}
