import type { Row } from '../../shared/api/index.ts'
import { formatHao, formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { pricingText } from './text.ts'

export type Priced = Row<'suppliers.listPriceRules'>
export type Rule = Priced['rule']

export const REFRESH: readonly string[] = ['suppliers.', 'catalog.', 'stock.']

/** 1250 → `12.5%`. */
export const percentOf = (bp: number): string => `${Number((bp / 100).toFixed(2))}%`

/** 500 → `+5%`. */
export const signed = (bp: number): string => `${bp > 0 ? '+' : ''}${percentOf(bp)}`

/** How far a price moves, with its sign. */
export function moveOf(from: number, to: number): string {
  if (from === 0) return ''
  const percent = ((to - from) / from) * 100
  return `${percent > 0 ? '+' : ''}${percent.toFixed(1)}%`
}

/** A rule in a line. */
export function useRuleWords(): (rule: Rule) => string {
  const t = useText(pricingText)
  return ({ markupBp, markupFen, baseFen, floorFen, ceilingFen, leastMarginFen, rounding, jumpBp, steps }) =>
    [
      baseFen === null
        ? t('ruleText', { percent: percentOf(markupBp) })
        : t('ruleBase', { amount: formatMoney(baseFen) }),
      ...(markupFen > 0 ? [t('ruleFixed', { amount: formatMoney(markupFen) })] : []),
      t(`round_${rounding}`),
      ...(steps.length > 0 ? [t('ruleSteps', { count: steps.length })] : []),
      t('ruleFloor', { amount: formatMoney(floorFen) }),
      ...(ceilingFen === null ? [] : [t('ruleCeiling', { amount: formatMoney(ceilingFen) })]),
      t('ruleLeast', { amount: formatMoney(leastMarginFen) }),
      t('ruleJump', { percent: percentOf(jumpBp) }),
    ].join(' · ')
}

/** Whose cost it is; of goods without a source what a piece usually costs. */
export function useCostWords(): (of: { readonly costHao: number | null; readonly supplier: string }) => string {
  const t = useText(pricingText)
  return ({ costHao, supplier }) => {
    if (costHao === null) return ''
    const cost = formatHao(costHao)
    return supplier === '' ? t('usualCost', { cost }) : t('byCost', { supplier, cost })
  }
}

/** What was sold, and the step that it makes. */
export function useStepWords(): (of: { readonly sold: number; readonly step: number; readonly bp: number }) => string {
  const t = useText(pricingText)
  return ({ sold, step, bp }) => t(step === 0 ? 'stepNone' : 'stepNow', { sold, step, percent: signed(bp) })
}
