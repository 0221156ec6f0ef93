import { ROUTE_POLICIES, type RoutePolicy } from '@quanshu/contract/supply'
import { ConfigProvider, Form, Typography } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { sourceText } from './sourceText.ts'

/** How a source is chosen, each way in a sentence. */
export function PolicySection() {
  const t = useText(sourceText)
  return (
    <Section title={t('policy')}>
      <Form.Item name="policy" noStyle>
        <PolicyChoice />
      </Form.Item>
      <Typography.Paragraph type="secondary" style={{ margin: '12px 0 0' }}>
        {t('whichever')}
      </Typography.Paragraph>
    </Section>
  )
}

function PolicyChoice({
  value,
  onChange,
}: {
  readonly value?: RoutePolicy
  readonly onChange?: (policy: RoutePolicy) => void
}) {
  const t = useText(sourceText)
  const { componentDisabled } = ConfigProvider.useConfig()
  return (
    <div className="choice-cards" role="radiogroup" aria-label={t('policy')}>
      {ROUTE_POLICIES.map((policy) => (
        <label key={policy} className="choice-card">
          <input
            type="radio"
            name="policy"
            value={policy}
            aria-label={t(policy)}
            checked={value === policy}
            disabled={componentDisabled === true}
            onChange={() => onChange?.(policy)}
          />
          <strong>{t(policy)}</strong>
          <span className="choice-card-text">{t(`${policy}Text`)}</span>
        </label>
      ))}
    </div>
  )
}
