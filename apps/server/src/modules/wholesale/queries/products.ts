import { WHOLESALE_QUANTITY_MAX, type WholesaleProduct, wholesaleErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

/** A SKU as a key may buy it: a row of `wholesale.priced`. */
export type Priced = {
  readonly skuId: number
  readonly kind: 'card' | 'topup' | 'link'
  readonly goodsTitle: string
  readonly title: string
  readonly mallFen: number
  readonly faceFen: number | null
  readonly ownFen: number | null
  readonly floorFen: number
  readonly priceFen: number
  readonly stock: number | null
  readonly sellable: boolean
  readonly formFields: WholesaleProduct['fields']
}

/** What is open to the key; of those that are not there is no row. */
export async function pricedFor(tx: ReadTx, keyId: number, skuIds: readonly number[]): Promise<readonly Priced[]> {
  const { rows } = await sql<Priced>`
    select sku_id as "skuId", kind, goods_title as "goodsTitle", title, mall_fen as "mallFen", face_fen as "faceFen",
      own_fen as "ownFen", floor_fen as "floorFen", price_fen as "priceFen", stock, sellable, form_fields as "formFields"
    from wholesale.priced(${tx.ctx.tenantId}::bigint, ${keyId}::bigint, ${skuIds}::bigint[])
  `.execute(tx.db)
  return rows
}

/** By id, from behind the cursor on: a SKU that comes or goes meanwhile moves no other to another page. */
export async function listProducts(
  tx: ReadTx,
  keyId: number,
  { cursor, limit }: { readonly cursor: number; readonly limit: number },
): Promise<{ readonly items: WholesaleProduct[]; readonly next: string | null }> {
  const { rows } = await sql<{ id: number }>`
    select s.id
    from catalog.skus s
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.id > ${cursor}::bigint
      and s.removed_at is null
      and catalog.deliver_of(s.kind) in ('pick', 'supply', 'make')
      and g.state = 'on'
      and (
        exists (
          select from wholesale.prices p
          where p.tenant_id = s.tenant_id
            and p.key_id = ${keyId}::bigint
            and p.sku_id = s.id
        )
        or exists (
          select from wholesale.keys k
          where k.tenant_id = s.tenant_id
            and k.id = ${keyId}::bigint
            and k.opens = 'all'
        )
      )
    order by s.id
    limit ${limit}::bigint
  `.execute(tx.db)
  const priced = await pricedFor(
    tx,
    keyId,
    rows.map(({ id }) => id),
  )
  return { items: priced.map(productOf), next: rows.length < limit ? null : String(rows.at(-1)?.id) }
}

/** @throws wholesale.unknown_product, for one that is closed to the key as for one that nobody has */
export async function readProduct(tx: ReadTx, keyId: number, productId: string): Promise<WholesaleProduct> {
  const [priced] = await pricedFor(tx, keyId, [Number(productId)])
  if (!priced) throw wholesaleErrors.unknownProduct()
  return productOf(priced)
}

const productOf = (sku: Priced): WholesaleProduct => ({
  productId: String(sku.skuId),
  // A redeem link is a code to whoever buys it: other shops need know no third kind.
  kind: sku.kind === 'topup' ? 'topup' : 'card',
  name: [sku.goodsTitle, sku.title].filter(Boolean).join(' '),
  priceFen: sku.priceFen,
  faceFen: sku.faceFen,
  currency: 'CNY',
  stock: sku.stock,
  minQuantity: 1,
  maxQuantity: WHOLESALE_QUANTITY_MAX,
  onSale: sku.sellable,
  fields: sku.formFields,
})
