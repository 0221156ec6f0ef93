import { Card, Empty, Skeleton } from 'antd'
import { useState } from 'react'
import { useRead } from '../../shared/api/hooks.ts'
import type { Input, Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { ExportButton } from '../../shared/templates/ListPage.tsx'
import { PageFrame } from '../../shared/templates/PageFrame.tsx'
import { Breakdown } from './Breakdown.tsx'
import { Curve } from './Curve.tsx'
import { spanOf } from './days.ts'
import { EntriesDrawer } from './EntriesDrawer.tsx'
import { Figures } from './Figures.tsx'
import { ReportBar } from './ReportBar.tsx'
import { Standing } from './Standing.tsx'
import { queryOf, type ReportState, type Under, useReportState } from './state.ts'
import { reportText } from './text.ts'
import './reports.css'

export type Report = Output<'analytics.report'>
const REFRESH_MS = 30_000
const PAGE_SIZE = 20

/** What was sold, given back, spent and earned: in all, over time, broken down, each figure with the rows under it. */
export function ReportPage() {
  const t = useText(reportText)
  const [state] = useReportState()
  const [under, setUnder] = useState<Under>()
  const query = { ...queryOf(state), page: state.page, pageSize: PAGE_SIZE }
  const read = useRead('analytics.report', { query } as unknown as Input<'analytics.report'>, {
    keep: true,
    refreshMs: REFRESH_MS,
  })
  const { data: report, error, refetch } = read
  return (
    <PageFrame
      title={t('title')}
      hint={t('titleHint')}
      actions={
        <ExportButton
          route="analytics.exportReport"
          query={queryOf(state)}
          params={undefined}
          disabled={!report}
          short={false}
          text={t('exportBy')}
        />
      }
    >
      <div className="stack">
        <Card size="small">
          <ReportBar report={report} fetching={read.isFetching} />
        </Card>
        {report ? (
          <Shown report={report} state={state} onOpen={setUnder} />
        ) : (
          <Card>
            {error ? (
              <ErrorState error={error} onRetry={() => void refetch()} />
            ) : (
              <Skeleton active paragraph={{ rows: 10 }} />
            )}
          </Card>
        )}
      </div>
      {under && <EntriesDrawer under={under} onClose={() => setUnder(undefined)} />}
    </PageFrame>
  )
}

type ShownProps = {
  readonly report: Report
  readonly state: ReportState
  readonly onOpen: (under: Under) => void
}

function Shown({ report, state, onOpen }: ShownProps) {
  const t = useText(reportText)
  const span = spanOf(state.days)
  const open = (one: Pick<Under, 'figure' | 'what'> & Partial<Under>) =>
    onOpen({ ...span, ...one, filters: { ...state.filters, ...one.filters } })
  return (
    <>
      <Standing report={report} days={state.days} />
      <Figures report={report} onOpen={(figure) => open({ figure, what: `${state.days.from} – ${state.days.to}` })} />
      {report.total === 0 ? (
        <Card>
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('emptyTitle')} style={{ marginBlock: 40 }}>
            {t('emptyText')}
          </Empty>
        </Card>
      ) : (
        <>
          <Curve report={report} state={state} onOpen={open} />
          <Breakdown report={report} state={state} pageSize={PAGE_SIZE} onOpen={open} />
        </>
      )}
    </>
  )
}

export type Open = (one: Pick<Under, 'figure' | 'what'> & Partial<Under>) => void
