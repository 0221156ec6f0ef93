import type { Row } from '../../shared/api/index.ts'
import { formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { pricingText } from './text.ts'

export type Priced = Row<'suppliers.listPriceRules'>
export type Rule = Priced['rule']

export const REFRESH: readonly string[] = ['suppliers.', 'catalog.', 'stock.']

/** 1250 → `12.5%`. */
export const percentOf = (bp: number): string => `${Number((bp / 100).toFixed(2))}%`

/** How far a price moves, with its sign. */
export function moveOf(from: number, to: number): string {
  if (from === 0) return ''
  const percent = ((to - from) / from) * 100
  return `${percent > 0 ? '+' : ''}${percent.toFixed(1)}%`
}

/** A rule in a line. */
export function useRuleWords(): (rule: Rule) => string {
  const t = useText(pricingText)
  return ({ markupBp, markupFen, floorFen, leastMarginFen, rounding, jumpBp }) =>
    [
      t('ruleText', { percent: percentOf(markupBp) }),
      ...(markupFen > 0 ? [t('ruleFixed', { amount: formatMoney(markupFen) })] : []),
      t(`round_${rounding}`),
      t('ruleFloor', { amount: formatMoney(floorFen) }),
      t('ruleLeast', { amount: formatMoney(leastMarginFen) }),
      t('ruleJump', { percent: percentOf(jumpBp) }),
    ].join(' · ')
}
