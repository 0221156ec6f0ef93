import { describe, test } from 'vitest'
import { supplierAdapters } from '../../src/modules/suppliers/index.ts'
import type { End, Matrix } from './matrix.ts'
import type { ProfiledSupplier, TopUpSupplier } from './real-suppliers.ts'
import type { House } from './shop.ts'
import { FORM, openMatrixShop, type TopUpTrouble, TROUBLES } from './top-ups.ts'

const PAIRS: readonly (readonly [ProfiledSupplier, TopUpSupplier])[] = [
  ['kakayun', 'fulu'],
  ['dayuanren', 'kasushou'],
  ['chengquan', 'kayixin'],
  ['fengzhushou', 'fulu'],
  ['lansexiongdi', 'kasushou'],
  ['zhichong', 'kayixin'],
]

/** Whose answers say neither what an order may cost nor what it did cost: a price that rose is seen on the bill alone. */
const TELLS_NO_MONEY: readonly ProfiledSupplier[] = ['lansexiongdi']

/**
 * Whatever a supplier does that is joined by a profile: each speaks its own wire, signed by code of its own. What the next source
 * does is crossed with it where it is asked at all; otherwise it would gladly sell, and must not be asked.
 */
export function profilesMatrix(house: House, { place, play, crossed }: Matrix): void {
  describe.concurrent.each(PAIRS)('%s, then %s', (firstKind, secondKind) => {
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
    }, 150_000)
  })
}

const troublesOf = (kind: ProfiledSupplier): readonly TopUpTrouble[] =>
  TROUBLES.filter(({ only }) => !only || only.includes(kind))
    .filter(({ isDear }) => !(isDear && TELLS_NO_MONEY.includes(kind)))
    .map((trouble) => ({ ...trouble, end: endAt(kind, trouble) }))

/** The same trouble ends otherwise where "not found" proves nothing, and where no ceiling goes with an order. */
function endAt(kind: ProfiledSupplier, { end, isDear }: TopUpTrouble): End {
  const adapter = supplierAdapters.get(kind)
  if (isDear && !adapter?.capabilities.priceGuard) return 'done'
  return end === 'never' && adapter?.notFoundIsFinalAfter === null ? 'lost' : end
}
