/** What a change here also moves. */
export const REFRESH: readonly string[] = ['restock.', 'stock.', 'suppliers.']

export const nameOf = ({ goodsTitle, skuTitle }: { readonly goodsTitle: string; readonly skuTitle: string }): string =>
  [goodsTitle, skuTitle].filter(Boolean).join(' / ')
