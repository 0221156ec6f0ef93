import { catalogErrors, commonErrors, type GoodsDetail, type GoodsInput } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { readGoods } from '../queries/goods-detail.ts'
import { announceChange } from './announce.ts'
import { limitDaysOf, refuseUnknownReferences, replacePictures, replaceSkus, replaceTags } from './save-goods-parts.ts'

/**
 * Replaces goods and their SKUs by `input`.
 * @param version as it was read; another one means that somebody saved meanwhile
 * @throws common.not_found, common.conflict, catalog.already_archived, catalog.category_unknown,
 *   catalog.picture_unknown, catalog.sku_not_of_goods, catalog.sku_has_stock
 */
export async function updateGoods(tx: Tx, goodsId: number, version: number, input: GoodsInput): Promise<void> {
  // The row's lock first: of two savers the second waits here and then sees the new version.
  const { rows } = await sql<{ version: number }>`
    select version
    from catalog.goods
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${goodsId}::bigint
    for no key update
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  if (rows[0].version !== version) throw commonErrors.conflict()
  const before = await readGoods(tx, goodsId, '')
  if (before.state === 'archived') throw catalogErrors.alreadyArchived({ title: before.title })
  await refuseUnknownReferences(tx, input)

  await sql`
    update catalog.goods
    set title = ${input.title},
        title_en = ${input.titleEn},
        subtitle = ${input.subtitle},
        subtitle_en = ${input.subtitleEn},
        category_id = ${input.categoryId}::bigint,
        description = ${input.description},
        description_en = ${input.descriptionEn},
        guide = ${input.guide},
        guide_en = ${input.guideEn},
        form_fields = ${JSON.stringify(input.formFields)}::jsonb,
        on_at = ${input.onAt}::timestamptz,
        off_at = ${input.offAt}::timestamptz,
        stock_display = ${input.stockDisplay},
        limit_per_person = ${input.limitPerPerson}::integer,
        limit_days = ${limitDaysOf(input)}::integer,
        limit_per_order = ${input.limitPerOrder}::integer,
        codes_by_email = ${input.codesByEmail}::boolean,
        codes_by_sms = ${input.codesBySms}::boolean,
        position = ${input.position}::integer,
        version = version + 1,
        updated_at = now()
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${goodsId}::bigint
  `.execute(tx.db)
  await replaceTags(tx, goodsId, input.tags)
  await replacePictures(tx, goodsId, input.pictureIds)
  const prices = await replaceSkus(tx, goodsId, input.skus)
  announceChange(tx, {
    action: 'goods.update',
    objectKind: 'goods',
    objectId: goodsId,
    detail: { title: input.title, changed: changedFields(before, input), prices },
  })
}

/** Names only: texts can be long, and what they were is not worth keeping. Prices are recorded in full. */
function changedFields(before: GoodsDetail, input: GoodsInput): readonly string[] {
  const was: Record<keyof GoodsInput, unknown> = { ...before, pictureIds: before.pictures.map(({ id }) => id) }
  return (Object.keys(was) as (keyof GoodsInput)[]).filter(
    (field) => field in input && comparable(field, input[field]) !== comparable(field, was[field]),
  )
}

function comparable(field: keyof GoodsInput, value: unknown): string {
  if ((field === 'onAt' || field === 'offAt') && typeof value === 'string') return String(Date.parse(value))
  if (field === 'tags') return JSON.stringify([...(value as readonly string[])].sort())
  if (field !== 'skus') return JSON.stringify(value)
  const skus = value as GoodsInput['skus']
  return JSON.stringify(
    skus.map((sku) => [sku.id, sku.title, sku.titleEn, sku.priceFen, sku.state, sku.lowStockAt, sku.holdMode]),
  )
}
