import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import type { Reconciler } from '../model.ts'

/** Whose bills these are: a gateway, or a supplier by the name `supplier-<id>`. */
export type Source = { readonly id: string; readonly name: { readonly zh: string; readonly en: string } }

const NAME = /^supplier-([1-9]\d{0,14})$/

/** The supplier behind a source; undefined: it is a gateway. */
export const supplierOf = (gateway: string): number | undefined => {
  const id = NAME.exec(gateway)?.[1]
  return id === undefined ? undefined : Number(id)
}
export const sourceOfSupplier = (supplierId: number): string => `supplier-${supplierId}`

/** Undefined for a source that has no bills, and for another shop's supplier. */
export async function findSource(
  { bills }: Pick<Reconciler, 'bills'>,
  tx: ReadTx,
  gateway: string,
): Promise<Source | undefined> {
  const supplierId = supplierOf(gateway)
  if (supplierId === undefined) return bills.gateways.find(({ id }) => id === gateway)
  const [found] = await suppliersNamed(tx, [supplierId])
  return found
}

/** Of these, the shop's own, by name. */
export async function suppliersNamed(tx: ReadTx, supplierIds: readonly number[]): Promise<readonly Source[]> {
  if (supplierIds.length === 0) return []
  const { rows } = await sql<{ readonly id: number; readonly name: string }>`
    select id, name
    from suppliers.suppliers
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = any (${[...supplierIds]}::bigint[])
    order by name, id
  `.execute(tx.db)
  return rows.map(({ id, name }) => ({ id: sourceOfSupplier(id), name: { zh: name, en: name } }))
}
