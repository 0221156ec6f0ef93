import {
  type AccountCheck,
  type CardSource,
  commonErrors,
  type FormField,
  type ProductKind,
  type RoutePolicy,
  type SkuKind,
  supplierErrors,
} from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { fits } from '../choice.ts'

export type SkuSupply = {
  readonly policy: RoutePolicy
  /** Of codes; what is topped up always comes from suppliers. */
  readonly source: CardSource
  readonly leastMarginFen: number | null
  /** Of top-ups: whether buyers’ accounts are checked before an order. */
  readonly accountCheck?: AccountCheck
  readonly offers: readonly {
    readonly productId: number
    readonly weight: number
    readonly enabled: boolean
    readonly fieldMap: Readonly<Record<string, string>>
  }[]
}

/**
 * Says who may deliver a SKU and how the source is chosen. Offers that are left out are removed; purchases under way go on.
 * @throws common.not_found, suppliers.product_kind, fields_unknown, field_unmapped
 */
export async function saveSkuSupply(tx: Tx, skuId: number, given: SkuSupply): Promise<void> {
  const { tenantId, actor } = tx.ctx
  const { rows: skus } = await sql<{ kind: SkuKind; formKeys: readonly string[] }>`
    select s.kind, array(select f ->> 'key' from jsonb_array_elements(g.form_fields) as f) as "formKeys"
    from catalog.skus s
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    where s.tenant_id = ${tenantId}
      and s.id = ${skuId}
      and s.removed_at is null
    for no key update of s
  `.execute(tx.db)
  const [sku] = skus
  if (!sku) throw commonErrors.notFound()
  const source = sku.kind === 'card' ? given.source : 'own'
  const productIds = given.offers.map(({ productId }) => productId)
  const { rows: products } = await sql<{
    id: number
    name: string
    kind: ProductKind
    fields: readonly FormField[] | null
  }>`
    select p.id, p.name, p.kind, p.fields
    from suppliers.products p
    where p.tenant_id = ${tenantId}
      and p.id = any (${productIds}::bigint[])
  `.execute(tx.db)
  for (const offer of given.offers) {
    const product = products.find(({ id }) => id === offer.productId)
    if (!product) throw commonErrors.notFound()
    if (!fits(product.kind, sku.kind)) throw supplierErrors.productKind({ product: product.name })
    // Codes are for whoever has them: few suppliers ask their buyers for anything.
    if (product.fields === null && product.kind === 'direct') {
      throw supplierErrors.fieldsUnknown({ product: product.name })
    }
    for (const field of product.fields ?? []) {
      const from = offer.fieldMap[field.key]
      if (field.required && (from === undefined || !sku.formKeys.includes(from))) {
        throw supplierErrors.fieldUnmapped({ product: product.name, field: field.labelZh })
      }
    }
  }
  await sql`
    delete from suppliers.offers
    where tenant_id = ${tenantId}
      and sku_id = ${skuId}
      and product_id <> all (${productIds}::bigint[])
  `.execute(tx.db)
  // What each product asks for now is what its map was made for.
  await sql`
    insert into suppliers.offers as o (tenant_id, sku_id, product_id, position, weight, enabled, field_map, template)
    select ${tenantId}, ${skuId}, x.product_id, x.position, x.weight, x.enabled, x.field_map, (
      select p.fields from suppliers.products p where p.tenant_id = ${tenantId} and p.id = x.product_id
    )
    from rows from (
      jsonb_to_recordset(${JSON.stringify(given.offers)}::jsonb)
        as ("productId" bigint, weight smallint, enabled boolean, "fieldMap" jsonb)
    ) with ordinality as x(product_id, weight, enabled, field_map, position)
    on conflict (tenant_id, sku_id, product_id) do update
    set position = excluded.position,
        weight = excluded.weight,
        enabled = excluded.enabled,
        field_map = excluded.field_map,
        template = excluded.template
  `.execute(tx.db)
  await sql`
    insert into suppliers.routes (tenant_id, sku_id, policy, source, least_margin_fen, account_check, updated_by)
    values (${tenantId}, ${skuId}, ${given.policy}, ${source}, ${given.leastMarginFen}, ${given.accountCheck ?? 'advise'}, ${actor.kind === 'staff' ? actor.name : ''})
    on conflict (tenant_id, sku_id) do update
    set policy = excluded.policy,
        source = excluded.source,
        least_margin_fen = excluded.least_margin_fen,
        account_check = excluded.account_check,
        updated_at = now(),
        updated_by = excluded.updated_by
  `.execute(tx.db)
  await sql`
    update catalog.skus
    set source = ${source},
        supply_stock = case when catalog.reserve_of(kind) = 'shelf' and ${source} = 'own' then null else supply_stock end
    where tenant_id = ${tenantId}
      and id = ${skuId}
  `.execute(tx.db)
  await sql`select suppliers.follow_shelf(${tenantId}::bigint, array[${skuId}::bigint])`.execute(tx.db)
  tx.audit({ action: 'supply.save', objectKind: 'sku', objectId: skuId, detail: { ...given } })
}
