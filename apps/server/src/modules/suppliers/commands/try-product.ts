import { commonErrors, supplierErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { readProduct } from '../queries/suppliers.ts'

/**
 * Buys one piece of a product for real, so that how it arrives can be measured. A code goes onto the shelf of what it is a source of.
 * @returns the purchase's id
 * @throws common.not_found, suppliers.field_missing, other_currency, try_needs_shelf
 */
export async function tryProduct(tx: Tx, productId: number, fields: Readonly<Record<string, string>>): Promise<number> {
  const product = await readProduct(tx, productId)
  // Its cost would be booked as so many yuan.
  if (product.currency !== 'CNY') {
    throw supplierErrors.otherCurrency({ product: product.name, currency: product.currency })
  }
  // A code is paid for like any other, and has to lie somewhere.
  if (product.kind !== 'direct' && product.skus.length === 0) {
    throw supplierErrors.tryNeedsShelf({ product: product.name })
  }
  for (const field of product.fields ?? []) {
    if (field.required && !fields[field.key]?.trim()) {
      throw supplierErrors.fieldMissing({
        field: tx.ctx.locale === 'en' ? field.labelEn || field.labelZh : field.labelZh,
      })
    }
  }
  const { rows } = await sql<{ id: number | null }>`
    select suppliers.open_trial(${tx.ctx.tenantId}::bigint, ${productId}::bigint, ${JSON.stringify(fields)}::jsonb) as id
  `.execute(tx.db)
  const id = rows[0]?.id
  if (!id) throw commonErrors.notFound()
  tx.audit({
    action: 'supplier.try',
    objectKind: 'supplier',
    objectId: product.supplierId,
    detail: { product: product.name, purchaseId: id },
  })
  return id
}
