import type { RECEIPT_ACTIONS } from '@quanshu/contract'
import { Form, Input, Modal, Radio, Typography } from 'antd'
import { useState } from 'react'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatMoney } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money } from '../../shared/parts/values.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { Difference } from './Difference.tsx'
import { financeText } from './text.ts'
import './finance.css'

type Receipt = Row<'payments.listReceipts'>
type Action = (typeof RECEIPT_ACTIONS)[number]
type Values = { readonly action: Action; readonly note: string }
type T = Say<keyof typeof financeText.keys>
/** What follows from a choice, or why it is none. */
type Choice = {
  readonly action: Action
  readonly name: string
  readonly follows: string
  readonly refusal: string | undefined
}

/** Decides about money that did not fit: order and receipt side by side, and what each way leads to. */
export function ReceiptDialog({ receipt, onClose }: { readonly receipt: Receipt; readonly onClose: () => void }) {
  const t = useText(financeText)
  const common = useText(commonText)
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  // One decision, one effect: pressing again after a lost answer repeats it and does not double it.
  const [key] = useState(newKey)
  const handle = useAction('payments.handleReceipt', {
    refresh: ['payments.', 'orders.', 'ledger.', 'fulfilment.', 'members.'],
    done: t('handled'),
    showProblem: false,
  })
  const choices = choicesOf(receipt, t)
  const action = Form.useWatch('action', form) ?? 'refund'
  const chosen = choices.find((choice) => choice.action === action)
  const save = async (body: Values) => {
    await handle.run({ params: { receiptId: receipt.id }, body }, key)
    onClose()
  }
  return (
    <Modal
      open
      title={t('handleTitle')}
      width={560}
      okText={chosen?.name}
      confirmLoading={saving}
      onOk={() => void submit(save)}
      onCancel={onClose}
    >
      <Amounts receipt={receipt} />
      <Form form={form} layout="vertical" disabled={saving} initialValues={{ action: 'refund' }}>
        <Form.Item name="action" label={t('handleWhat')}>
          <Radio.Group className="choices">
            {choices.map(({ action, name, follows, refusal }) => (
              <Radio key={action} value={action} disabled={saving || refusal !== undefined} className="choice">
                <span className="choice-name">{name}</span>
                <Typography.Text type="secondary" className="choice-text">
                  {refusal ?? follows}
                </Typography.Text>
              </Radio>
            ))}
          </Radio.Group>
        </Form.Item>
        <Form.Item
          name="note"
          label={common('reason')}
          extra={common('reasonHint')}
          rules={[{ required: true, whitespace: true, message: common('reasonRequired') }]}
          style={{ marginBottom: 8 }}
        >
          <Input.TextArea autoFocus maxLength={200} autoSize={{ minRows: 2, maxRows: 4 }} />
        </Form.Item>
      </Form>
    </Modal>
  )
}

function Amounts({ receipt }: { readonly receipt: Receipt }) {
  const t = useText(financeText)
  const gatewayName = useGatewayName()
  return (
    <>
      <dl className="sums">
        <div>
          <dt>{t('orderAmount')}</dt>
          <dd>
            <Money fen={receipt.orderTotalFen} />
          </dd>
        </div>
        <div>
          <dt>{t('receivedAmount')}</dt>
          <dd>
            <Money fen={receipt.amountFen} />
            {receipt.disputedFen > 0 && (
              <Typography.Text type="danger" style={{ display: 'block', fontSize: 12 }}>
                {t('ofItDisputed', { amount: formatMoney(receipt.disputedFen) })}
              </Typography.Text>
            )}
          </dd>
        </div>
        <div>
          <dt>{t('difference')}</dt>
          <dd>
            <Difference receipt={receipt} />
          </dd>
        </div>
      </dl>
      <dl className="facts" style={{ marginBottom: 16 }}>
        <dt>{t('order')}</dt>
        <dd>
          <span className="num">{receipt.orderNo}</span> <StateTag kind="order" state={receipt.orderState} />
        </dd>
        <dt>{t('gateway')}</dt>
        <dd>{gatewayName(receipt.gateway)}</dd>
        <dt>{t('tradeNo')}</dt>
        <dd>
          <Copyable text={receipt.tradeNo} />
        </dd>
      </dl>
    </>
  )
}

/** As the server decides it (`fulfilment.handle_receipt`). */
function choicesOf(receipt: Receipt, t: T): readonly Choice[] {
  const { amountFen, leftFen, memberId, orderState, state } = receipt
  const difference = amountFen - receipt.orderTotalFen
  const amount = formatMoney(leftFen)
  const words = { difference: formatMoney(Math.abs(difference)) }
  return [
    {
      action: 'refund',
      name: t('handleRefund'),
      follows: t(orderState === 'pending' ? 'handleRefundWaits' : 'handleRefundText', { amount }),
      refusal: undefined,
    },
    {
      action: 'balance',
      name: t('handleBalance'),
      follows: t('handleBalanceText', { amount }),
      refusal: memberId === null ? t('noMember') : undefined,
    },
    {
      action: 'apply',
      name: t('handleApply'),
      follows:
        difference < 0
          ? t('handleApplyLess', words)
          : difference > 0
            ? t('handleApplyMore', words)
            : t('handleApplySame'),
      refusal: applyRefusal(),
    },
  ]

  function applyRefusal(): string | undefined {
    if (state !== 'unmatched') return t('notOneToApply')
    if (orderState !== 'pending') return t('notWaiting')
    if (leftFen < amountFen) return t('partlyGone')
    return difference > 0 && memberId === null ? t('overNoMember') : undefined
  }
}
