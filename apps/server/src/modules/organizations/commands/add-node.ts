import { assert } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

/**
 * Hangs somebody who works with the shop below its root.
 * @returns the node's id
 */
export async function addNode(
  tx: Tx,
  node: { readonly kind: 'agent' | 'enterprise' | 'brand' | 'supplier'; readonly name: string },
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into organizations.nodes (tenant_id, parent_id, kind, name)
    select n.tenant_id, n.id, ${node.kind}, ${node.name}
    from organizations.nodes n
    where n.tenant_id = ${tx.ctx.tenantId}::bigint
      and n.parent_id is null
    returning id`.execute(tx.db)
  const [row] = rows
  assert(row !== undefined, `tenant ${tx.ctx.tenantId} has no merchant node`)
  return row.id
}
