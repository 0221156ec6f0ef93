import { Form, InputNumber, Radio, Typography } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { SettingsForm } from './SettingsForm.tsx'
import { settingsText } from './text.ts'

const KEYS = ['stock.words', 'stock.lowFrom', 'delivery.emailCarries'] as const

/** How stock is told, when it warns, and what delivery emails carry. */
export function StockTab() {
  const t = useText(settingsText)
  const pieces = (min: number) => (
    <InputNumber min={min} max={1_000_000} precision={0} suffix={t('piecesUnit')} style={{ width: 160 }} />
  )
  const required = { required: true, message: t('required') }
  return (
    <SettingsForm keys={KEYS}>
      {() => (
        <Section title={t('tabStock')}>
          <Typography.Text>{t('words')}</Typography.Text>
          <Typography.Paragraph type="secondary">{t('wordsHint')}</Typography.Paragraph>
          <div className="inline-fields">
            <Form.Item name={['stock.words', 'plentyFrom']} label={t('plentyFrom')} rules={[required]}>
              {pieces(2)}
            </Form.Item>
            <Form.Item
              name={['stock.words', 'someFrom']}
              label={t('someFrom')}
              dependencies={[['stock.words', 'plentyFrom']]}
              rules={[
                required,
                ({ getFieldValue }) => ({
                  validator: (_rule, value: number) =>
                    value < (getFieldValue(['stock.words', 'plentyFrom']) as number)
                      ? Promise.resolve()
                      : Promise.reject(new Error(t('wordsOrder'))),
                }),
              ]}
            >
              {pieces(1)}
            </Form.Item>
          </div>
          <Form.Item name={['stock.lowFrom']} label={t('lowFrom')} extra={t('lowHint')} rules={[required]}>
            {pieces(0)}
          </Form.Item>
          <Form.Item name={['delivery.emailCarries']} label={t('emailCarries')} style={{ marginBottom: 0 }}>
            <Radio.Group
              options={[
                { value: 'link', label: t('emailLink') },
                { value: 'codes', label: t('emailCodes') },
              ]}
            />
          </Form.Item>
        </Section>
      )}
    </SettingsForm>
  )
}
