import type { GoodsInput } from '@quanshu/contract'
import { assert } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { announceChange } from './announce.ts'
import { limitDaysOf, refuseUnknownReferences, replacePictures, replaceSkus, replaceTags } from './save-goods-parts.ts'

/**
 * Creates goods as a draft, with their SKUs, tags and pictures.
 * @param input parsed by `goodsInput`
 * @returns the goods' id
 * @throws catalog.category_unknown, catalog.picture_unknown
 */
export async function createGoods(tx: Tx, input: GoodsInput): Promise<number> {
  await refuseUnknownReferences(tx, input)
  const { rows } = await sql<{ id: number }>`
    insert into catalog.goods (
      tenant_id, title, title_en, subtitle, subtitle_en, category_id, description, description_en, guide, guide_en,
      form_fields, on_at, off_at, stock_display, limit_per_person, limit_days, limit_per_order,
      codes_by_email, codes_by_sms, position
    )
    values (
      ${tx.ctx.tenantId}::bigint, ${input.title}, ${input.titleEn}, ${input.subtitle}, ${input.subtitleEn},
      ${input.categoryId}::bigint, ${input.description}, ${input.descriptionEn}, ${input.guide}, ${input.guideEn},
      ${JSON.stringify(input.formFields)}::jsonb, ${input.onAt}::timestamptz, ${input.offAt}::timestamptz,
      ${input.stockDisplay}, ${input.limitPerPerson}::integer, ${limitDaysOf(input)}::integer,
      ${input.limitPerOrder}::integer,
      ${input.codesByEmail}::boolean, ${input.codesBySms}::boolean, ${input.position}::integer
    )
    returning id
  `.execute(tx.db)
  const goodsId = rows[0]?.id
  assert(goodsId !== undefined, 'an insert returns its row')
  await replaceTags(tx, goodsId, input.tags)
  await replacePictures(tx, goodsId, input.pictureIds)
  await replaceSkus(tx, goodsId, input.skus)
  const detail = { title: input.title, skus: input.skus.map(({ title, priceFen }) => ({ title, priceFen })) }
  announceChange(tx, { action: 'goods.create', objectKind: 'goods', objectId: goodsId, detail })
  return goodsId
}
