import { commonErrors, type FormField, type MallGoods, type Settings, type STOCK_DISPLAYS } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { mallStock, maxQuantity } from '../model.ts'
import { type PictureFacts, pictureJson, pictureRef } from '../pictures/reference.ts'
import { mallBundle } from './bundle-parts.ts'
import { type Shown, tagsJson } from './mall-list.ts'
import { readSkus, type SkuFacts } from './sku-rows.ts'

type GoodsFacts = {
  readonly title: string
  readonly title_en: string
  readonly subtitle: string
  readonly subtitle_en: string
  readonly category: MallGoods['category']
  readonly tags: MallGoods['tags']
  readonly pictures: readonly PictureFacts[]
  readonly description: string
  readonly description_en: string
  readonly guide: string
  readonly guide_en: string
  readonly form_fields: FormField[]
  readonly on_at: Date | null
  readonly off_at: Date | null
  readonly stock_display: (typeof STOCK_DISPLAYS)[number]
  readonly limit_per_person: number | null
  readonly limit_days: number | null
  readonly limit_per_order: number
  readonly reason: MallGoods['reason']
}

/**
 * The goods page. Goods that are not on sale (any more, or yet) are shown with the reason, because old links live long;
 * drafts were never shown to anybody.
 * @throws common.not_found
 */
export async function readMallGoods(
  tx: ReadTx,
  goodsId: number,
  { prefix, words, channel }: Shown,
): Promise<MallGoods> {
  const { rows } = await sql<GoodsFacts>`
    select
      g.*,
      catalog.shelf_reason(g.state, g.on_at, g.off_at, now()) as reason,
      ${tagsJson} as tags,
      (
        select jsonb_build_object('id', c.id, 'name', c.name, 'nameEn', c.name_en)
        from catalog.categories c
        where c.tenant_id = g.tenant_id
          and c.id = g.category_id
      ) as category,
      coalesce((
        select jsonb_agg(${pictureJson} order by gp.position)
        from catalog.goods_pictures gp
        join catalog.pictures p
          on p.tenant_id = gp.tenant_id
          and p.id = gp.picture_id
        where gp.tenant_id = g.tenant_id
          and gp.goods_id = g.id
      ), '[]') as pictures
    from catalog.goods g
    where g.tenant_id = ${tx.ctx.tenantId}::bigint
      and g.id = ${goodsId}::bigint
      and g.state <> 'draft'
  `.execute(tx.db)
  const [goods] = rows
  if (!goods) throw commonErrors.notFound()
  const onSale = (await readSkus(tx, [goodsId])).filter((sku) => sku.state === 'on')
  const skus = channel === undefined ? onSale : await asOfChannel(tx, onSale, channel)
  const reason = goods.reason ?? (skus.length === 0 ? 'off_shelf' : null)
  return {
    id: goodsId,
    title: goods.title,
    titleEn: goods.title_en,
    subtitle: goods.subtitle,
    subtitleEn: goods.subtitle_en,
    category: goods.category,
    tags: goods.tags,
    pictures: goods.pictures.map((picture) => pictureRef(picture, prefix)),
    description: goods.description,
    descriptionEn: goods.description_en,
    guide: goods.guide,
    guideEn: goods.guide_en,
    formFields: goods.form_fields,
    limitPerPerson: goods.limit_per_person,
    limitDays: goods.limit_days,
    limitPerOrder: goods.limit_per_order,
    offAt: goods.off_at?.toISOString() ?? null,
    onAt: goods.on_at?.toISOString() ?? null,
    sellable: reason === null,
    reason,
    skus: skus.map((sku) => mallSku(sku, goods, words)),
  }
}

/** The same SKUs with the stock that buyers of the channel have. */
async function asOfChannel(tx: ReadTx, skus: readonly SkuFacts[], channel: string): Promise<readonly SkuFacts[]> {
  const { rows } = await sql<{ sku_id: number; available: number | null }>`
    select c.sku_id, c.available
    from stock.channel_stock(${tx.ctx.tenantId}::bigint, ${channel}::text, ${skus.map((sku) => sku.sku_id)}::bigint[]) c`.execute(
    tx.db,
  )
  const own = new Map(rows.map((row) => [row.sku_id, row.available]))
  return skus.map((sku) => ({ ...sku, available: own.get(sku.sku_id) ?? sku.available }))
}

function mallSku(sku: SkuFacts, goods: GoodsFacts, words: Settings['stock.words']): MallGoods['skus'][number] {
  const stock = mallStock(goods.stock_display, sku, words)
  return {
    id: sku.sku_id,
    kind: sku.kind,
    title: sku.title,
    titleEn: sku.title_en,
    specs: sku.specs,
    priceFen: sku.price_fen,
    pricePoints: sku.price_points,
    marketPriceFen: sku.market_price_fen,
    tiers: sku.tiers,
    stock,
    maxQty: maxQuantity(goods.limit_per_order, stock),
    pick: sku.pick,
    pickFeeFen: sku.pick_fee_fen,
    openedBy: sku.opened_by,
    laterDays: sku.later_days,
    laterRefund: sku.later_refund,
    bundle: sku.bundle && mallBundle(sku.bundle),
  }
}
