import { Form, InputNumber } from 'antd'
import { useText } from '../../../shared/i18n/index.ts'
import { goodsText } from '../text.ts'

/** In the place of a bundle's price in points: that it has none, and why. */
export function NoPoints() {
  const t = useText(goodsText)
  return (
    <Form.Item label={t('pricePoints')} extra={t('bundleNoPoints')}>
      <InputNumber aria-label={t('pricePoints')} disabled value={0} style={{ width: '100%' }} />
    </Form.Item>
  )
}
