import type { FormField, Goods, Quote, Sku } from '../../shared/api/types.ts'
import type { BasketItem } from '../../shared/basket.ts'

/** What is being bought: the item of the address with its goods and SKU. */
export type Line = {
  readonly goods: Goods
  readonly sku: Sku
  readonly quantity: number
  /** The card whose number the buyer chose. */
  readonly cardId?: number
  /** Bought without an account, to be activated after the payment. */
  readonly later: boolean
}

/** What a line asks for, as a quote and an order are told. */
export const askOf = ({ sku, quantity, cardId }: Line) => ({
  skuId: sku.id,
  quantity,
  ...(cardId === undefined ? {} : { cardId }),
})

/** Items whose goods are known, in the order of the address. */
export const linesOf = (items: readonly BasketItem[], goods: readonly Goods[]): readonly Line[] =>
  items.flatMap(({ goodsId, skuId, quantity, cardId }) => {
    const found = goods.find(({ id }) => id === goodsId)
    const sku = found?.skus.find(({ id }) => id === skuId)
    return found && sku
      ? [{ goods: found, sku, quantity, later: false, ...(cardId === undefined ? {} : { cardId }) }]
      : []
  })

export type QuoteLine = Quote['lines'][number]
export const quotedLine = (quote: Quote, skuId: number): QuoteLine | undefined =>
  quote.lines.find((line) => line.skuId === skuId)

/** A field of the form belongs to one line: two lines may both ask for an account. */
export const fieldId = (line: Line, field: Pick<FormField, 'key'>): string => `${line.sku.id}.${field.key}`

/** What the buyer is asked for this line; a bundle asks for what its parts ask for, and what is activated later asks then. */
export const fieldsOf = ({ goods, sku, later }: Line): readonly FormField[] =>
  later ? [] : (sku.bundle?.formFields ?? goods.formFields)

export type PriceStep = { readonly line: Line; readonly from: QuoteLine; readonly to: QuoteLine }

/** Lines that cost something else now than what the buyer was shown. */
export function priceSteps(lines: readonly Line[], shown: Quote, now: Quote): readonly PriceStep[] {
  return lines.flatMap((line) => {
    const from = quotedLine(shown, line.sku.id)
    const to = quotedLine(now, line.sku.id)
    if (!from || !to) return []
    return from.unitPriceFen === to.unitPriceFen && from.unitPoints === to.unitPoints ? [] : [{ line, from, to }]
  })
}
