import { Alert, Form, Input, Radio } from 'antd'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { purchaseText } from './purchaseText.ts'
import { REFRESH_AFTER_PURCHASE } from './refresh.ts'
import { SureBox } from './SureBox.tsx'

type Purchase = Output<'suppliers.readPurchase'>
type Outcome = 'done' | 'refused'

/** Asks what a person found out about a purchase that its supplier cannot tell, and says what follows from the answer. */
export function useSettle(purchase: Purchase): () => void {
  const t = useText(purchaseText)
  const confirm = useConfirmDanger()
  const settle = useAction('suppliers.settlePurchase', {
    refresh: REFRESH_AFTER_PURCHASE,
    done: t('settled'),
    showProblem: false,
  })
  return () => {
    const key = newKey()
    confirm({
      title: t('settle'),
      object: `${purchase.supplier} · ${purchase.no}`,
      consequence: t('settleText'),
      extra: <Answer />,
      onConfirm: (_reason, { outcome, note }) =>
        settle.run(
          { params: { purchaseId: purchase.id }, body: { outcome: outcome as Outcome, note: String(note ?? '') } },
          key,
        ),
    })
  }
}

function Answer() {
  const t = useText(purchaseText)
  const outcome = Form.useWatch<Outcome | undefined>('outcome')
  return (
    <>
      <Form.Item name="outcome" label={t('settleWhat')} rules={[{ required: true, message: t('choose') }]}>
        <Radio.Group
          options={[
            { value: 'done', label: t('settleDone') },
            { value: 'refused', label: t('settleRefused') },
          ]}
        />
      </Form.Item>
      {outcome === 'done' && <Alert type="info" showIcon title={t('settleDoneText')} style={{ marginBottom: 16 }} />}
      {outcome === 'refused' && (
        <>
          <Alert type="error" showIcon title={t('settleRefusedText')} style={{ marginBottom: 8 }} />
          <SureBox />
        </>
      )}
      <Form.Item
        name="note"
        label={t('settleNote')}
        extra={t('settleNoteHint')}
        rules={[{ required: true, whitespace: true, message: t('settleNoteRequired') }]}
        style={{ marginBottom: 8 }}
      >
        <Input.TextArea maxLength={200} autoSize={{ minRows: 2, maxRows: 4 }} />
      </Form.Item>
    </>
  )
}
