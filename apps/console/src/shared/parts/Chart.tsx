import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'

use([LineChart, BarChart, GridComponent, TooltipComponent, LegendComponent, SVGRenderer])

type Props = {
  readonly option: EChartsCoreOption
  readonly height: number
  readonly label: string
  /** A press on a point: which one, counted from 0. */
  readonly onPoint?: (index: number) => void
}

/** A chart that follows the width of its place. */
export function Chart({ option, height, label, onPoint }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const press = useRef(onPoint)
  press.current = onPoint
  useEffect(() => {
    const element = place.current
    if (!element) return
    const chart = init(element, undefined, { renderer: 'svg' })
    chart.setOption(option)
    chart.on('click', ({ dataIndex }) => press.current?.(Number(dataIndex)))
    const observer = new ResizeObserver(() => chart.resize())
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.dispose()
    }
  }, [option])
  return <div ref={place} style={{ height }} role="img" aria-label={label} />
}
