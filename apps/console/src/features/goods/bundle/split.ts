/** What of a bundle's price each part gets, for the editor's preview: as `catalog.split_fen` does it when an order is placed. */
export function splitFen(amountFen: number, weights: readonly number[]): readonly number[] {
  const asked = weights.some((weight) => weight > 0) ? weights : weights.map(() => 1)
  const whole = asked.reduce((sum, weight) => sum + BigInt(weight), 0n)
  if (whole === 0n) return []
  const shares = asked.map((weight, index) => {
    const exact = BigInt(amountFen) * BigInt(weight)
    return { index, fen: Number(exact / whole), rest: exact % whole }
  })
  const leftOver = amountFen - shares.reduce((sum, { fen }) => sum + fen, 0)
  const most = shares.toSorted((one, other) =>
    one.rest === other.rest ? one.index - other.index : one.rest > other.rest ? -1 : 1,
  )
  const lucky = new Set(most.slice(0, leftOver).map(({ index }) => index))
  return shares.map(({ index, fen }) => fen + (lucky.has(index) ? 1 : 0))
}
