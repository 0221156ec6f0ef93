import { FallOutlined, RiseOutlined } from '@ant-design/icons'
import type { ReportFigure } from '@quanshu/contract/reports'
import { Tooltip } from 'antd'
import type { ReactNode } from 'react'
import { formatCount, formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Figure } from '../../shared/templates/BoardPage.tsx'
import type { Report } from './ReportPage.tsx'
import { reportText } from './text.ts'

type Totals = Report['totals']
type Props = { readonly report: Report; readonly onOpen: (figure: ReportFigure) => void }

/** The sums of the range; each opens its rows. */
export function Figures({ report, onOpen }: Props) {
  const t = useText(reportText)
  const { totals, previous } = report
  const before = previous?.totals
  const one = (figure: ReportFigure, name: keyof Totals, foot: ReactNode, isGoodWhenLess = false, hint?: string) => (
    <button
      key={figure}
      type="button"
      className="report-figure"
      title={hint}
      onClick={() => onOpen(figure)}
      aria-label={`${t(figure)} ${formatMoney(totals[name])}`}
    >
      <Figure
        label={t(figure)}
        value={formatMoney(totals[name])}
        foot={
          <span className="figure-ends num">
            <Change now={totals[name]} before={before?.[name]} isGoodWhenLess={isGoodWhenLess} />
            {foot && <span>{foot}</span>}
          </span>
        }
      />
    </button>
  )
  return (
    <div className="report-figures">
      {one('sales', 'salesFen', t('piecesFoot', { pieces: formatCount(totals.pieces) }), false, t('salesHint'))}
      {one('refunds', 'refundsFen', null, true)}
      {one('net', 'netFen', null)}
      {one(
        'fees',
        'feesFen',
        totals.lossesFen === 0 ? null : t('lossFoot', { amount: formatMoney(totals.lossesFen) }),
        true,
      )}
      {one(
        'cost',
        'costFen',
        totals.bonusesFen === 0 ? null : t('bonusFoot', { amount: formatMoney(totals.bonusesFen) }),
        true,
      )}
      {one('margin', 'marginFen', t('rateFoot', { rate: rateOf(totals) }), false, t('marginHint'))}
    </div>
  )
}

/** Of net sales; nothing was sold when there are none. */
export function rateOf({ marginFen, netFen }: Pick<Totals, 'marginFen' | 'netFen'>): string {
  return netFen <= 0 ? '–' : `${((marginFen / netFen) * 100).toFixed(1)}%`
}

type ChangeProps = { readonly now: number; readonly before: number | undefined; readonly isGoodWhenLess?: boolean }

/** By how much a figure moved against the range before. From nothing there is no percentage. */
export function Change({ now, before, isGoodWhenLess = false }: ChangeProps) {
  const t = useText(reportText)
  if (before === undefined) return <span />
  const words = t('previousValue', { value: formatMoney(before) })
  if (before === 0) return <span className="report-change">{now === 0 ? null : t('nothingBefore')}</span>
  if (now === before) return <span className="report-change">{words}</span>
  const share = (now - before) / Math.abs(before)
  const isGood = share > 0 !== isGoodWhenLess
  const size = Math.abs(share) >= 10 ? `${Math.round(Math.abs(share))}×` : `${(Math.abs(share) * 100).toFixed(1)}%`
  return (
    <Tooltip title={words}>
      <span className={`report-change ${isGood ? 'report-up' : 'report-down'}`}>
        {share > 0 ? <RiseOutlined /> : <FallOutlined />} {size}
      </span>
    </Tooltip>
  )
}
