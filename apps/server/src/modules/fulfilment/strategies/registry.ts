import { cardStrategy } from './card.ts'
import { linkStrategy } from './link.ts'
import { pointsStrategy } from './points.ts'
import { serviceStrategy } from './service.ts'
import type { Strategy } from './strategy.ts'
import { topupStrategy } from './topup.ts'

/** Every kind of goods that can be sold. A new kind is a file beside `card.ts` and a word here. */
const strategies: ReadonlyMap<string, Strategy> = new Map(
  [cardStrategy, linkStrategy, pointsStrategy, serviceStrategy, topupStrategy].map((strategy) => [
    strategy.kind,
    strategy,
  ]),
)

export function strategyOf(kind: string): Strategy {
  const strategy = strategies.get(kind)
  if (!strategy) throw new Error(`no strategy delivers goods of kind ${kind}`)
  return strategy
}
