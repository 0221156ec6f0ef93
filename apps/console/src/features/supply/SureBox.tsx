import { Checkbox, Form } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { purchaseText } from './purchaseText.ts'

/** What nobody can take back: whoever calls a purchase not bought ticks that nothing was delivered or charged. */
export function SureBox() {
  const t = useText(purchaseText)
  return (
    <Form.Item
      name="sure"
      valuePropName="checked"
      rules={[
        {
          validator: (_rule, ticked) => (ticked ? Promise.resolve() : Promise.reject(new Error(t('settleMustBeSure')))),
        },
      ]}
    >
      <Checkbox>{t('settleSure')}</Checkbox>
    </Form.Item>
  )
}
