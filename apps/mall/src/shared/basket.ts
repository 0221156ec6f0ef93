/** What goes to the checkout, written in its address: `items=<goods>-<sku>-<pieces>[-<card>],…`. */
export type BasketItem = {
  readonly goodsId: number
  readonly skuId: number
  readonly quantity: number
  /** The card whose number was chosen. */
  readonly cardId?: number
}

/** As many lines as one order may have. */
const LINES_MAX = 20
const ITEM = /^(\d{1,15})-(\d{1,15})-(\d{1,5})(?:-(\d{1,15}))?$/

export const checkoutLink = (items: readonly BasketItem[]): string =>
  `/checkout?items=${items
    .map(({ goodsId, skuId, quantity, cardId }) => [goodsId, skuId, quantity, ...(cardId ? [cardId] : [])].join('-'))
    .join(',')}`

/** @returns the items that make sense, one per SKU; empty when there is none. */
export function readBasket(params: URLSearchParams): readonly BasketItem[] {
  const bySku = new Map<number, BasketItem>()
  for (const text of (params.get('items') ?? '').split(',').slice(0, LINES_MAX)) {
    const match = ITEM.exec(text)
    if (!match) continue
    const [goodsId, skuId, quantity, cardId] = [match[1], match[2], match[3], match[4] ?? 0].map(Number) as [
      number,
      number,
      number,
      number,
    ]
    if (goodsId > 0 && skuId > 0 && quantity > 0) {
      bySku.set(skuId, { goodsId, skuId, quantity, ...(cardId > 0 ? { cardId } : {}) })
    }
  }
  return [...bySku.values()]
}

/** Where a number of a SKU's cards is chosen. */
export const numbersLink = (goodsId: number, skuId: number): string => `/goods/${goodsId}/numbers?sku=${skuId}`
