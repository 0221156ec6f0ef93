import { commonErrors, type FormField, type ProductKind, workspaceErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { checkQuantities } from '../../suppliers/index.ts'
import type { Own } from '../own.ts'
import { readOwnProduct } from '../queries/products.ts'

/** Products that a supplier may keep here. */
export const PRODUCTS_MAX = 5_000

type Given = {
  readonly name: string
  readonly costHao: number
  readonly stock: number | null
  readonly minQuantity: number
  readonly maxQuantity: number | null
  readonly onSale: boolean
}

type New = Given & { readonly remoteId: string; readonly kind: ProductKind; readonly fields: readonly FormField[] }

/**
 * Offers a product to the shop. Nothing of it is bought before the shop has said what it sells it as.
 * @returns its id
 * @throws workspace.code_taken, workspace.too_many_products, suppliers.quantity_reversed
 */
export async function addProduct(tx: Tx, own: Own, given: New, by: string): Promise<number> {
  // A statement sees what there was when it began: whoever waits for the lock counts in the next one.
  await sql`
    select from suppliers.suppliers
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${own.supplierId}::bigint
    for no key update
  `.execute(tx.db)
  const { rows } = await sql<{ taken: boolean; count: number }>`
    select coalesce(bool_or(p.remote_id = ${given.remoteId}), false) as taken, count(*) as count
    from suppliers.products p
    where p.tenant_id = ${tx.ctx.tenantId}::bigint
      and p.supplier_id = ${own.supplierId}::bigint
  `.execute(tx.db)
  if (rows[0]?.taken) throw workspaceErrors.codeTaken({ remoteId: given.remoteId })
  if ((rows[0]?.count ?? 0) >= PRODUCTS_MAX) throw workspaceErrors.tooManyProducts({ max: PRODUCTS_MAX })
  return await keep(tx, own, given, by)
}

/**
 * Changes an own product. A price that moves further than the supplier may move it alone waits for the shop; the rest is taken.
 * @throws common.not_found, suppliers.quantity_reversed
 */
export async function saveProduct(tx: Tx, own: Own, productId: number, given: Given, by: string): Promise<void> {
  const { remoteId, kind } = await readOwnProduct(tx, own.supplierId, productId)
  await keep(tx, own, { ...given, remoteId, kind }, by)
  // What is left out stays as it is; "as many as are ordered" has to be said.
  await sql`
    update suppliers.products
    set stock = ${given.stock},
        max_quantity = ${given.maxQuantity}
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and supplier_id = ${own.supplierId}::bigint
      and id = ${productId}::bigint
      and (stock, max_quantity) is distinct from (${given.stock}::bigint, ${given.maxQuantity}::integer)
  `.execute(tx.db)
  await sql`
    select suppliers.follow_shelf(${tx.ctx.tenantId}::bigint, array(
      select o.sku_id
      from suppliers.offers o
      where o.tenant_id = ${tx.ctx.tenantId}::bigint
        and o.product_id = ${productId}::bigint
      order by o.sku_id
    ))
  `.execute(tx.db)
}

type Kept = { readonly productId: number; readonly outcome: 'added' | 'changed' | 'same' | 'held' }

async function keep(
  tx: Tx,
  own: Own,
  given: Omit<New, 'fields'> & Partial<Pick<New, 'fields'>>,
  by: string,
): Promise<number> {
  checkQuantities(given)
  const { rows } = await sql<{ kept: readonly Kept[] }>`
    select suppliers.keep_own(
      ${tx.ctx.tenantId}::bigint, ${own.supplierId}::bigint, ${JSON.stringify([given])}::jsonb, ${by}
    ) as kept
  `.execute(tx.db)
  const kept = rows[0]?.kept[0]
  if (!kept) throw commonErrors.notFound()
  const { remoteId, costHao, stock, onSale } = given
  tx.audit({
    action: 'supplier.own_product',
    objectKind: 'supplier',
    objectId: own.supplierId,
    detail: { remoteId, costHao, stock, onSale, outcome: kept.outcome },
  })
  return kept.productId
}
