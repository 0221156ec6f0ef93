type Priced = {
  readonly priceFen: number
  /** From `minQty` pieces on, each costs `unitPriceFen`; in any order. */
  readonly tiers: readonly { readonly minQty: number; readonly unitPriceFen: number }[]
}

/** @returns what one piece costs, in fen, when `quantity` pieces are bought together. */
export function unitPriceFor(sku: Priced, quantity: number): number {
  let best = { minQty: 1, unitPriceFen: sku.priceFen }
  for (const tier of sku.tiers) {
    if (tier.minQty <= quantity && tier.minQty > best.minQty) best = tier
  }
  return best.unitPriceFen
}

export type TierStep = {
  readonly from: number
  /** Absent: no end. */
  readonly to?: number
  readonly unitPriceFen: number
}

/** The price table a shopper reads: 1-9 pieces, 10-49 pieces, 50 and more. Empty when there is one price only. */
export function tierSteps(sku: Priced): readonly TierStep[] {
  if (sku.tiers.length === 0) return []
  const starts = [{ minQty: 1, unitPriceFen: sku.priceFen }, ...[...sku.tiers].sort((a, b) => a.minQty - b.minQty)]
  return starts.map(({ minQty, unitPriceFen }, index) => {
    const next = starts[index + 1]
    return next ? { from: minQty, to: next.minQty - 1, unitPriceFen } : { from: minQty, unitPriceFen }
  })
}

/** The next cheaper step that `quantity` does not reach yet, or undefined. */
export function nextTier(
  sku: Priced,
  quantity: number,
): { readonly missing: number; readonly unitPriceFen: number } | undefined {
  const next = [...sku.tiers].sort((a, b) => a.minQty - b.minQty).find((tier) => tier.minQty > quantity)
  return next && { missing: next.minQty - quantity, unitPriceFen: next.unitPriceFen }
}

/** `1990` → `19.90`. */
export function yuan(fen: number): string {
  const sign = fen < 0 ? '-' : ''
  const abs = Math.abs(fen)
  return `${sign}${Math.trunc(abs / 100)}.${String(abs % 100).padStart(2, '0')}`
}
