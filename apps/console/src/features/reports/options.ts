import type { EChartsCoreOption } from 'echarts/core'
import type { Output } from '../../shared/api/index.ts'
import { formatMoney, formatTime } from '../../shared/format.ts'
import { type ChartColours, shortYuan } from '../../shared/parts/chartColours.ts'

type Report = Output<'analytics.report'>
type Words = { readonly net: string; readonly margin: string; readonly previous: string }

/** Net sales as bars, gross margin as a line, and what net sales were before as a broken line. */
export function curve(
  report: Report,
  grain: 'hour' | 'day' | 'month',
  words: Words,
  { ink, line, accent, second, quiet, panel }: ChartColours,
): EChartsCoreOption {
  const { points, previous } = report
  const axis = {
    axisLabel: { color: ink, fontSize: 11 },
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
  }
  const money = {
    valueFormatter: (yuan: unknown) =>
      yuan === null || yuan === undefined ? '–' : formatMoney(Math.round(Number(yuan) * 100)),
  }
  const quietLine = {
    name: words.previous,
    type: 'line',
    data: points.map((_point, index) => yuanOf(previous?.points[index]?.netFen)),
    showSymbol: false,
    lineStyle: { width: 1.5, type: 'dashed', color: quiet },
    itemStyle: { color: quiet },
    tooltip: money,
  }
  return {
    animationDuration: 300,
    grid: { left: 4, right: 8, top: 36, bottom: 0, containLabel: true },
    legend: { top: 0, right: 0, itemWidth: 14, itemHeight: 8, textStyle: { color: ink, fontSize: 12 } },
    tooltip: { trigger: 'axis', backgroundColor: panel, borderColor: line, textStyle: { color: ink, fontSize: 12 } },
    xAxis: { type: 'category', data: points.map(({ at }) => stepName(at, grain, points.length)), ...axis },
    yAxis: {
      type: 'value',
      ...axis,
      axisLabel: { color: ink, fontSize: 11, formatter: shortYuan },
      splitLine: { lineStyle: { color: line } },
    },
    series: [
      {
        name: words.net,
        type: 'bar',
        data: points.map(({ netFen }) => netFen / 100),
        barMaxWidth: 26,
        itemStyle: { color: accent, borderRadius: [3, 3, 0, 0] },
        cursor: 'pointer',
        tooltip: money,
      },
      {
        name: words.margin,
        type: 'line',
        data: points.map(({ marginFen }) => marginFen / 100),
        symbolSize: 5,
        showSymbol: points.length <= 62,
        lineStyle: { width: 2, color: second },
        itemStyle: { color: second },
        tooltip: money,
      },
      ...(previous ? [quietLine] : []),
    ],
  }
}

const yuanOf = (fen: number | undefined): number | null => (fen === undefined ? null : fen / 100)

/** `09:00`, `11-22`, `2026-11`; of hours over several days the day too. */
export function stepName(at: string, grain: 'hour' | 'day' | 'month', steps = 1): string {
  const time = formatTime(at)
  if (grain === 'month') return time.slice(0, 7)
  if (grain === 'day') return time.slice(5, 10)
  return steps > 24 ? time.slice(5, 16) : time.slice(11, 16)
}
