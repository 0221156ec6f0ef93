import type { Rule } from './words.ts'

/** A step as one types it. */
type StepValues = { readonly from: number | null; readonly percent: number | null }
export type Values = Pick<Rule, 'markupFen' | 'floorFen' | 'ceilingFen' | 'leastMarginFen' | 'rounding'> & {
  /** By what the sources cost, or a price of one's own. */
  readonly basis: 'cost' | 'own'
  readonly markup: number
  readonly baseFen: number | null
  readonly jump: number
  readonly byDemand: boolean
  readonly steps: readonly StepValues[]
}

export const STEPS_MAX = 12
const FRESH_STEPS = [
  { from: 20, percent: 5 },
  { from: 50, percent: 10 },
]
export const START: Values = {
  basis: 'cost',
  markup: 10,
  markupFen: 0,
  baseFen: null,
  floorFen: 100,
  ceilingFen: null,
  leastMarginFen: 0,
  rounding: 'tenth',
  jump: 20,
  byDemand: false,
  steps: FRESH_STEPS,
}

/** Codes have no cost to follow: their price moves around the present one, by a tenth down and three up. */
export const startOfCodes = (priceFen: number): Values => ({
  ...START,
  basis: 'own',
  baseFen: priceFen,
  floorFen: Math.max(Math.round(priceFen * 0.9), 1),
  ceilingFen: Math.max(Math.round(priceFen * 1.3), 1),
  byDemand: true,
})

export function valuesOf(rule: Rule): Values {
  const { markupBp, jumpBp, steps, ...same } = rule
  return {
    ...same,
    basis: rule.baseFen === null ? 'cost' : 'own',
    markup: markupBp / 100,
    jump: jumpBp / 100,
    byDemand: steps.length > 0,
    steps: steps.length > 0 ? steps.map(({ from, bp }) => ({ from, percent: bp / 100 })) : FRESH_STEPS,
  }
}

/** A price of one's own is moved by demand alone. */
export const isByDemand = ({ basis, byDemand }: Pick<Partial<Values>, 'basis' | 'byDemand'>): boolean =>
  basis === 'own' || byDemand === true

/** Whether each step begins at more pieces than the one before it, as far as they are typed. */
export const areRising = (steps: readonly StepValues[]): boolean =>
  steps.every((step, n) => {
    const before = steps[n - 1]?.from
    return typeof before !== 'number' || typeof step?.from !== 'number' || step.from > before
  })

/** Undefined while a field is empty, or two contradict each other. */
export function ruleOf(values: Partial<Values> | undefined): Rule | undefined {
  const { basis, markup, markupFen, baseFen, floorFen, ceilingFen, leastMarginFen, rounding, jump } = values ?? {}
  if (typeof markup !== 'number' || typeof markupFen !== 'number' || typeof floorFen !== 'number') return undefined
  if (typeof leastMarginFen !== 'number' || typeof jump !== 'number' || rounding === undefined) return undefined
  if (typeof ceilingFen === 'number' && ceilingFen < floorFen) return undefined
  const steps = isByDemand(values ?? {}) ? wholeSteps(values?.steps ?? []) : []
  if (steps === undefined) return undefined
  const isOwn = basis === 'own'
  if (isOwn && (typeof baseFen !== 'number' || steps.length === 0)) return undefined
  return {
    markupBp: isOwn ? 0 : Math.round(markup * 100),
    markupFen: isOwn ? 0 : markupFen,
    baseFen: isOwn ? (baseFen ?? null) : null,
    floorFen,
    ceilingFen: ceilingFen ?? null,
    leastMarginFen,
    rounding,
    jumpBp: Math.round(jump * 100),
    steps,
  }
}

function wholeSteps(steps: readonly StepValues[]): Rule['steps'] | undefined {
  if (!areRising(steps)) return undefined
  const whole = steps.flatMap((step) =>
    typeof step?.from === 'number' && typeof step.percent === 'number'
      ? [{ from: step.from, bp: Math.round(step.percent * 100) }]
      : [],
  )
  return whole.length === steps.length ? whole : undefined
}

export const NO_RULE: Rule = {
  markupBp: 0,
  markupFen: 0,
  baseFen: null,
  floorFen: 1,
  ceilingFen: null,
  leastMarginFen: 0,
  rounding: 'none',
  jumpBp: 1,
  steps: [],
}
