import type { FormField, OpenedBy, PriceTier, SkuKind } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { memoryOf } from '../memory.ts'
import { coverJson, type PictureFacts } from '../pictures/reference.ts'

/** A SKU as it is sold now: a row of `catalog.offers`. */
export type Offer = {
  readonly skuId: number
  readonly goodsId: number
  readonly kind: SkuKind
  readonly title: string
  readonly goodsTitle: string
  readonly priceFen: number
  readonly pricePoints: number
  readonly tiers: readonly PriceTier[]
  readonly limitPerPerson: number | null
  readonly limitPerOrder: number
  readonly sellable: boolean
  readonly reason: 'off_shelf' | 'not_yet' | 'ended' | 'archived' | 'part_off' | null
  readonly formFields: readonly FormField[]
  /** Its codes, or those of a part, are only for the signed-in member who buys them. */
  readonly isForMembers: boolean
  /** Of a bundle: the parts that have pieces of ours. */
  readonly parts: readonly { readonly skuId: number; readonly quantity: number; readonly goodsTitle: string }[]
}

/**
 * Offers by SKU id, up to a second old; unknown ids are missing. For showing and for checking forms: what is charged
 * comes from `catalog.offers` inside the transaction that places the order.
 */
export async function offersOf(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  skuIds: readonly number[],
): Promise<ReadonlyMap<number, Offer>> {
  const rows = await memoryOf(platform).get(tenantId, `offers ${skuIds.join()}`, () =>
    platform.db.read(readerOf(tenantId), async (tx) => {
      const { rows } = await sql<Offer>`
        select
          sku_id as "skuId",
          goods_id as "goodsId",
          kind,
          title,
          goods_title as "goodsTitle",
          price_fen as "priceFen",
          price_points as "pricePoints",
          tiers,
          limit_per_person as "limitPerPerson",
          limit_per_order as "limitPerOrder",
          sellable,
          reason,
          form_fields as "formFields",
          exists (
            select from catalog.skus k
            where k.tenant_id = ${tenantId}::bigint
              and k.opened_by = 'member'
              and (k.id = o.sku_id or k.id in (
                select p.part_sku_id from catalog.bundle_parts p where p.tenant_id = ${tenantId}::bigint and p.sku_id = o.sku_id
              ))
          ) as "isForMembers",
          case when catalog.reserve_of(kind) = 'parts' then coalesce((
            select jsonb_agg(jsonb_build_object('skuId', s.id, 'quantity', p.quantity, 'goodsTitle', g.title) order by p.position)
            from catalog.bundle_parts p
            join catalog.skus s
              on s.tenant_id = p.tenant_id
              and s.id = p.part_sku_id
              and catalog.reserve_of(s.kind) = 'shelf'
            join catalog.goods g
              on g.tenant_id = p.tenant_id
              and g.id = s.goods_id
            where p.tenant_id = ${tenantId}::bigint
              and p.sku_id = o.sku_id
          ), '[]') else '[]' end as parts
        from catalog.offers(${tenantId}::bigint, ${skuIds}::bigint[], now()) o
      `.execute(tx.db)
      return rows
    }),
  )
  return new Map(rows.map((offer) => [offer.skuId, offer]))
}

/** What an order page shows of goods that were bought, also when they are off the shelf by now. */
export type GoodsFace = {
  readonly goodsId: number
  readonly title: string
  readonly titleEn: string
  readonly guide: string
  readonly guideEn: string
  readonly formFields: readonly FormField[]
  /** By SKU, where not everybody who has the order may open its codes. */
  readonly openedBy: Readonly<Record<number, OpenedBy>>
  /** For `pictureRef`. */
  readonly cover: PictureFacts | null
}

/** Faces by goods id, up to a second old; unknown ids are missing. */
export async function goodsFaces(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  goodsIds: readonly number[],
): Promise<ReadonlyMap<number, GoodsFace>> {
  const ids = [...new Set(goodsIds)].sort((a, b) => a - b)
  if (ids.length === 0) return new Map()
  return memoryOf(platform).get(tenantId, `faces ${ids.join()}`, () =>
    platform.db.read(readerOf(tenantId), async (tx) => {
      const { rows } = await sql<GoodsFace>`
        select
          g.id as "goodsId",
          g.title,
          g.title_en as "titleEn",
          g.guide,
          g.guide_en as "guideEn",
          g.form_fields as "formFields",
          coalesce((
            select jsonb_object_agg(k.id, k.opened_by)
            from catalog.skus k
            where k.tenant_id = g.tenant_id
              and k.goods_id = g.id
              and k.opened_by <> 'order'
          ), '{}') as "openedBy",
          ${coverJson} as cover
        from catalog.goods g
        where g.tenant_id = ${tenantId}::bigint
          and g.id = any (${ids}::bigint[])
      `.execute(tx.db)
      return new Map(rows.map((face) => [face.goodsId, face]))
    }),
  )
}

const readerOf = (tenantId: TenantId): Ctx => ({
  tenantId,
  actor: { kind: 'system', name: 'catalog' },
  requestId: 'catalog',
  locale: 'zh-CN',
})
