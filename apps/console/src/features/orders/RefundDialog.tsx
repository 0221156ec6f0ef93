import { Alert, Form, Input, Modal, Radio } from 'antd'
import { useState } from 'react'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatMoney } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Money } from '../../shared/parts/values.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { REFRESH_AFTER } from './refresh.ts'
import { orderText } from './text.ts'

type Order = Output<'orders.detail'>
type Line = Order['lines'][number]
type Values = { readonly what: number; readonly to: 'source' | 'balance'; readonly reason: string }

/** Stands for every line in a field whose values are line numbers. */
const ALL = 0

/** Refunds a line or the order: says how much, where it goes and which codes are taken back, and asks why. */
export function RefundDialog({ order, onClose }: { readonly order: Order; readonly onClose: () => void }) {
  const t = useText(orderText)
  const common = useText(commonText)
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  // One decision, one refund: pressing again after a lost answer repeats it and does not double it.
  const [key] = useState(newKey)
  const refund = useAction('orders.refund', { refresh: REFRESH_AFTER, done: t('refundDone'), showProblem: false })
  const what = Form.useWatch('what', form) ?? ALL
  const refundable = order.lines.filter(isRefundable)
  const chosen = what === ALL ? refundable : refundable.filter((line) => line.lineNo === what)
  const amountFen = chosen.reduce((sum, line) => sum + line.amountFen, 0)
  const takenBack = chosen.reduce((sum, line) => sum + ownedPieces(line), 0)
  const byBalance = order.gateway === 'balance'
  const save = async (values: Values) => {
    const lineNo = values.what === ALL ? null : values.what
    await refund.run({ params: { no: order.no }, body: { lineNo, to: values.to, reason: values.reason } }, key)
    onClose()
  }
  return (
    <Modal
      open
      title={t('refund')}
      onCancel={onClose}
      onOk={() => void submit(save)}
      okText={t('refundConfirm', { amount: formatMoney(amountFen) })}
      okButtonProps={{ danger: true }}
      confirmLoading={saving}
      width={480}
    >
      <Form
        form={form}
        layout="vertical"
        disabled={saving}
        initialValues={{
          what: refundable.length === 1 ? refundable[0]?.lineNo : ALL,
          to: byBalance ? 'balance' : 'source',
        }}
      >
        <dl className="facts">
          <dt>{common('object')}</dt>
          <dd>{t('order', { no: order.no })}</dd>
          <dt>{t('refundAmount')}</dt>
          <dd>
            <Money fen={amountFen} strong />
          </dd>
        </dl>
        <Form.Item name="what" label={t('refundWhat')} hidden={refundable.length === 1}>
          <Radio.Group
            vertical
            options={[
              {
                value: ALL,
                label: `${t('refundAll')} ${formatMoney(refundable.reduce((sum, line) => sum + line.amountFen, 0))}`,
              },
              ...refundable.map((line) => ({ value: line.lineNo, label: lineName(line) })),
            ]}
          />
        </Form.Item>
        <Form.Item name="to" label={t('refundTo')} {...toHint(order, byBalance, t)}>
          <Radio.Group
            options={[
              { value: 'source', label: t('refundToSource'), disabled: byBalance },
              { value: 'balance', label: t('refundToBalance'), disabled: order.member === null },
            ]}
          />
        </Form.Item>
        {takenBack > 0 && (
          <Alert type="warning" title={t('refundTakesBack', { count: takenBack })} style={{ marginBottom: 16 }} />
        )}
        <Form.Item
          name="reason"
          label={common('reason')}
          extra={common('reasonHint')}
          rules={[{ required: true, whitespace: true, message: common('reasonRequired') }]}
        >
          <Input.TextArea autoFocus maxLength={200} autoSize={{ minRows: 2, maxRows: 4 }} />
        </Form.Item>
      </Form>
    </Modal>
  )
}

/** As the server decides it; a free line has nothing to give back. */
const isRefundable = (line: Line): boolean =>
  (line.state === 'delivered' || line.state === 'exception') && line.amountFen > 0

/** Pieces still in the buyer's hands. The page of a large line carries only its first grants. */
const ownedPieces = ({ grants, deliveredQuantity }: Line): number =>
  grants.length < deliveredQuantity ? deliveredQuantity : grants.filter((grant) => grant.state !== 'revoked').length

const lineName = (line: Line): string =>
  `${line.goodsTitle} ${line.skuTitle} × ${line.quantity} ${formatMoney(line.amountFen)}`

function toHint(
  order: Order,
  byBalance: boolean,
  t: (key: 'guestNoBalance' | 'paidByBalance') => string,
): { readonly extra?: string } {
  if (byBalance) return { extra: t('paidByBalance') }
  return order.member === null ? { extra: t('guestNoBalance') } : {}
}
