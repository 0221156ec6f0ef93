import { describe, test } from 'vitest'
import { supplierAdapters } from '../../src/modules/suppliers/index.ts'
import type { End, Matrix } from './matrix.ts'
import type { ProfiledSupplier, TopUpSupplier } from './real-suppliers.ts'
import type { House } from './shop.ts'
import { FORM, openMatrixShop, type TopUpTrouble, TROUBLES } from './top-up-troubles.ts'

type Pair = readonly [first: TopUpSupplier | ProfiledSupplier, second: TopUpSupplier]
export const TOP_UP_PAIRS = [
  ['fulu', 'kasushou'],
  ['kasushou', 'kayixin'],
  ['kayixin', 'fulu'],
] as const satisfies readonly Pair[]
export const PROFILE_PAIRS: readonly Pair[] = [
  ['kakayun', 'fulu'],
  ['dayuanren', 'kasushou'],
  ['chengquan', 'kayixin'],
  ['fengzhushou', 'fulu'],
  ['lansexiongdi', 'kasushou'],
  ['zhichong', 'kayixin'],
]

/** Whose answers say neither what an order may cost nor what it did cost: a price that rose is seen on the bill alone. */
const TELLS_NO_MONEY: readonly Pair[0][] = ['lansexiongdi']

/** Whatever a supplier of top-ups does, crossed with whatever the next one does. Each speaks its own wire, signed by code of its own. */
export function topUpsMatrix(house: House, { place, play, crossed }: Matrix, pairs: readonly Pair[]): void {
  describe.concurrent.each(pairs)('%s, then %s', (firstKind, secondKind) => {
    test('bought at most once, told as it is, and in the books', async () => {
      const { shop, usual, dear, a, b } = await openMatrixShop(house, firstKind, secondKind)
      const cells = await Promise.all(
        troublesOf(firstKind).flatMap((trouble) =>
          crossed(trouble).map(async (second) => {
            const cell = await place(shop, trouble.isDear ? dear : usual, trouble, second.name, FORM)
            trouble.make({ supplier: a, no: `${cell.no}0101` })
            second.make({ supplier: b, no: `${cell.no}0102` })
            return cell
          }),
        ),
      )
      await play(shop, [a, b], cells)
    }, 400_000)
  })
}

const troublesOf = (kind: Pair[0]): readonly TopUpTrouble[] =>
  TROUBLES.filter(({ only }) => !only || only.includes(kind))
    .filter(({ isDear }) => !(isDear && TELLS_NO_MONEY.includes(kind)))
    .map((trouble) => ({ ...trouble, end: endAt(kind, trouble) }))

/** The same trouble ends otherwise where "not found" proves nothing, and where no ceiling goes with an order. */
function endAt(kind: Pair[0], { end, isDear }: TopUpTrouble): End {
  const adapter = supplierAdapters.get(kind)
  if (isDear && !adapter?.capabilities.priceGuard) return 'done'
  return end === 'never' && adapter?.notFoundIsFinalAfter === null ? 'lost' : end
}
