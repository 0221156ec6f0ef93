import { type PriceRule, previewRule, savePriceRules } from '../../modules/suppliers/index.ts'
import type { Ctx } from '../../platform/db/index.ts'
import type { Platform } from '../../platform/module.ts'
import { demoGoods } from './goods.ts'
import type { SeededSku } from './seed-catalog.ts'

/** Has one price for any number of pieces, as a price that follows must. */
const SOLD_AS = { goods: '流明影院 4K 家庭会员', sku: '年卡' }

/** One variant whose price follows what is sold of it. Safe to repeat: a rule that is there is left as it is. */
export async function seedDemandPrice(platform: Platform, ctx: Ctx, skus: readonly SeededSku[]): Promise<void> {
  const sku = skus.find(({ goodsTitle, skuTitle }) => goodsTitle === SOLD_AS.goods && skuTitle === SOLD_AS.sku)
  const goods = demoGoods.find(({ title }) => title === SOLD_AS.goods)
  const priceFen = goods?.skus.find(({ title }) => title === SOLD_AS.sku)?.priceFen
  if (!sku || priceFen === undefined) throw new Error('the goods whose price follows demand are not there')
  const target = { skuIds: [sku.skuId], supplierId: null }
  const rule: PriceRule = {
    markupBp: 0,
    markupFen: 0,
    baseFen: priceFen,
    floorFen: Math.round(priceFen * 0.9),
    ceilingFen: Math.round(priceFen * 1.1),
    leastMarginFen: 1_000,
    rounding: 'yuan',
    jumpBp: 2_000,
    steps: [
      { from: 30, bp: 300 },
      { from: 80, bp: 600 },
      { from: 200, bp: 1_200 },
    ],
  }
  await platform.db.write(ctx, async (tx) => {
    const preview = await previewRule(tx, target, rule)
    if (preview.some(({ hasRule }) => hasRule)) return
    const shown = preview.flatMap(({ skuId, toFen }) => (toFen === null ? [] : [{ skuId, toFen }]))
    await savePriceRules(tx, target, rule, shown)
  })
}
