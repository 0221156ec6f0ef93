import { commonErrors, type SupplierState, supplierErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

/**
 * Pauses, resumes or archives a supplier. What is under way there is asked about all the same; what was never sent goes
 * another way within a second.
 * @throws common.not_found, suppliers.name_taken, has_open_purchases
 */
export async function setSupplierState(tx: Tx, id: number, state: SupplierState, reason: string): Promise<void> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<{ name: string; state: SupplierState; open: number; taken: boolean }>`
    select s.name, s.state,
      (
        select count(*) from suppliers.purchases p
        where p.tenant_id = ${tenantId}
          and p.supplier_id = s.id
          and p.state in ('planned', 'sending', 'accepted', 'unknown')
      ) as open,
      exists (
        select from suppliers.suppliers o
        where o.tenant_id = ${tenantId}
          and o.name = s.name
          and o.id <> s.id
          and o.state <> 'archived'
      ) as taken
    from suppliers.suppliers s
    where s.tenant_id = ${tenantId}
      and s.id = ${id}
    for no key update
  `.execute(tx.db)
  const [before] = rows
  if (!before) throw commonErrors.notFound()
  if (before.state === state) return
  if (state === 'archived' && before.open > 0) throw supplierErrors.hasOpenPurchases({ count: before.open })
  if (before.state === 'archived' && before.taken) throw supplierErrors.nameTaken({ name: before.name })
  await sql`
    update suppliers.suppliers
    set state = ${state},
        updated_at = now()
    where tenant_id = ${tenantId}
      and id = ${id}
  `.execute(tx.db)
  await sql`
    select suppliers.follow_shelf(${tenantId}::bigint, array(
      select distinct o.sku_id
      from suppliers.offers o
      join suppliers.products p on p.tenant_id = o.tenant_id and p.id = o.product_id
      where o.tenant_id = ${tenantId}
        and p.supplier_id = ${id}
    ))
  `.execute(tx.db)
  tx.audit({
    action: 'supplier.state',
    objectKind: 'supplier',
    objectId: id,
    detail: { state: [before.state, state], reason },
  })
}
