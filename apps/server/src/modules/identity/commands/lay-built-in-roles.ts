import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { BUILT_IN_ROLE_NAMES } from '../model.ts'

/** The roles every shop starts with; part of opening a shop. */
export async function layBuiltInRoles(tx: Tx): Promise<void> {
  const roles = Object.entries(BUILT_IN_ROLE_NAMES).map(([code, names]) => ({ code, name: names[tx.ctx.locale] }))
  await sql`
    insert into identity.roles (tenant_id, name, built_in)
    select ${tx.ctx.tenantId}::bigint, r.name, r.code
    from jsonb_to_recordset(${JSON.stringify(roles)}::jsonb) as r(code text, name text)`.execute(tx.db)
}
