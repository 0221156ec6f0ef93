import {
  type BundleDetail,
  type GOODS_STATES,
  type GoodsProblem,
  type MallStock,
  type Settings,
  type SHELF_STATES,
  type STOCK_DISPLAYS,
  stockWord,
} from '@quanshu/contract'
import { defineStates } from '@quanshu/kernel'

export type GoodsState = (typeof GOODS_STATES)[number]
export type ShelfState = (typeof SHELF_STATES)[number]

/** Archived goods come back as `off`, never straight onto the shelf. */
export const goodsStates = defineStates<GoodsState>('goods', 'draft', {
  draft: ['on', 'archived'],
  on: ['off'],
  off: ['on', 'archived'],
  archived: ['off'],
})

type Schedule = { readonly state: GoodsState; readonly onAt: Date | null; readonly offAt: Date | null }

/** What the state and the schedule mean together at `now`; the SQL twin is `catalog.shelf_reason`. */
export function shelfState({ state, onAt, offAt }: Schedule, now: Date): ShelfState {
  if (state !== 'on') return state
  if (onAt && onAt > now) return 'scheduled'
  return offAt && offAt <= now ? 'ended' : 'selling'
}

type ShelfFacts = {
  readonly hasPicture: boolean
  readonly hasGuide: boolean
  readonly hasCategory: boolean
  readonly offAt: Date | null
  readonly skus: readonly SkuOnShelf[]
}
export type SkuOnShelf = {
  readonly state: 'on' | 'off'
  readonly available: number
  readonly priceFen: number
  readonly bundle: BundleDetail | null
}

const PROBLEMS = {
  no_sku_on: { level: 'blocks', zh: '没有在售的规格', en: 'No variant is for sale' },
  ended: { level: 'blocks', zh: '下架时间已过', en: 'Its sale has ended by schedule' },
  bundle_part_off: {
    level: 'blocks',
    zh: '组合包里有内容已下架，组合包暂不能购买',
    en: 'A part of a bundle is off the shelf, so the bundle cannot be bought',
  },
  bundle_below_cost: {
    level: 'advice',
    zh: '组合包的售价低于各项内容的成本合计，会亏本',
    en: 'A bundle costs less than its parts cost you; it sells at a loss',
  },
  no_stock: {
    level: 'advice',
    zh: '在售规格都没有库存，会显示为已售罄',
    en: 'No variant has stock; it will show as sold out',
  },
  no_picture: { level: 'advice', zh: '还没有图片', en: 'It has no picture yet' },
  no_guide: {
    level: 'advice',
    zh: '还没有使用说明，买家拿到卡密后可能不会用',
    en: 'It has no guide; buyers may not know what to do with a code',
  },
  no_category: {
    level: 'advice',
    zh: '还没有分类，只能通过搜索找到',
    en: 'It has no category and is found by search only',
  },
} as const satisfies Record<GoodsProblem['code'], Omit<GoodsProblem, 'code'>>

/** What stands in the way of a sale, the blocking things first. */
export function goodsProblems(goods: ShelfFacts, now: Date): GoodsProblem[] {
  const onSale = goods.skus.filter((sku) => sku.state === 'on')
  const found: Record<GoodsProblem['code'], boolean> = {
    no_sku_on: onSale.length === 0,
    ended: goods.offAt !== null && goods.offAt <= now,
    bundle_part_off: onSale.some(({ bundle }) => bundle?.parts.some(({ reason }) => reason !== null)),
    bundle_below_cost: onSale.some(({ bundle, priceFen }) => bundle !== null && priceFen < knownCost(bundle)),
    no_stock: onSale.length > 0 && onSale.every((sku) => sku.available <= 0),
    no_picture: !goods.hasPicture,
    no_guide: !goods.hasGuide,
    no_category: !goods.hasCategory,
  }
  return (Object.keys(PROBLEMS) as GoodsProblem['code'][])
    .filter((code) => found[code])
    .map((code) => ({ code, ...PROBLEMS[code] }))
}

/** What the parts of a bundle usually cost together, as far as anybody knows. */
const knownCost = ({ parts }: BundleDetail): number =>
  parts.reduce((sum, { costFen, quantity }) => sum + (costFen ?? 0) * quantity, 0)

/**
 * What a shopper is told about `available` pieces. Whether something can be bought is always told; how much of it there
 * is, only as the shop wishes.
 */
export function mallStock(
  display: (typeof STOCK_DISPLAYS)[number],
  { available, unlimited }: { readonly available: number; readonly unlimited: boolean },
  words: Settings['stock.words'],
): MallStock {
  if (unlimited) return { display, state: 'unlimited', level: null, count: null }
  const word = stockWord(available, words)
  return {
    display,
    state: word === 'none' ? 'sold_out' : 'available',
    level: display === 'words' && word !== 'none' ? word : null,
    count: display === 'exact' ? Math.max(0, available) : null,
  }
}

/** How many pieces one order may take. The stock shows through only where it is shown exactly. */
export function maxQuantity(limitPerOrder: number, stock: MallStock): number {
  if (stock.state === 'sold_out') return 0
  return stock.count === null ? limitPerOrder : Math.min(limitPerOrder, stock.count)
}
