import { Tooltip } from 'antd'
import type { Row } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { stateText } from '../../shared/states.ts'
import { bulkText } from './text.ts'
import './bulk.css'

type Counts = Row<'bulk.list'>['counts']

/** In the order of the bar, from what came to a good end to what has not begun. */
const PARTS = [
  ['delivered', 'delivered'],
  ['under_way', 'underWay'],
  ['attention', 'attention'],
  ['failed', 'failed'],
  ['refunded', 'refunded'],
  ['cancelled', 'cancelled'],
  ['waiting', 'waiting'],
] as const satisfies readonly (readonly [string, keyof Counts])[]

/** How the lines that can be ordered stand, as one bar; counted when pointed at. */
export function ProgressBar({ counts, small = false }: { readonly counts: Counts; readonly small?: boolean }) {
  const t = useText(bulkText)
  const name = useText(stateText)
  const parts = PARTS.filter(([, key]) => counts[key] > 0)
  const words = parts.map(([standing, key]) => `${name(`bulkLine.${standing}`)} ${formatCount(counts[key])}`)
  return (
    <Tooltip title={words.length === 0 ? t('noLines') : words.map((line) => <div key={line}>{line}</div>)}>
      <span
        className={small ? 'bulk-bar bulk-bar-small' : 'bulk-bar'}
        role="img"
        aria-label={words.join(', ') || t('noLines')}
      >
        {parts.map(([standing, key]) => (
          <span key={standing} className={`bulk-${standing}`} style={{ flexGrow: counts[key] }} />
        ))}
      </span>
    </Tooltip>
  )
}

/** The same as figures, with the lines that were never to be ordered. What never occurred is left out but for what people look for. */
export function ProgressLegend({ counts }: { readonly counts: Counts }) {
  const name = useText(stateText)
  return (
    <dl className="bulk-legend">
      {[...PARTS, ['invalid', 'invalid'] as const]
        .filter(([standing, key]) => counts[key] > 0 || standing === 'delivered' || standing === 'waiting')
        .map(([standing, key]) => (
          <div key={standing}>
            <dt>
              <i className={`bulk-${standing}`} />
              {name(`bulkLine.${standing}`)}
            </dt>
            <dd className="num">{formatCount(counts[key])}</dd>
          </div>
        ))}
    </dl>
  )
}
