import type { GoodsDetail, GoodsInput } from '@quanshu/contract'
import type { Tx } from '../../../platform/db/index.ts'
import { readGoods } from '../queries/goods-detail.ts'
import { createGoods } from './create-goods.ts'

const TITLE_MAX = 80
const MARK = '（副本）'

/**
 * Copies goods into a new draft with today's prices. Stock, schedule and planned prices stay with the original.
 * @returns the copy's id
 * @throws common.not_found
 */
export async function duplicateGoods(tx: Tx, goodsId: number): Promise<number> {
  return await createGoods(tx, copyOf(await readGoods(tx, goodsId, '')))
}

function copyOf(goods: GoodsDetail): GoodsInput {
  return {
    title: `${goods.title.slice(0, TITLE_MAX - MARK.length)}${MARK}`,
    titleEn: goods.titleEn,
    subtitle: goods.subtitle,
    subtitleEn: goods.subtitleEn,
    categoryId: goods.categoryId,
    tags: goods.tags,
    pictureIds: goods.pictures.map(({ id }) => id),
    description: goods.description,
    descriptionEn: goods.descriptionEn,
    guide: goods.guide,
    guideEn: goods.guideEn,
    formFields: goods.formFields,
    onAt: null,
    offAt: null,
    stockDisplay: goods.stockDisplay,
    limitPerPerson: goods.limitPerPerson,
    limitDays: goods.limitDays,
    limitPerOrder: goods.limitPerOrder,
    codesByEmail: goods.codesByEmail,
    codesBySms: goods.codesBySms,
    position: goods.position,
    skus: goods.skus.map(({ id: _, ...sku }) => sku),
  }
}
