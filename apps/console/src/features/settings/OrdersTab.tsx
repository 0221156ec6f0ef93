import { Form, InputNumber, Radio, Space, Switch, Typography } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { SettingsForm } from './SettingsForm.tsx'
import { settingsText } from './text.ts'

const KEYS = [
  'orders.holdMinutes',
  'orders.unpaidMaxPerPerson',
  'orders.unpaidMaxPerIp',
  'orders.unpaidMaxPerDevice',
  'orders.guestCheckout',
  'orders.queryPasswordRequired',
  'refunds.approvalAboveFen',
  'refunds.approvalAbovePoints',
  'refunds.usedCodes',
  'payments.claimApprovalAboveFen',
  'payments.letGoMaxFen',
  'suppliers.moneyApprovalAboveFen',
  'desk.ages',
] as const

/** How orders are placed and how long they wait. */
export function OrdersTab() {
  const t = useText(settingsText)
  const count = (name: (typeof KEYS)[number], label: string, max: number, unit: string) => (
    <Form.Item name={[name]} label={label} rules={[{ required: true, message: t('required') }]}>
      <InputNumber min={1} max={max} precision={0} suffix={unit} style={{ width: 160 }} />
    </Form.Item>
  )
  return (
    <SettingsForm keys={KEYS}>
      {() => (
        <Section title={t('tabOrders')}>
          <Form.Item
            name={['orders.holdMinutes']}
            label={t('holdMinutes')}
            extra={t('holdHint')}
            rules={[{ required: true, message: t('required') }]}
          >
            <InputNumber min={1} max={1440} precision={0} suffix={t('minutes')} style={{ width: 160 }} />
          </Form.Item>
          <Typography.Text>{t('limits')}</Typography.Text>
          <Typography.Paragraph type="secondary">{t('limitsHint')}</Typography.Paragraph>
          <div className="inline-fields">
            {count('orders.unpaidMaxPerPerson', t('perPerson'), 100, t('ordersUnit'))}
            {count('orders.unpaidMaxPerIp', t('perIp'), 1000, t('ordersUnit'))}
            {count('orders.unpaidMaxPerDevice', t('perDevice'), 100, t('ordersUnit'))}
          </div>
          <Form.Item
            name={['orders.guestCheckout']}
            label={t('guestCheckout')}
            extra={t('guestHint')}
            valuePropName="checked"
          >
            <Switch />
          </Form.Item>
          <Form.Item
            name={['orders.queryPasswordRequired']}
            label={t('queryPassword')}
            extra={t('queryPasswordHint')}
            valuePropName="checked"
          >
            <Switch />
          </Form.Item>
          <Form.Item
            name={['refunds.approvalAboveFen']}
            label={t('refundApproval')}
            extra={t('refundApprovalHint')}
            rules={[{ required: true, message: t('required') }]}
          >
            <MoneyInput max={1_000_000} style={{ width: 160 }} />
          </Form.Item>
          <Form.Item
            name={['refunds.approvalAbovePoints']}
            label={t('refundApprovalPoints')}
            extra={t('refundApprovalPointsHint')}
            rules={[{ required: true, message: t('required') }]}
          >
            <InputNumber min={0} max={1_000_000_000} precision={0} suffix={t('points')} style={{ width: 160 }} />
          </Form.Item>
          <Form.Item
            name={['payments.claimApprovalAboveFen']}
            label={t('claimApproval')}
            extra={t('claimApprovalHint')}
            rules={[{ required: true, message: t('required') }]}
          >
            <MoneyInput max={1_000_000} style={{ width: 160 }} />
          </Form.Item>
          <Form.Item
            name={['suppliers.moneyApprovalAboveFen']}
            label={t('supplierMoneyApproval')}
            extra={t('supplierMoneyApprovalHint')}
            rules={[{ required: true, message: t('required') }]}
          >
            <MoneyInput max={100_000_000} style={{ width: 160 }} />
          </Form.Item>
          <Form.Item
            name={['payments.letGoMaxFen']}
            label={t('letGoMax')}
            extra={t('letGoMaxHint')}
            rules={[{ required: true, message: t('required') }]}
          >
            <MoneyInput max={1_000_000} style={{ width: 160 }} />
          </Form.Item>
          <Form.Item label={t('deskAges')} extra={t('deskAgesHint')} required>
            <Space wrap>
              <Form.Item
                name={['desk.ages', 'worryMinutes']}
                noStyle
                rules={[{ required: true, message: t('required') }]}
              >
                <InputNumber
                  min={1}
                  max={43_200}
                  precision={0}
                  prefix={t('worryAfter')}
                  suffix={t('minutes')}
                  style={{ width: 180 }}
                />
              </Form.Item>
              <Form.Item
                name={['desk.ages', 'lateMinutes']}
                noStyle
                rules={[{ required: true, message: t('required') }]}
              >
                <InputNumber
                  min={1}
                  max={43_200}
                  precision={0}
                  prefix={t('lateAfter')}
                  suffix={t('minutes')}
                  style={{ width: 180 }}
                />
              </Form.Item>
            </Space>
          </Form.Item>
          <Form.Item name={['refunds.usedCodes']} label={t('refundUsed')} style={{ marginBottom: 0 }}>
            <Radio.Group
              vertical
              options={[
                { value: 'record_loss', label: t('refundUsedLoss') },
                { value: 'refuse', label: t('refundUsedRefuse') },
              ]}
            />
          </Form.Item>
        </Section>
      )}
    </SettingsForm>
  )
}
