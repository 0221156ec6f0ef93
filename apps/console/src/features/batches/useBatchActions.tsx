import { useQueryClient } from '@tanstack/react-query'
import { App, Checkbox, Form, Input } from 'antd'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import { download, type Output } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { batchText } from './text.ts'

type Batch = Output<'vault.getBatch'>
type Deed = 'suspend' | 'resume' | 'undo' | 'cancel' | 'recall' | 'exportCodes' | 'resumeGeneration'
const REFRESH = ['vault.', 'stock.', 'catalog.', 'ledger.', 'fulfilment.']

/** What is done to a whole batch; each names the batch and how many codes it touches, and asks why. */
export function useBatchActions(batch: Batch): { readonly [Name in Deed]: () => void } {
  const t = useText(batchText)
  const confirm = useConfirmDanger()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const suspend = useAction('vault.suspendBatch', { refresh: REFRESH, done: t('suspended') })
  const resume = useAction('vault.resumeBatch', { refresh: REFRESH, done: t('resumed') })
  const undo = useAction('vault.undoBatch', { refresh: REFRESH, done: t('undone') })
  const cancelImport = useAction('vault.cancelImport', { refresh: REFRESH, done: t('cancelled') })
  const cancelGeneration = useAction('vault.cancelGeneration', { refresh: REFRESH, done: t('cancelled') })
  const goOn = useAction('vault.resumeGeneration', { refresh: REFRESH, done: t('goneOn') })
  const recall = useAction('fulfilment.recallBatch', { refresh: REFRESH, done: t('recallStarted') })
  const params = { batchId: batch.id }
  const object = `${t('batch', { id: batch.id })} · ${batch.goodsTitle} / ${batch.skuTitle}`
  const { counts } = batch
  const isOwn = batch.origin === 'generated'
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
        title: t(isOwn ? 'cancelGeneration' : 'cancel'),
        object,
        consequence: t(isOwn ? 'cancelGenerationText' : 'cancelText', { count: formatCount(batch.imported) }),
        onConfirm: () => (isOwn ? cancelGeneration : cancelImport).run({ params, body: {} }),
      }),
    resumeGeneration: () => void goOn.go({ params, body: {} }),
    recall: () => {
      const key = newKey()
      confirm({
        title: t('recall'),
        object,
        consequence: t('recallText', {
          count: formatCount(counts.available + counts.suspect),
          delivered: formatCount(counts.delivered + counts.used),
        }),
        askReason: true,
        extra: (
          <Form.Item name="evidence" label={t('evidence')} extra={t('evidenceHint')}>
            <Input.TextArea maxLength={1_000} autoSize={{ minRows: 2, maxRows: 6 }} />
          </Form.Item>
        ),
        onConfirm: (reason, values) =>
          recall.run({ params, body: { reason, evidence: String(values.evidence ?? '') } }, key),
      })
    },
    exportCodes: () =>
      confirm({
        title: t('exportCodes'),
        object,
        consequence: t('exportText', { count: formatCount(batch.imported - counts.void) }),
        askReason: true,
        extra: (
          <Form.Item name="handOut" valuePropName="checked" style={{ marginBottom: 12 }}>
            <Checkbox>{t('handOut')}</Checkbox>
          </Form.Item>
        ),
        onConfirm: async (reason, values) => {
          try {
            const name = await download('vault.exportCodes', {
              params,
              body: { reason, handOut: values.handOut === true },
            })
            void message.success(t('exportDone', { name }))
          } finally {
            await queries.invalidateQueries({ predicate: ({ queryKey: [id] }) => String(id).startsWith('vault.') })
          }
        },
      }),
  }
}
