import { Form, Radio, Typography } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { sourceText } from './sourceText.ts'

/** Whether the supplier is asked about a buyer's account before there is an order. */
export function AccountCheckSection() {
  const t = useText(sourceText)
  return (
    <Section title={t('accountCheck')}>
      <Form.Item name="accountCheck" style={{ marginBottom: 0 }} extra={t('accountCheckHint')}>
        <Radio.Group
          options={(['advise', 'require', 'off'] as const).map((value) => ({
            value,
            label: (
              <>
                {t(`check_${value}`)} <Typography.Text type="secondary">{t(`check_${value}Text`)}</Typography.Text>
              </>
            ),
          }))}
          style={{ display: 'grid', gap: 8 }}
        />
      </Form.Item>
    </Section>
  )
}
