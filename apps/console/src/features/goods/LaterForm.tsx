import { Form, InputNumber, Select } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { goodsText } from './text.ts'

const DAYS_MAX = 1_095

/** Whether a top-up may be bought without an account and activated later, how long, and who gives its money back until then. */
export function LaterForm({ at, hidden }: { readonly at: number; readonly hidden: boolean }) {
  const t = useText(goodsText)
  const days = Form.useWatch(['skus', at, 'laterDays']) as number | null | undefined
  return (
    <>
      <Form.Item name={[at, 'laterDays']} label={t('later')} tooltip={t('laterHint')} hidden={hidden}>
        <InputNumber
          min={1}
          max={DAYS_MAX}
          precision={0}
          suffix={t('daysUnit')}
          placeholder={t('laterOff')}
          style={{ width: '100%' }}
        />
      </Form.Item>
      <Form.Item
        name={[at, 'laterRefund']}
        label={t('laterRefund')}
        tooltip={t('laterRefundHint')}
        hidden={hidden || !days}
      >
        <Select
          options={[
            { value: true, label: t('laterRefundBuyer') },
            { value: false, label: t('laterRefundShop') },
          ]}
        />
      </Form.Item>
    </>
  )
}
