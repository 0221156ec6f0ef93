import { App, Form, Segmented } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import { download, type Output } from '../../shared/api/index.ts'
import { formatCount, formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { bulkText } from './text.ts'

type Bulk = Output<'bulk.get'>
type Deed = 'confirm' | 'pause' | 'resume' | 'cancel' | 'retry' | 'downloadCodes'
export const REFRESH = ['bulk.']

/** What is done to a whole bulk order; each names it, says what follows and, where it is kept, asks why. */
export function useBulkActions(bulk: Bulk): { readonly [Name in Deed]: () => void } {
  const t = useText(bulkText)
  const confirm = useConfirmDanger()
  const { message } = App.useApp()
  const order = useAction('bulk.confirm', { refresh: REFRESH, done: t('confirmed'), showProblem: false })
  const pause = useAction('bulk.setState', { refresh: REFRESH, done: t('paused'), showProblem: false })
  const resume = useAction('bulk.setState', { refresh: REFRESH, done: t('resumed') })
  const cancel = useAction('bulk.setState', { refresh: REFRESH, done: t('cancelled'), showProblem: false })
  const retry = useAction('bulk.retry', { refresh: REFRESH, done: t('retried'), showProblem: false })
  const { counts, money, state } = bulk
  const params = { bulkId: bulk.id }
  const object = `${bulk.name} · #${bulk.id}`
  return {
    confirm: () =>
      confirm({
        title: t('confirm'),
        object,
        ...(bulk.payer === 'member' ? { amountFen: money.totalFen } : {}),
        consequence: t(bulk.payer === 'member' ? 'confirmText' : 'confirmGift', { lines: formatCount(counts.waiting) }),
        danger: false,
        confirmText: t('confirm'),
        onConfirm: () => order.run({ params, body: { totalFen: money.totalFen } }),
      }),
    pause: () =>
      confirm({
        title: t('pause'),
        object,
        consequence: t('pauseText'),
        askReason: true,
        danger: false,
        onConfirm: (reason) => pause.run({ params, body: { to: 'paused', reason } }),
      }),
    resume: () => void resume.go({ params, body: { to: 'running', reason: t('resume') } }),
    cancel: () =>
      confirm({
        title: t(state === 'draft' ? 'cancelDraft' : 'cancel'),
        object,
        consequence:
          state === 'draft'
            ? t('cancelDraftText')
            : t('cancelText', { count: formatCount(counts.waiting), amount: formatMoney(money.heldFen) }),
        askReason: true,
        onConfirm: (reason) => cancel.run({ params, body: { to: 'cancelled', reason } }),
      }),
    retry: () =>
      confirm({
        title: t('retry'),
        object,
        consequence: t('retryText', { count: formatCount(counts.failed + counts.refunded) }),
        danger: false,
        onConfirm: () => retry.run({ params, body: {} }),
      }),
    downloadCodes: () =>
      confirm({
        title: t('downloadCodes'),
        object,
        consequence: t('downloadCodesText', { count: formatCount(counts.delivered) }),
        askReason: true,
        danger: false,
        extra: (
          <Form.Item name="format" label={t('format')}>
            <Segmented options={['xlsx', 'csv', 'txt']} />
          </Form.Item>
        ),
        initialValues: { format: 'xlsx' },
        onConfirm: async (reason, { format }) => {
          const body = { reason, format: format as 'xlsx' | 'csv' | 'txt' }
          void message.success(t('downloaded', { name: await download('bulk.exportCodes', { params, body }) }))
        },
      }),
  }
}
