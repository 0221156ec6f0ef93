import { Form, InputNumber, Typography } from 'antd'
import { useText } from '../../../shared/i18n/index.ts'
import { goodsText } from '../text.ts'

/** In the place of a bundle's price in points: that it has none. */
export function NoPoints() {
  const t = useText(goodsText)
  return (
    <Form.Item label={t('pricePoints')}>
      <InputNumber aria-label={t('pricePoints')} disabled value={0} style={{ width: '100%' }} />
    </Form.Item>
  )
}

/** And why, where there is room for a sentence. */
export function WhyNoPoints() {
  const t = useText(goodsText)
  return (
    <Typography.Paragraph type="secondary" style={{ fontSize: 13 }}>
      {t('bundleNoPoints')}
    </Typography.Paragraph>
  )
}
