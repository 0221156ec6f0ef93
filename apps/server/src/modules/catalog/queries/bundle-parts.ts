import type { BundleDetail, BundlePolicy, FormField, LineKind, MallBundle } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

type PartFacts = {
  readonly bundleSkuId: number
  readonly policy: BundlePolicy
  readonly formFields: FormField[]
  readonly skuId: number | null
  readonly points: number | null
  readonly quantity: number
  readonly shareFen: number | null
  readonly kind: LineKind
  readonly goodsId: number | null
  readonly goodsTitle: string
  readonly goodsTitleEn: string
  readonly title: string
  readonly titleEn: string
  readonly priceFen: number | null
  readonly costFen: number | null
  readonly available: number | null
  readonly reason: BundleDetail['parts'][number]['reason']
}

/** A bundle as its editor and its page need it. */
export type BundleFacts = { readonly detail: BundleDetail; readonly formFields: FormField[] }

/** What some SKUs of kind `bundle` are made of, by SKU, with each part's price, cost, stock and place on the shelf now. */
export async function readBundles(tx: ReadTx, skuIds: readonly number[]): Promise<ReadonlyMap<number, BundleFacts>> {
  if (skuIds.length === 0) return new Map()
  const { tenantId } = tx.ctx
  const { rows } = await sql<PartFacts>`
    select
      b.id as "bundleSkuId",
      b.bundle_policy as policy,
      catalog.bundle_form(${tenantId}::bigint, b.id, own.form_fields) as "formFields",
      p.part_sku_id as "skuId",
      p.points,
      p.quantity,
      p.share_fen as "shareFen",
      coalesce(s.kind, 'points') as kind,
      g.id as "goodsId",
      coalesce(g.title, '') as "goodsTitle",
      coalesce(g.title_en, '') as "goodsTitleEn",
      coalesce(s.title, '') as title,
      coalesce(s.title_en, '') as "titleEn",
      o.price_fen as "priceFen",
      catalog.usual_cost(${tenantId}::bigint, s.id) as "costFen",
      k.available,
      coalesce(
        catalog.shelf_reason(g.state, g.on_at, g.off_at, now()),
        case when s.state <> 'on' or s.removed_at is not null then 'off_shelf' end
      ) as reason
    from catalog.skus b
    join catalog.goods own
      on own.tenant_id = ${tenantId}::bigint
      and own.id = b.goods_id
    join catalog.bundle_parts p
      on p.tenant_id = ${tenantId}::bigint
      and p.sku_id = b.id
    left join catalog.skus s
      on s.tenant_id = ${tenantId}::bigint
      and s.id = p.part_sku_id
    left join catalog.goods g
      on g.tenant_id = ${tenantId}::bigint
      and g.id = s.goods_id
    left join lateral catalog.offers(${tenantId}::bigint, array[s.id], now()) o on true
    left join lateral (
      select case when catalog.reserve_of(s.kind) = 'shelf' then coalesce((
        select a.balance - a.held_out
        from ledger.accounts a
        where a.tenant_id = ${tenantId}::bigint
          and a.kind = 'stock.available'
          and a.ref = s.id::text
          and a.unit = 'piece'
      ), 0) else s.supply_stock end as available
    ) k on true
    where b.tenant_id = ${tenantId}::bigint
      and b.id = any (${skuIds}::bigint[])
    order by b.id, p.position
  `.execute(tx.db)
  return new Map(
    [...Map.groupBy(rows, (row) => row.bundleSkuId)].map(([skuId, parts]) => [
      skuId,
      {
        formFields: parts[0]?.formFields ?? [],
        detail: {
          policy: parts[0]?.policy ?? 'rest',
          parts: parts.map(({ bundleSkuId: _, policy: __, formFields: ___, ...part }) => part),
        },
      },
    ]),
  )
}

/** The same for shoppers: neither what a part costs nor how many there are of it. */
export const mallBundle = ({ detail, formFields }: BundleFacts): MallBundle => ({
  policy: detail.policy,
  parts: detail.parts.map((part) => ({
    kind: part.kind,
    goodsId: part.goodsId,
    goodsTitle: part.goodsTitle,
    goodsTitleEn: part.goodsTitleEn,
    title: part.title,
    titleEn: part.titleEn,
    quantity: part.quantity,
    points: part.points,
    priceFen: part.priceFen,
    isOff: part.reason !== null,
  })),
  formFields: [...formFields],
})
