import { commonErrors, type FormField, type ProductKind, supplierErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

export type EnteredProduct = {
  readonly remoteId: string
  readonly name: string
  readonly kind: ProductKind
  readonly costHao: number
  readonly faceHao: number | null
  readonly onSale: boolean
  readonly minQuantity: number
  readonly maxQuantity: number | null
  readonly fields: readonly FormField[]
}

/**
 * Enters what a supplier sells by hand, where its interface lists nothing. The same id again changes it; a later list of the
 * supplier's own has the last word.
 * @returns its id
 * @throws common.not_found, suppliers.quantity_reversed
 */
export async function enterProduct(tx: Tx, supplierId: number, given: EnteredProduct): Promise<number> {
  const { tenantId } = tx.ctx
  checkQuantities(given)
  const { rows: suppliers } = await sql`
    select from suppliers.suppliers
    where tenant_id = ${tenantId}
      and id = ${supplierId}
      and state <> 'archived'
  `.execute(tx.db)
  if (suppliers.length === 0) throw commonErrors.notFound()
  await sql`
    select suppliers.keep_products(
      ${tenantId}::bigint, ${supplierId}::bigint, ${JSON.stringify([{ ...given, currency: 'CNY', stock: null }])}::jsonb, false, clock_timestamp()
    )
  `.execute(tx.db)
  const { rows } = await sql<{ id: number }>`
    select id
    from suppliers.products
    where tenant_id = ${tenantId}
      and supplier_id = ${supplierId}
      and remote_id = ${given.remoteId}
  `.execute(tx.db)
  const id = rows[0]?.id ?? 0
  tx.audit({
    action: 'supplier.product',
    objectKind: 'supplier',
    objectId: supplierId,
    detail: { product: given.name, remoteId: given.remoteId, costHao: given.costHao, onSale: given.onSale },
  })
  return id
}

/** @throws suppliers.quantity_reversed */
export function checkQuantities({
  minQuantity: min,
  maxQuantity: max,
}: Pick<EnteredProduct, 'minQuantity' | 'maxQuantity'>) {
  if (max !== null && min > max) throw supplierErrors.quantityReversed({ min, max })
}
