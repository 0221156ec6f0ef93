import { commonErrors, type FormField, type GoodsDetail, type STOCK_DISPLAYS } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { type GoodsState, goodsProblems, shelfState } from '../model.ts'
import { type PictureFacts, pictureJson, pictureRef } from '../pictures/reference.ts'
import { readSkus, skuDetail } from './sku-rows.ts'
import { tagNames } from './tag-names.ts'

/**
 * One goods as its editor needs it.
 * @throws common.not_found
 */
export async function readGoods(tx: ReadTx, goodsId: number, prefix: string): Promise<GoodsDetail> {
  const { rows } = await sql<GoodsFacts>`
    select
      g.*,
      c.name as category_name,
      now() as read_at,
      ${tagNames} as tags,
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
    left join catalog.categories c
      on c.tenant_id = g.tenant_id
      and c.id = g.category_id
    where g.tenant_id = ${tx.ctx.tenantId}::bigint
      and g.id = ${goodsId}::bigint
  `.execute(tx.db)
  const [goods] = rows
  if (!goods) throw commonErrors.notFound()
  return goodsDetail(goods, (await readSkus(tx, [goodsId])).map(skuDetail), prefix)
}

type GoodsFacts = {
  readonly id: number
  readonly version: number
  readonly state: GoodsState
  readonly title: string
  readonly title_en: string
  readonly subtitle: string
  readonly subtitle_en: string
  readonly category_id: number | null
  readonly category_name: string | null
  readonly tags: string[]
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
  readonly codes_by_email: boolean | null
  readonly codes_by_sms: boolean
  readonly position: number
  readonly created_at: Date
  readonly updated_at: Date
  readonly read_at: Date
}

function goodsDetail(goods: GoodsFacts, skus: GoodsDetail['skus'], prefix: string): GoodsDetail {
  const schedule = { state: goods.state, onAt: goods.on_at, offAt: goods.off_at }
  const facts = {
    hasPicture: goods.pictures.length > 0,
    hasGuide: goods.guide !== '',
    hasCategory: goods.category_id !== null,
    offAt: goods.off_at,
    skus: skus.map(({ state, stock, priceFen, bundle }) => ({ state, available: stock.available, priceFen, bundle })),
  }
  return {
    id: goods.id,
    version: goods.version,
    state: goods.state,
    shelf: shelfState(schedule, goods.read_at),
    title: goods.title,
    titleEn: goods.title_en,
    subtitle: goods.subtitle,
    subtitleEn: goods.subtitle_en,
    categoryId: goods.category_id,
    categoryName: goods.category_name,
    tags: goods.tags,
    pictures: goods.pictures.map((picture) => pictureRef(picture, prefix)),
    description: goods.description,
    descriptionEn: goods.description_en,
    guide: goods.guide,
    guideEn: goods.guide_en,
    formFields: goods.form_fields,
    onAt: goods.on_at?.toISOString() ?? null,
    offAt: goods.off_at?.toISOString() ?? null,
    stockDisplay: goods.stock_display,
    limitPerPerson: goods.limit_per_person,
    limitDays: goods.limit_days,
    limitPerOrder: goods.limit_per_order,
    codesByEmail: goods.codes_by_email,
    codesBySms: goods.codes_by_sms,
    position: goods.position,
    skus,
    problems: goodsProblems(facts, goods.read_at),
    createdAt: goods.created_at.toISOString(),
    updatedAt: goods.updated_at.toISOString(),
  }
}
