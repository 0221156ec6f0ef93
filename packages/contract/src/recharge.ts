/** What a recharge gives on top, as data and without schemas: mall, console and server count it alike. */

/** From an amount on, so much on top: fen, or whole percent of what is paid. The highest rule that is reached counts. */
export type RechargeRule =
  | { readonly fromFen: number; readonly bonusFen: number }
  | { readonly fromFen: number; readonly bonusPercent: number }

export const RECHARGE_RULES_MAX = 20
/** Amounts that are offered to choose from. */
export const RECHARGE_AMOUNTS_MAX = 12
/** Fen. */
export const RECHARGE_FEN_MAX = 100_000_000

/** Fen on top of an amount in fen; a part of a fen is the shop's. */
export function rechargeBonus(rules: readonly RechargeRule[], amountFen: number): number {
  const reached = rules.filter((rule) => rule.fromFen <= amountFen)
  const rule = reached.reduce<RechargeRule | undefined>(
    (best, one) => (best === undefined || one.fromFen > best.fromFen ? one : best),
    undefined,
  )
  if (rule === undefined) return 0
  return 'bonusFen' in rule ? rule.bonusFen : Math.floor((amountFen * rule.bonusPercent) / 100)
}
