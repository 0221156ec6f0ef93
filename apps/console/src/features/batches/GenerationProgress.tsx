import { Progress, Typography } from 'antd'
import { useRef } from 'react'
import type { Output } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { batchText } from './text.ts'

type Batch = Output<'vault.getBatch'>

/** How far the making of a batch's codes has come. */
export function GenerationProgress({ batch }: { readonly batch: Batch }) {
  const t = useText(batchText)
  const pace = usePace(batch.imported)
  const wanted = batch.wanted ?? 0
  return (
    <Section title={t('making')}>
      <Progress
        aria-label={t('making')}
        percent={wanted === 0 ? 0 : Math.min(99.9, (batch.imported / wanted) * 100)}
        status={batch.state === 'interrupted' ? 'exception' : 'active'}
        strokeLinecap="butt"
        format={(percent) => `${(percent ?? 0).toFixed(0)}%`}
      />
      <div className="num" style={{ display: 'flex', flexWrap: 'wrap', gap: '2px 24px', marginBlock: 6 }}>
        <span>{t('madeOf', { made: formatCount(batch.imported), wanted: formatCount(wanted) })}</span>
        {pace > 0 && batch.state === 'importing' && <span>{t('perSecond', { count: formatCount(pace) })}</span>}
        {batch.duplicates > 0 && <span>{t('redrawn', { count: formatCount(batch.duplicates) })}</span>}
      </div>
      {batch.state === 'importing' && <Typography.Text type="secondary">{t('mayLeave')}</Typography.Text>}
    </Section>
  )
}

/** Codes a second since the page was opened. */
function usePace(made: number): number {
  const first = useRef({ at: Date.now(), made })
  const seconds = (Date.now() - first.current.at) / 1_000
  return seconds < 1 ? 0 : Math.round((made - first.current.made) / seconds)
}
