/** One contradiction between what somebody was told and what is. */
export type Violation = {
  /** The guarantee that was broken, e.g. `no code is shown to two`. */
  readonly rule: string
  /** Which order, code, batch or member of which shop. */
  readonly about: string
  readonly told: string
}

export function groupedBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const known = groups.get(key)
    if (known) known.push(item)
    else groups.set(key, [item])
  }
  return groups
}

export const sumOf = <T>(items: Iterable<T>, amountOf: (item: T) => number): number => {
  let sum = 0
  for (const item of items) sum += amountOf(item)
  return sum
}
