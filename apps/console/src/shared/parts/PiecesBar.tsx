import { Tooltip } from 'antd'
import { formatCount } from '../format.ts'
import { defineMessages, useText } from '../i18n/index.ts'
import './pieces.css'

const text = defineMessages('pieces', {
  available: ['可售', 'Available'],
  held: ['占用', 'Held'],
  delivered: ['已发出', 'Delivered'],
  used: ['已使用', 'Used'],
  void: ['已作废', 'Void'],
  suspect: ['已停用', 'Suspect'],
  expired: ['已过期', 'Expired'],
  nothing: ['没有卡密', 'No codes'],
  part: ['{name} {count}（{percent}）', '{name} {count} ({percent})'],
})

const KINDS = ['available', 'held', 'delivered', 'used', 'suspect', 'void', 'expired'] as const
export type Pieces = { readonly [Kind in (typeof KINDS)[number]]?: number }

/** Where pieces are: one bar whose parts add up to all of them, each part named and counted when pointed at. */
export function PiecesBar({ pieces, width }: { readonly pieces: Pieces; readonly width?: number }) {
  const t = useText(text)
  const parts = partsOf(pieces)
  const total = parts.reduce((sum, part) => sum + part.count, 0)
  const words = parts.map(({ kind, count }) =>
    t('part', { name: t(kind), count: formatCount(count), percent: percentOf(count, total) }),
  )
  const title = total === 0 ? t('nothing') : words.map((line) => <div key={line}>{line}</div>)
  return (
    <Tooltip title={title}>
      <span
        className="pieces-bar"
        role="img"
        aria-label={words.join(', ') || t('nothing')}
        style={width ? { width } : {}}
      >
        {parts.map(({ kind, count }) => (
          <span key={kind} className={`pieces-part pieces-${kind}`} style={{ flexGrow: count }} />
        ))}
      </span>
    </Tooltip>
  )
}

/** The same in words, below a larger bar. */
export function PiecesLegend({ pieces }: { readonly pieces: Pieces }) {
  const t = useText(text)
  return (
    <ul className="pieces-legend">
      {KINDS.filter((kind) => pieces[kind] !== undefined).map((kind) => (
        <li key={kind}>
          <i className={`pieces-${kind}`} />
          {t(kind)} <b className="num">{formatCount(pieces[kind] ?? 0)}</b>
        </li>
      ))}
    </ul>
  )
}

const partsOf = (pieces: Pieces) =>
  KINDS.map((kind) => ({ kind, count: pieces[kind] ?? 0 })).filter(({ count }) => count > 0)

const percentOf = (count: number, total: number): string => {
  const percent = (count / total) * 100
  return `${percent > 0 && percent < 0.1 ? '<0.1' : percent.toFixed(1)}%`
}
