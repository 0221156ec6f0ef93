import { Drawer, Empty, Skeleton, Tag, Typography } from 'antd'
import type { EChartsCoreOption } from 'echarts/core'
import { useMemo } from 'react'
import { useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { useDark } from '../../shared/dark.ts'
import { formatHao, formatTime } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Chart } from '../../shared/parts/Chart.tsx'
import { coloursOf } from '../../shared/parts/chartColours.ts'
import { Hao, Time } from '../../shared/parts/values.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { productText } from './productText.ts'

type Product = Row<'suppliers.listProducts'>
type Change = Row<'suppliers.productHistory'>

const CHANGES_SHOWN = 100

/** What a product cost over time, as a curve and change by change. */
export function ProductHistory({ product, onClose }: { readonly product: Product; readonly onClose: () => void }) {
  const t = useText(productText)
  const read = useRead('suppliers.productHistory', {
    params: { productId: product.id },
    query: { pageSize: CHANGES_SHOWN },
  })
  const changes = read.data?.items
  return (
    <Drawer open size="min(560px, 100vw)" title={t('historyOf', { name: product.name })} onClose={onClose}>
      {read.error && <ErrorState error={read.error} onRetry={() => void read.refetch()} />}
      {!changes && !read.error && <Skeleton active />}
      {changes?.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('historyEmpty')} />}
      {changes && changes.length > 1 && <Curve product={product} changes={changes} />}
      {changes?.map((change, index) => (
        <div key={change.id} className="line-item">
          <span className="line-main">
            <Time value={change.at} />
          </span>
          {!change.onSale && <Tag>{t('offSale')}</Tag>}
          <Difference from={changes[index + 1]?.costHao} to={change.costHao} />
          <Hao hao={change.costHao} currency={product.currency} />
        </div>
      ))}
    </Drawer>
  )
}

/** Dearer in the colour of danger: it is our cost. */
function Difference({ from, to }: { readonly from: number | undefined; readonly to: number }) {
  const t = useText(productText)
  if (from === undefined) return <Typography.Text type="secondary">{t('first')}</Typography.Text>
  if (from === to) return null
  const percent = from === 0 ? '' : ` ${Math.abs(((to - from) / from) * 100).toFixed(1)}%`
  return (
    <Typography.Text className="num" type={to > from ? 'danger' : 'success'} style={{ fontSize: 13 }}>
      {to > from ? '↑' : '↓'}
      {percent}
    </Typography.Text>
  )
}

function Curve({ product, changes }: { readonly product: Product; readonly changes: readonly Change[] }) {
  const t = useText(productText)
  const dark = useDark()
  const option = useMemo((): EChartsCoreOption => {
    const colours = coloursOf(dark)
    const points = [...changes].reverse().map(({ at, costHao }) => [at, costHao / 10_000] as const)
    const last = points.at(-1)
    return {
      animation: false,
      grid: { left: 8, right: 12, top: 12, bottom: 8, containLabel: true },
      tooltip: {
        trigger: 'axis',
        formatter: ([point]: readonly { readonly value: readonly [string, number] }[]) =>
          point
            ? `${formatTime(point.value[0])}<br/>${formatHao(Math.round(point.value[1] * 10_000), product.currency)}`
            : '',
      },
      xAxis: {
        type: 'time',
        axisLabel: { color: colours.ink, hideOverlap: true },
        axisLine: { lineStyle: { color: colours.line } },
      },
      yAxis: {
        type: 'value',
        scale: true,
        axisLabel: { color: colours.ink },
        splitLine: { lineStyle: { color: colours.line } },
      },
      series: [
        {
          type: 'line',
          step: 'end',
          symbolSize: 5,
          color: colours.accent,
          // Still in force.
          data: last ? [...points, [new Date().toISOString(), last[1]]] : points,
        },
      ],
    }
  }, [changes, dark, product.currency])
  return <Chart option={option} height={180} label={t('historyOf', { name: product.name })} />
}
