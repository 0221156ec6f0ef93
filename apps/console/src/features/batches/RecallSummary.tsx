import { Alert, Button } from 'antd'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useMay } from '../../shared/session.tsx'
import { batchText } from './text.ts'

const REFRESH_MS = 3_000

/** That a batch is being recalled, how far it has come, and the way to where it is worked on. */
export function RecallSummary({ batchId, isOver }: { readonly batchId: number; readonly isOver: boolean }) {
  const t = useText(batchText)
  const may = useMay()
  const { data } = useRead('fulfilment.getRecall', { params: { batchId } }, { refreshMs: isOver ? false : REFRESH_MS })
  const recall = data?.recall
  if (!recall) return null
  const { open, queued, failed, awaiting, ...decided } = recall.pieces
  const done = Object.values(decided).reduce((sum, pieces) => sum + pieces, 0)
  return (
    <Alert
      type={isOver ? 'info' : 'error'}
      showIcon
      title={t('recallWith', { reason: recall.reason })}
      description={
        recall.listed
          ? t('recallOpen', { open: formatCount(open + queued + failed + awaiting), done: formatCount(done) })
          : t('recallListing')
      }
      action={
        may('orders.read') && (
          <Link to={`/batches/${batchId}/recall`}>
            <Button type={isOver ? 'default' : 'primary'}>{t('toRecall')}</Button>
          </Link>
        )
      }
    />
  )
}
