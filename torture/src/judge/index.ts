import type { Diary } from '../diary.ts'
import { judgeGrants, judgeShownCodes } from './codes.ts'
import type { ShopFacts } from './facts.ts'
import { judgeImports } from './imports.ts'
import { judgeMoney } from './money.ts'
import { judgeOrders, judgePieces } from './orders.ts'
import { judgeSupplies } from './supplies.ts'
import type { Violation } from './violation.ts'

export type { Violation } from './violation.ts'

/** Compares what everybody was told with what is. Empty when the two agree. */
export function judge(diary: Diary, shops: readonly ShopFacts[]): readonly Violation[] {
  return [
    ...diary.contradictions.map((told) => ({ rule: 'an answer does not contradict an earlier one', about: '', told })),
    ...judgeShownCodes(diary),
    ...shops.flatMap((shop) => [
      ...judgeOrders(diary, shop),
      ...judgePieces(shop),
      ...judgeGrants(diary, shop),
      ...judgeMoney(diary, shop),
      ...judgeImports(diary, shop),
      ...judgeSupplies(diary, shop),
    ]),
  ]
}
