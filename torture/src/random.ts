import { createHash } from 'node:crypto'

/** A stream of choices that a name decides: the same name gives the same choices on every machine. */
export type Random = {
  /** At least 0, below 1. */
  readonly share: () => number
  /** Whole, both ends included. */
  readonly int: (from: number, to: number) => number
  readonly chance: (share: number) => boolean
  readonly pick: <const T>(items: readonly T[]) => T
  /** One of the items, the more often the heavier. */
  readonly weighted: <T>(items: readonly (readonly [weight: number, item: T])[]) => T
  readonly shuffled: <T>(items: readonly T[]) => readonly T[]
}

/** sfc32, seeded by a hash of the name: fast, and long enough for any run. */
export function randomOf(name: string): Random {
  const seed = createHash('sha256').update(name).digest()
  let [a, b, c, d] = [seed.readUInt32LE(0), seed.readUInt32LE(4), seed.readUInt32LE(8), seed.readUInt32LE(12)]
  const share = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 2 ** 32
  }
  const int = (from: number, to: number): number => from + Math.floor(share() * (to - from + 1))
  return {
    share,
    int,
    chance: (limit) => share() < limit,
    pick: (items) => drawn(items[int(0, items.length - 1)]),
    weighted: (items) => {
      const at = share() * items.reduce((sum, [weight]) => sum + weight, 0)
      let passed = 0
      for (const [weight, item] of items) {
        passed += weight
        if (at < passed) return item
      }
      return drawn(items.at(-1)?.[1])
    },
    shuffled: (items) =>
      items
        .map((item) => ({ item, at: share() }))
        .toSorted((x, y) => x.at - y.at)
        .map(({ item }) => item),
  }
}

function drawn<T>(item: T | undefined): T {
  if (item === undefined) throw new RangeError('nothing to choose from')
  return item
}
