import { Empty, Grid, Table } from 'antd'
import { useId, useLayoutEffect, useRef, useState } from 'react'
import type { Output } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { Count } from '../../shared/parts/values.tsx'
import { type Bar, type Flow, layOut, type Placed, type Ribbon } from './flow.ts'
import { warehouseText } from './text.ts'
import './warehouses.css'

type Figures = Output<'stock.warehouseFlow'>
type T = Say<keyof typeof warehouseText.keys>

const BAR = 8
/** Names stand to the right of their bars, but to the left of the last: on a phone its gap needs room for two. */
const PHONE_PLACES = [0, 0.27, 0.54, 1]
const ENDS = ['available', 'held', 'sold', 'gone'] as const

/** From suppliers to the total warehouse, to channels, to what became of the pieces. The same figures stand in a table below. */
export function FlowPicture({ figures }: { readonly figures: Figures }) {
  const t = useText(warehouseText)
  const place = useRef<HTMLDivElement>(null)
  const width = useWidth(place)
  const phone = Grid.useBreakpoint().md === false
  const flow = flowOf(figures, t)
  if (flow.ribbons.length === 0) {
    return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('flowEmpty')} />
  }
  return (
    <div ref={place} className="flow">
      {width > 0 && <Picture flow={flow} width={width} phone={phone} label={t('flowOf')} />}
      <details>
        <summary>{t('flowTable')}</summary>
        <FlowTable figures={figures} />
      </details>
    </div>
  )
}

function Picture({
  flow,
  width,
  phone,
  label,
}: {
  readonly flow: Flow
  readonly width: number
  readonly phone: boolean
  readonly label: string
}) {
  const id = useId()
  const { bars, bands, height } = layOut(flow, phone ? 170 : 230)
  const x = (level: number) => (phone ? (PHONE_PLACES[level] ?? 1) : level / 3) * (width - BAR)
  const byId = new Map(bars.map((bar) => [bar.id, bar]))
  const summary = bars.map(({ name, pieces }) => `${name} ${formatCount(pieces)}`).join(', ')
  return (
    <svg
      viewBox={`0 -2 ${width} ${height + 4}`}
      width={width}
      height={height + 4}
      role="img"
      aria-labelledby={`${id}t ${id}d`}
    >
      <title id={`${id}t`}>{label}</title>
      <desc id={`${id}d`}>{summary}</desc>
      {bands.map(({ from, to, start, end, size, tone, pieces }) => {
        const [a, b] = [byId.get(from), byId.get(to)]
        if (!a || !b) return null
        const [left, right] = [x(a.level) + BAR, x(b.level)]
        const bend = (left + right) / 2
        return (
          <path
            key={`${from} ${to}`}
            className={`flow-band flow-${tone}`}
            d={`M${left},${start} C${bend},${start} ${bend},${end} ${right},${end} v${size} C${bend},${end + size} ${bend},${start + size} ${left},${start + size} Z`}
          >
            <title>{`${a.name} → ${b.name} ${formatCount(pieces)}`}</title>
          </path>
        )
      })}
      {bars.map((bar) => (
        <BarOf key={bar.id} bar={bar} x={x(bar.level)} last={bar.level === 3} room={phone ? 6 : 14} />
      ))}
    </svg>
  )
}

function BarOf({
  bar,
  x,
  last,
  room,
}: {
  readonly bar: Placed
  readonly x: number
  readonly last: boolean
  readonly room: number
}) {
  const [textX, anchor] = last ? [x - 6, 'end' as const] : [x + BAR + 6, 'start' as const]
  const middle = bar.at + bar.size / 2
  return (
    <g>
      <rect className={`flow-bar flow-${bar.tone}`} x={x} y={bar.at} width={BAR} height={bar.size} rx={2} />
      <text className="flow-name" x={textX} y={middle - 4} textAnchor={anchor}>
        {shortened(bar.name, room)}
        <title>{bar.name}</title>
      </text>
      <text className="flow-count num" x={textX} y={middle + 13} textAnchor={anchor}>
        {formatCount(bar.pieces)}
      </text>
    </g>
  )
}

