import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons'
import { Alert, App, Button, Tooltip, Typography } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import { formatCount, formatMoney, formatTime } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { countDays, type Days } from './days.ts'
import type { Report } from './ReportPage.tsx'
import { type ReportTextKey, reportText } from './text.ts'

type Agreement = Report['agreement']
type Difference = Agreement['differences'][number]

/** As many as the server compares in one go. */
const CHECK_DAYS_MAX = 31

const FIGURES: Readonly<Record<string, ReportTextKey>> = {
  sales: 'sales',
  refunds: 'refunds',
  fees: 'fees',
  losses: 'losses',
  bonuses: 'bonuses',
  turnover: 'turnover',
  sums: 'sums',
  pieces: 'piecesGiven',
}

/** Whether the figures are the ledger's, and since when it has been read; what differs is named. */
export function Standing({ report, days }: { readonly report: Report; readonly days: Days }) {
  const t = useText(reportText)
  const { agreement } = report
  const compare = <CompareNow days={days} />
  const asOf = agreement.asOf && (
    <Typography.Text type="secondary">{t('asOf', { time: formatTime(agreement.asOf) })}</Typography.Text>
  )
  if (!agreement.agrees)
    return (
      <Alert
        type="error"
        showIcon
        icon={<CloseCircleFilled />}
        title={t('differs')}
        description={<Differences differences={agreement.differences} />}
        action={compare}
      />
    )
  return (
    <div className="report-standing">
      <Tooltip title={detailOf(agreement, t)}>
        <span className="report-good">
          <CheckCircleFilled /> {t('agrees')}
        </span>
      </Tooltip>
      {asOf}
      {compare}
    </div>
  )
}

type T = (key: ReportTextKey, params?: Readonly<Record<string, string | number>>) => string

function detailOf({ checkedDays, uncheckedDays, recountedDays }: Agreement, t: T): string {
  return [
    t('agreesDetail', { checked: checkedDays }),
    ...(uncheckedDays > 0 ? [t('unchecked', { count: uncheckedDays })] : []),
    ...(recountedDays.length > 0 ? [t('recounted', { days: recountedDays.slice(0, 5).join(', ') })] : []),
  ].join('；')
}

function Differences({ differences }: { readonly differences: readonly Difference[] }) {
  const t = useText(reportText)
  return (
    <ul style={{ margin: 0, paddingInlineStart: 18 }}>
      {differences.map(({ day, figure, ours, ledgers }) => {
        const key = FIGURES[figure]
        const shown = figure === 'pieces' ? formatCount : formatMoney
        const what = `${day ?? t('wholeRange')} ${key ? t(key) : figure}`
        return <li key={what}>{t('difference', { what, ours: shown(ours), ledgers: shown(ledgers) })}</li>
      })}
    </ul>
  )
}

/** Compares the days with the ledger and the rows now; days that differ are counted anew. */
function CompareNow({ days }: { readonly days: Days }) {
  const t = useText(reportText)
  const { message } = App.useApp()
  const tooLong = countDays(days) > CHECK_DAYS_MAX
  const check = useAction('analytics.check', {
    refresh: ['analytics.'],
    onDone: ({ days: count, recounted, differences }) => {
      if (differences.length > 0) void message.error(t('checkWrong', { count: differences.length }))
      else if (recounted.length > 0) void message.warning(t('checkRecounted', { days: count, count: recounted.length }))
      else void message.success(t('checkClean', { days: count }))
    },
  })
  return (
    <Tooltip title={tooLong ? t('checkRange') : undefined}>
      <Button
        type="link"
        size="small"
        disabled={tooLong}
        loading={check.running}
        onClick={() => void check.go({ body: days })}
      >
        {t('checkNow')}
      </Button>
    </Tooltip>
  )
}
