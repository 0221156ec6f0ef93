/** A quantity by weights, to the piece: by largest remainder, as the server does it; of equal remainders the first gets it. */
export function shareOut(quantity: number, weights: readonly number[]): readonly number[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  if (all === 0) return weights.map(() => 0)
  const exact = weights.map((weight) => (quantity * weight) / all)
  const shares = exact.map(Math.floor)
  const left = quantity - shares.reduce((sum, share) => sum + share, 0)
  const inTurn = exact
    .map((value, index) => ({ index, rest: value - Math.floor(value) }))
    .toSorted((a, b) => b.rest - a.rest || a.index - b.index)
  for (const { index } of inTurn.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1
  return shares
}