/** A Latin letter takes half the room of a Chinese one. */
function shortened(name: string, room: number): string {
  let used = 0
  for (const [index, letter] of [...name].entries()) {
    used += letter.charCodeAt(0) < 0x2e80 ? 0.55 : 1
    if (used > room) return `${[...name].slice(0, Math.max(1, index - 1)).join('')}…`
  }
  return name
}

function FlowTable({ figures }: { readonly figures: Figures }) {
  const t = useText(warehouseText)
  const names = new Map(figures.warehouses.map(({ id, name }) => [id, id === null ? t('total') : name]))
  const count = (key: (typeof ENDS)[number]) => ({
    key,
    dataIndex: key,
    title: t(key),
    align: 'right' as const,
    render: (value: number) => <Count value={value} />,
  })
  return (
    <div className="stack">
      <Table
        size="small"
        pagination={false}
        scroll={{ x: 'max-content' }}
        rowKey="name"
        dataSource={figures.sources.map((source) => ({ ...source, name: sourceName(source.name, t) }))}
        columns={[
          { key: 'name', dataIndex: 'name', title: t('sources') },
          {
            key: 'pieces',
            dataIndex: 'pieces',
            title: t('quantity'),
            align: 'right',
            render: (value: number) => <Count value={value} />,
          },
        ]}
      />
      <Table
        size="small"
        pagination={false}
        scroll={{ x: 'max-content' }}
        rowKey={({ id }) => id ?? 0}
        dataSource={figures.warehouses}
        columns={[{ key: 'name', title: t('warehouse'), render: (_, { id }) => names.get(id) }, ...ENDS.map(count)]}
      />
      {figures.between.length > 0 && (
        <Table
          size="small"
          pagination={false}
          scroll={{ x: 'max-content' }}
          rowKey={({ fromId, toId }) => `${fromId} ${toId}`}
          dataSource={figures.between}
          columns={[
            {
              key: 'way',
              title: t('between'),
              render: (_, { fromId, toId }) => `${names.get(fromId) ?? ''} → ${names.get(toId) ?? ''}`,
            },
            {
              key: 'pieces',
              dataIndex: 'pieces',
              title: t('quantity'),
              align: 'right',
              render: (value: number) => <Count value={value} />,
            },
          ]}
        />
      )}
    </div>
  )
}

/** What lies in a warehouse, or left it, came through the total one; so every level of the picture holds the same pieces. */
function flowOf({ sources, warehouses }: Figures, t: T): Flow {
  const holders = warehouses.map((one) => ({
    ...one,
    key: `w${one.id ?? 0}`,
    name: one.id === null ? t('mall') : one.name,
    pieces: one.available + one.held + one.sold + one.gone,
  }))
  const all = holders.reduce((sum, { pieces }) => sum + pieces, 0)
  const bars: Bar[] = [
    ...sources.map(
      ({ name, pieces }, index): Bar => ({
        id: `s${index}`,
        level: 0,
        name: sourceName(name, t),
        pieces,
        tone: 'source',
      }),
    ),
    { id: 'total', level: 1, name: t('total'), pieces: all, tone: 'total' },
    ...holders.map(
      ({ key, id, name, pieces }): Bar => ({
        id: key,
        level: 2,
        name,
        pieces,
        tone: id === null ? 'total' : 'channel',
      }),
    ),
    ...ENDS.map(
      (end): Bar => ({
        id: end,
        level: 3,
        name: t(end),
        pieces: holders.reduce((sum, one) => sum + one[end], 0),
        tone: end,
      }),
    ),
  ]
  const ribbons: Ribbon[] = [
    ...sources.map(({ pieces }, index) => ({ from: `s${index}`, to: 'total', pieces })),
    ...holders.map(({ key, pieces }) => ({ from: 'total', to: key, pieces })),
    ...holders.flatMap((one) => ENDS.map((end) => ({ from: one.key, to: end, pieces: one[end] }))),
  ]
  return {
    bars: bars.filter(({ level, pieces }) => pieces > 0 || level === 2),
    ribbons: ribbons.filter(({ pieces }) => pieces > 0),
  }
}

function sourceName(name: string, t: T): string {
  if (name === '@own') return t('source.own')
  if (name === '@others') return t('source.others')
  return name === '' ? t('source.none') : name
}

function useWidth(place: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = place.current
    if (!element) return
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [place])
  return width
}
