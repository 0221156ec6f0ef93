import { App, Form, Input } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { purchaseText } from './purchaseText.ts'
import { REFRESH_AFTER_PURCHASE } from './refresh.ts'

type Purchase = Output<'suppliers.readPurchase'>

/** Asks the supplier to take a purchase back, and tells its answer in words: only one of the four changes anything. */
export function useCancelPurchase(purchase: Purchase): () => void {
  const t = useText(purchaseText)
  const confirm = useConfirmDanger()
  const { modal } = App.useApp()
  const cancel = useAction('suppliers.cancelPurchase', {
    refresh: REFRESH_AFTER_PURCHASE,
    showProblem: false,
    onDone: ({ outcome, said, purchase: { state } }) => {
      // It had ended some other way when the word came.
      const word = outcome === 'cancelled' && state !== 'refused' ? 'cancelledLate' : outcome
      const tell = word === 'cancelled' ? modal.success : modal.warning
      tell({
        title: t(`cancel_${word}`),
        content: (
          <>
            {t(`cancel_${word}_text`)}
            {said && <div style={{ marginTop: 8 }}>{t('cancelSaid', { said })}</div>}
          </>
        ),
      })
    },
  })
  return () =>
    confirm({
      title: t('cancel'),
      object: `${purchase.supplier} · ${purchase.no}`,
      consequence: t('cancelText'),
      extra: (
        <Form.Item
          name="note"
          label={t('cancelNote')}
          extra={t('cancelNoteHint')}
          rules={[{ required: true, whitespace: true, message: t('cancelNoteRequired') }]}
          style={{ marginBottom: 8 }}
        >
          <Input.TextArea maxLength={200} autoSize={{ minRows: 2, maxRows: 4 }} />
        </Form.Item>
      ),
      onConfirm: (_reason, { note }) =>
        cancel.run({ params: { purchaseId: purchase.id }, body: { note: String(note ?? '') } }),
    })
}
