import { useMemo } from 'react'
import { useDark } from '../../shared/dark.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Chart } from '../../shared/parts/Chart.tsx'
import { coloursOf } from '../../shared/parts/chartColours.ts'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { ExportButton } from '../../shared/templates/ListPage.tsx'
import { spanOf } from './days.ts'
import { curve, stepName } from './options.ts'
import type { Open, Report } from './ReportPage.tsx'
import { queryOf, type ReportState } from './state.ts'
import { reportText } from './text.ts'

type Props = { readonly report: Report; readonly state: ReportState; readonly onOpen: Open }

/** Net sales and margin over time; a bar opens the rows of its step. */
export function Curve({ report, state, onOpen }: Props) {
  const t = useText(reportText)
  const dark = useDark()
  const { points } = report
  const option = useMemo(
    () => curve(report, state.grain, { net: t('net'), margin: t('margin'), previous: t('previous') }, coloursOf(dark)),
    [report, state.grain, dark, t],
  )
  const open = (index: number) => {
    const [step, next] = [points[index], points[index + 1]]
    const span = spanOf(state.days)
    if (!step) return
    onOpen({
      figure: 'margin',
      what: stepName(step.at, state.grain, points.length),
      // A month that the range cuts has rows of the range only.
      from: step.at > new Date(span.from).toISOString() ? step.at : span.from,
      to: next?.at ?? span.to,
    })
  }
  return (
    <Section
      title={t('curve')}
      extra={
        <ExportButton
          route="analytics.exportReport"
          query={{ ...queryOf(state), over: 'time' }}
          params={undefined}
          disabled={false}
          short={false}
          text={t('exportTime')}
        />
      }
    >
      <Chart option={option} height={280} label={`${t('curve')}: ${t('curveHint')}`} onPoint={open} />
    </Section>
  )
}
