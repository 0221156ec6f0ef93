import { sql } from 'kysely'
import type { ReadTx } from '../../../../platform/db/index.ts'

/** Active colleagues who may work on what is stuck, by name. */
export async function deskStaff(tx: ReadTx): Promise<{ readonly id: number; readonly name: string }[]> {
  const { rows } = await sql<{ readonly id: number; readonly name: string }>`
    select s.id, s.name
    from identity.staff s
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.status = 'active'
      and exists (
        select
        from identity.staff_roles sr
        join identity.roles r on r.tenant_id = sr.tenant_id and r.id = sr.role_id
        where sr.tenant_id = s.tenant_id
          and sr.staff_id = s.id
          and (r.built_in = 'owner' or r.permissions ? 'orders.handle')
      )
    order by s.name, s.id
    limit 500
  `.execute(tx.db)
  return rows
}
