import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

/** The root of a new tenant's tree; part of opening a shop. */
export async function layMerchantNode(tx: Tx, tenant: { readonly name: string }): Promise<void> {
  await sql`
    insert into organizations.nodes (tenant_id, parent_id, kind, name)
    values (${tx.ctx.tenantId}::bigint, null, 'merchant', ${tenant.name})`.execute(tx.db)
}
