/** What goes to the checkout, written in its address: `items=<goods>-<sku>-<pieces>,…`. */
export type BasketItem = { readonly goodsId: number; readonly skuId: number; readonly quantity: number }

/** As many lines as one order may have. */
const LINES_MAX = 20
const ITEM = /^(\d{1,15})-(\d{1,15})-(\d{1,5})$/

export const checkoutLink = (items: readonly BasketItem[]): string =>
  `/checkout?items=${items.map(({ goodsId, skuId, quantity }) => `${goodsId}-${skuId}-${quantity}`).join(',')}`

/** @returns the items that make sense, one per SKU; empty when there is none. */
export function readBasket(params: URLSearchParams): readonly BasketItem[] {
  const bySku = new Map<number, BasketItem>()
  for (const text of (params.get('items') ?? '').split(',').slice(0, LINES_MAX)) {
    const match = ITEM.exec(text)
    if (!match) continue
    const [goodsId, skuId, quantity] = [Number(match[1]), Number(match[2]), Number(match[3])]
    if (goodsId > 0 && skuId > 0 && quantity > 0) bySku.set(skuId, { goodsId, skuId, quantity })
  }
  return [...bySku.values()]
}
