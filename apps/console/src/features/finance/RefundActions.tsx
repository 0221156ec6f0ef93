import { Form, Input } from 'antd'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useMe } from '../../shared/session.tsx'
import { financeText } from './text.ts'

type Refund = Row<'payments.listRefunds'>

const REFRESH: readonly string[] = ['payments.', 'orders.', 'fulfilment.', 'ledger.', 'vault.']

/** What may be done about a refund: decide about one that waits, or go on with one that failed. */
export function RefundActions({ refund }: { readonly refund: Refund }) {
  if (refund.state === 'awaiting') return <Decide refund={refund} />
  return refund.state === 'failed' && !refund.isReplaced ? <GoOn refund={refund} /> : null
}

function Decide({ refund }: { readonly refund: Refund }) {
  const t = useText(financeText)
  const me = useMe()
  const confirm = useConfirmDanger()
  const approve = useAction('fulfilment.approveRefund', { refresh: REFRESH, done: t('refundApproved') })
  const decline = useAction('fulfilment.declineRefund', { refresh: REFRESH, done: t('refundDeclined') })
  const params = { refundId: refund.id }
  const about = { object: t('causeOrder', { no: refund.orderNo }), amountFen: refund.amountFen }
  const askApprove = () => {
    const key = newKey()
    confirm({
      ...about,
      title: t('approveRefund'),
      consequence: t(refund.takes === 'nothing' ? 'approveKeepsText' : 'approveText', {
        name: refund.requestedBy,
        reason: refund.reason,
      }),
      onConfirm: () => approve.run({ params, body: {} }, key),
    })
  }
  const askDecline = () =>
    confirm({
      ...about,
      title: t('declineRefund'),
      consequence: t('declineText'),
      askReason: true,
      danger: false,
      onConfirm: (reason) => decline.run({ params, body: { reason } }),
    })
  const own = refund.requestedById === me.id ? t('ownRefund') : undefined
  return (
    <>
      <ActionButton type="link" permission="refunds.approve" refusal={own} onClick={askApprove}>
        {t('approveRefund')}
      </ActionButton>
      <ActionButton type="link" permission="refunds.approve" onClick={askDecline}>
        {t('declineRefund')}
      </ActionButton>
    </>
  )
}

function GoOn({ refund }: { readonly refund: Refund }) {
  const t = useText(financeText)
  const confirm = useConfirmDanger()
  const retry = useAction('payments.retryRefund', { refresh: REFRESH, done: t('refundRetried') })
  const byHand = useAction('fulfilment.refundByHand', { refresh: REFRESH, done: t('refundByHandDone') })
  const params = { refundId: refund.id }
  const about = { object: t('causeOrder', { no: refund.orderNo }), amountFen: refund.amountFen, askReason: true }
  const askRetry = () =>
    confirm({
      ...about,
      title: t('retryRefund'),
      consequence: t('retryRefundText'),
      danger: false,
      onConfirm: (reason) => retry.run({ params, body: { reason } }),
    })
  const askByHand = () => {
    const key = newKey()
    confirm({
      ...about,
      title: t('refundByHand'),
      consequence: t('refundByHandText'),
      extra: (
        <Form.Item
          name="reference"
          label={t('handReference')}
          extra={t('handReferenceHint')}
          rules={[{ required: true, whitespace: true, message: t('handReferenceRequired') }]}
        >
          <Input maxLength={64} />
        </Form.Item>
      ),
      onConfirm: (note, values) => byHand.run({ params, body: { note, reference: String(values.reference) } }, key),
    })
  }
  return (
    <>
      <ActionButton type="link" permission="orders.refund" onClick={askRetry}>
        {t('retryRefund')}
      </ActionButton>
      <ActionButton type="link" permission="refunds.approve" onClick={askByHand}>
        {t('refundByHand')}
      </ActionButton>
    </>
  )
}
