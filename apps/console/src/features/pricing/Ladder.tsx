import { Alert, Tag } from 'antd'
import type { Output } from '../../shared/api/index.ts'
import { formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { pricingText } from './text.ts'
import { signed } from './words.ts'

type Demand = NonNullable<Output<'suppliers.previewPriceRules'>['items'][number]['demand']>

/** What the price is on each step, and on which it stands by what is sold now. */
export function Ladder({ demand }: { readonly demand: Demand }) {
  const t = useText(pricingText)
  const { sold, step, hasPast, baseFen, ladder } = demand
  const [base, first] = ladder
  const now = ladder[step]
  if (!base || !now) return null
  const highest = Math.max(...ladder.map(({ toFen }) => toFen))
  // A first step from nothing on takes the base price's place, but for what is new.
  const rungs = ladder.map((rung, n) => ({ ...rung, n })).filter(({ n }) => n > 0 || first?.from !== 0 || step === 0)
  const isSpared = !hasPast && ladder.some(({ from, bp }) => bp < 0 && sold >= from)
  return (
    <div className="price-ladder">
      <Alert
        type="info"
        showIcon
        title={t(step === 0 ? 'soldBase' : 'soldStep', {
          sold,
          step,
          percent: signed(now.bp),
          price: formatMoney(now.toFen),
        })}
        description={[
          t('baseIs', { base: formatMoney(baseFen) }),
          ...(now.bound ? [t(`bound_${now.bound}`, { price: formatMoney(now.toFen) })] : []),
          ...(isSpared ? [t('spared')] : []),
        ].join(' ')}
      />
      {rungs.map(({ n, from, bp, toFen, bound }) => (
        <div key={n} className="rung" {...(n === step ? { 'aria-current': 'step' as const } : {})}>
          <span className="rung-name">
            {n === 0 ? t('stepBase') : t('stepAt', { from })} <span className="rung-move">{n > 0 && signed(bp)}</span>{' '}
            {bound && <Tag>{t(`at_${bound}`)}</Tag>}
          </span>
          <span className="rung-bar">
            <span style={{ width: `${(toFen / highest) * 100}%` }} />
          </span>
          <span className="num rung-price">{formatMoney(toFen)}</span>
        </div>
      ))}
    </div>
  )
}
