import { Alert, App, Form, Input, Modal, Select } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useGatewayName, useGatewayOptions } from '../../shared/parts/gateways.tsx'
import { Money } from '../../shared/parts/values.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { REFRESH_AFTER } from './refresh.ts'
import { orderText } from './text.ts'

type Order = Output<'orders.detail'>
type Values = { readonly gateway: string; readonly tradeNo: string; readonly reason: string }

/** 补单: the buyer's trade number is asked of the gateway; what it confirms is booked, or waits for a second person. */
export function ClaimDialog({ order, onClose }: { readonly order: Order; readonly onClose: () => void }) {
  const t = useText(orderText)
  const common = useText(commonText)
  const gatewayName = useGatewayName()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const claim = useAction('payments.claim', { refresh: REFRESH_AFTER, showProblem: false })
  const opened = [...new Set(order.payments.map(({ gateway }) => gateway))].filter((gateway) => gateway !== 'balance')
  const others = useGatewayOptions()
    .map(({ value }) => value)
    .filter((gateway) => gateway !== 'balance' && !opened.includes(gateway))
  const save = async (body: Values) => {
    const { state, verdict } = await claim.run({ params: { no: order.no }, body })
    if (state === 'awaiting') void message.info(t('claimWaits'))
    else void message.success(t(verdict === 'surplus' ? 'claimSurplus' : 'claimDone'))
    onClose()
  }
  return (
    <Modal
      open
      title={t('claim')}
      width={480}
      okText={t('claimAsk')}
      confirmLoading={saving}
      onOk={() => void submit(save)}
      onCancel={onClose}
    >
      <dl className="facts">
        <dt>{t('no')}</dt>
        <dd className="num">{order.no}</dd>
        <dt>{t('amount')}</dt>
        <dd>
          <Money fen={order.totalFen} strong />
        </dd>
      </dl>
      <Alert type="info" title={t('claimText')} style={{ marginBlock: 12, padding: '6px 12px' }} />
      <Form form={form} layout="vertical" disabled={saving} initialValues={{ gateway: opened[0] }}>
        <Form.Item name="gateway" label={t('gateway')} rules={[{ required: true, message: t('claimGatewayRequired') }]}>
          <Select
            options={[...opened, ...others].map((gateway) => ({ value: gateway, label: gatewayName(gateway) }))}
          />
        </Form.Item>
        <Form.Item
          name="tradeNo"
          label={t('claimTradeNo')}
          extra={t('claimTradeNoHint')}
          rules={[{ required: true, whitespace: true, message: t('claimTradeNoRequired') }]}
        >
          <Input autoFocus maxLength={64} className="num" />
        </Form.Item>
        <Form.Item
          name="reason"
          label={common('reason')}
          extra={common('reasonHint')}
          rules={[{ required: true, whitespace: true, message: common('reasonRequired') }]}
          style={{ marginBottom: 8 }}
        >
          <Input.TextArea maxLength={200} autoSize={{ minRows: 2, maxRows: 4 }} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
