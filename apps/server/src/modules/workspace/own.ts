import { commonErrors, WORKSPACE_ADAPTER, workspaceErrors } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { ReadTx } from '../../platform/db/index.ts'

/** The supplier that a signed-in person belongs to. */
export type Own = {
  readonly supplierId: number
  readonly name: string
  readonly nodeId: number
  readonly settings: Readonly<Record<string, string>>
}

/**
 * Whose workspace it is follows from where the person stands in the tree, looked up anew in every transaction; nothing that a caller
 * sends can name another. Every statement of the workspace takes the supplier from here.
 * @throws common.forbidden
 */
export async function ownSupplier(tx: ReadTx, staffId: StaffId): Promise<Own> {
  const { rows } = await sql<Own>`
    select s.id as "supplierId", s.name, s.node_id as "nodeId", s.settings
    from identity.staff f
    join suppliers.suppliers s on s.tenant_id = f.tenant_id and s.node_id = f.node_id
    where f.tenant_id = ${tx.ctx.tenantId}::bigint
      and f.id = ${staffId}::bigint
      and s.adapter = ${WORKSPACE_ADAPTER}
      and s.state <> 'archived'
  `.execute(tx.db)
  const [own] = rows
  if (!own) throw commonErrors.forbidden({ permission: 'workspace.supplier' })
  return own
}

/** A supplier as the shop sees it. @throws common.not_found, workspace.not_by_hand */
export async function supplierByHand(
  tx: ReadTx,
  supplierId: number,
): Promise<{ readonly name: string; readonly nodeId: number | null }> {
  const { rows } = await sql<{ name: string; nodeId: number | null; adapter: string }>`
    select name, node_id as "nodeId", adapter
    from suppliers.suppliers
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${supplierId}::bigint
  `.execute(tx.db)
  const [found] = rows
  if (!found) throw commonErrors.notFound()
  if (found.adapter !== WORKSPACE_ADAPTER) throw workspaceErrors.notByHand()
  return found
}
