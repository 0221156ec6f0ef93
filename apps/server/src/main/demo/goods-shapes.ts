import type { goodsInput } from '@quanshu/contract'
import type { z } from 'zod'
import type { Art } from './card-art.ts'

/** How the demo's own codes of one SKU look; `#` a digit, `@` a capital letter or digit, the rest as it is. */
export type CodeStyle = { readonly pattern: string; readonly count: number; readonly costFen: number }

type Sku = z.input<typeof goodsInput>['skus'][number] & { readonly codes: CodeStyle }

/** Goods of the demo shop: invented brands, as `createGoods` takes them, with what the seed adds. */
export type DemoGoods = Omit<z.input<typeof goodsInput>, 'skus' | 'categoryId' | 'pictureIds'> & {
  /** Name of one of `demoCategories`. */
  readonly category: string
  readonly art: Art
  readonly skus: readonly Sku[]
}

export const yuan = (amount: number): number => Math.round(amount * 100)

/** A month, a quarter, a year of a membership. */
export function terms(
  prices: readonly [number, number, number],
  market: readonly [number, number, number],
  prefix: string,
): Sku[] {
  const names = [
    ['月卡', 'Monthly', '1 个月'],
    ['季卡', 'Quarterly', '3 个月'],
    ['年卡', 'Yearly', '12 个月'],
  ] as const
  const counts = [320, 120, 46]
  return names.map(([title, titleEn, term], index) => ({
    title,
    titleEn,
    specs: { 时长: term },
    priceFen: yuan(prices[index] ?? 0),
    marketPriceFen: yuan(market[index] ?? 0),
    costHintFen: yuan((prices[index] ?? 0) * 0.82),
    tiers:
      index === 2
        ? []
        : [10, 50].map((minQty, tier) => ({
            minQty,
            unitPriceFen: Math.floor(yuan(prices[index] ?? 0) * (0.97 - tier * 0.03)),
          })),
    lowStockAt: 20,
    codes: {
      pattern: `${prefix}${'MQY'[index]}@@@@@@@@@@@@`,
      count: counts[index] ?? 0,
      costFen: yuan((prices[index] ?? 0) * 0.82),
    },
  }))
}

type Variant = readonly [title: string, titleEn: string, price: number, market: number | null, count: number]

/** Variants that are not terms. */
export function variants(pattern: string, rows: readonly Variant[], extra: Partial<Sku> = {}): Sku[] {
  return rows.map(([title, titleEn, price, market, count]) => ({
    title,
    titleEn,
    priceFen: yuan(price),
    marketPriceFen: market === null ? null : yuan(market),
    costHintFen: yuan(price * 0.86),
    lowStockAt: 15,
    codes: { pattern, count, costFen: yuan(price * 0.86) },
    ...extra,
  }))
}

export const guide = (place: string, path: string, notes: readonly string[]): string =>
  `## 怎么用

1. 打开 **${place}**，登录您自己的账号。
2. 进入 **${path}**。
3. 粘贴卡密，点「兑换」，权益立即到账。

## 请留意

${notes.map((note) => `- ${note}`).join('\n')}
- 卡密一经显示即视为交付，请勿截图发给他人。
- 兑换遇到问题，请保留订单号联系客服，我们当天处理。`

export const guideEn = (place: string, path: string, notes: readonly string[]): string =>
  `## How to use it

1. Open **${place}** and sign in with your own account.
2. Go to **${path}**.
3. Paste the code and tap **Redeem**; it takes effect at once.

## Please note

${notes.map((note) => `- ${note}`).join('\n')}
- A code counts as delivered once it is shown; do not share screenshots of it.
- Trouble redeeming? Contact us with the order number; we answer the same day.`

export const description = (lead: string, points: readonly string[]): string =>
  `${lead}\n\n${points.map((point) => `- ${point}`).join('\n')}`
