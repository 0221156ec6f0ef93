import type { EChartsCoreOption } from 'echarts/core'
import { formatCount, formatMoney } from '../../shared/format.ts'
import { type ChartColours as Colours, shortYuan } from '../../shared/parts/chartColours.ts'

/** A line without axes: the shape of the last days, nothing more. */
export function sparkline(values: readonly number[], { accent }: Colours): EChartsCoreOption {
  return {
    animation: false,
    grid: { left: 0, right: 0, top: 2, bottom: 2 },
    xAxis: { type: 'category', show: false, boundaryGap: false, data: values.map((_value, index) => index) },
    yAxis: { type: 'value', show: false, min: 0 },
    series: [
      {
        type: 'line',
        data: [...values],
        showSymbol: false,
        silent: true,
        lineStyle: { width: 1.5, color: accent },
        areaStyle: { color: accent, opacity: 0.08 },
      },
    ],
  }
}

type Day = { readonly day: string; readonly orders: number; readonly salesFen: number }
type Words = { readonly sales: string; readonly orders: string }

/** Sales as bars and orders as a line, day by day. */
export function trend(days: readonly Day[], words: Words, colours: Colours): EChartsCoreOption {
  return mixed(
    days.map(({ day }) => day.slice(5)),
    days,
    words,
    colours,
  )
}

/** The same by the hour of today. */
export function byHour(
  hours: readonly { readonly hour: number; readonly orders: number; readonly salesFen: number }[],
  words: Words,
  colours: Colours,
): EChartsCoreOption {
  return mixed(
    hours.map(({ hour }) => `${String(hour).padStart(2, '0')}:00`),
    hours,
    words,
    colours,
  )
}

function mixed(
  labels: readonly string[],
  points: readonly { readonly orders: number; readonly salesFen: number }[],
  words: Words,
  { ink, line, accent, second, panel }: Colours,
): EChartsCoreOption {
  const axis = {
    axisLabel: { color: ink, fontSize: 11 },
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
  }
  return {
    animationDuration: 300,
    grid: { left: 4, right: 4, top: 28, bottom: 0, containLabel: true },
    tooltip: {
      trigger: 'axis',
      backgroundColor: panel,
      borderColor: line,
      textStyle: { color: ink, fontSize: 12 },
      valueFormatter: (value: unknown) => formatCount(Number(value)),
    },
    xAxis: { type: 'category', data: [...labels], ...axis },
    yAxis: [
      {
        type: 'value',
        name: words.sales,
        minInterval: 1,
        nameTextStyle: { color: ink, fontSize: 11, align: 'left' },
        ...axis,
        axisLabel: { color: ink, fontSize: 11, formatter: (yuan: number) => shortYuan(yuan) },
        splitLine: { lineStyle: { color: line } },
      },
      {
        type: 'value',
        name: words.orders,
        nameTextStyle: { color: ink, fontSize: 11, align: 'right' },
        minInterval: 1,
        ...axis,
        splitLine: { show: false },
      },
    ],
    series: [
      {
        name: words.sales,
        type: 'bar',
        data: points.map(({ salesFen }) => salesFen / 100),
        barMaxWidth: 22,
        itemStyle: { color: accent, borderRadius: [3, 3, 0, 0] },
        tooltip: { valueFormatter: (yuan: unknown) => formatMoney(Math.round(Number(yuan) * 100)) },
      },
      {
        name: words.orders,
        type: 'line',
        yAxisIndex: 1,
        data: points.map(({ orders }) => orders),
        smooth: 0.2,
        symbolSize: 5,
        lineStyle: { width: 2, color: second },
        itemStyle: { color: second },
      },
    ],
  }
}
