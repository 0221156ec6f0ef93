import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { batchText } from './text.ts'

type Batch = Output<'vault.getBatch'>
const REFRESH = ['vault.', 'stock.', 'catalog.', 'ledger.']

/** What is done to a whole batch; each names the batch and how many codes it touches, and asks why. */
export function useBatchActions(batch: Batch): {
  readonly [Name in 'suspend' | 'resume' | 'undo' | 'cancel']: () => void
} {
  const t = useText(batchText)
  const confirm = useConfirmDanger()
  const suspend = useAction('vault.suspendBatch', { refresh: REFRESH, done: t('suspended') })
  const resume = useAction('vault.resumeBatch', { refresh: REFRESH, done: t('resumed') })
  const undo = useAction('vault.undoBatch', { refresh: REFRESH, done: t('undone') })
  const cancel = useAction('vault.cancelImport', { refresh: REFRESH, done: t('cancelled') })
  const params = { batchId: batch.id }
  const object = `${t('batch', { id: batch.id })} · ${batch.goodsTitle} / ${batch.skuTitle}`
  const { counts } = batch
  return {
    suspend: () =>
      confirm({
        title: t('suspend'),
        object,
        consequence: t('suspendText', { count: formatCount(counts.available) }),
        askReason: true,
        onConfirm: (reason) => suspend.run({ params, body: { reason } }),
      }),
    resume: () =>
      confirm({
        title: t('resume'),
        object,
        consequence: t('resumeText', { count: formatCount(counts.suspect) }),
        askReason: true,
        danger: false,
        onConfirm: (reason) => resume.run({ params, body: { reason } }),
      }),
    undo: () =>
      confirm({
        title: t('undo'),
        object,
        consequence: t('undoText', { count: formatCount(batch.imported) }),
        askReason: true,
        onConfirm: (reason) => undo.run({ params, body: { reason } }),
      }),
    cancel: () =>
      confirm({
        title: t('cancel'),
        object,
        consequence: t('cancelText', { count: formatCount(batch.imported) }),
        onConfirm: () => cancel.run({ params, body: {} }),
      }),
  }
}
