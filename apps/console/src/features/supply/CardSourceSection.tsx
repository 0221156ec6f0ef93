import { CARD_SOURCES, type CardSource } from '@quanshu/contract/supply'
import { Alert, ConfigProvider, Form, Typography } from 'antd'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Section } from '../../shared/templates/DetailPage.tsx'
import type { OfferDraft, Supply } from './offers.ts'
import { sourceText } from './sourceText.ts'

/** Whether codes of ours or a supplier's are sold first, or ours only. */
export function CardSourceSection({ supply }: { readonly supply: Supply }) {
  const t = useText(sourceText)
  const source = Form.useWatch('source') as CardSource | undefined
  const offers = (Form.useWatch('offers') as readonly OfferDraft[] | undefined) ?? []
  const nobody = source !== undefined && source !== 'own' && !offers.some(({ enabled }) => enabled)
  return (
    <Section title={t('whoseCodes')} extra={t('ownPieces', { count: formatCount(supply.ownPieces) })}>
      <Form.Item name="source" noStyle>
        <SourceChoice />
      </Form.Item>
      <Typography.Paragraph type="secondary" style={{ margin: '12px 0 0' }}>
        {t('whoseCodesText')}
      </Typography.Paragraph>
      {nobody && <Alert type="warning" showIcon title={t('nobodyToAsk')} style={{ marginTop: 12 }} />}
    </Section>
  )
}

function SourceChoice({
  value,
  onChange,
}: {
  readonly value?: CardSource
  readonly onChange?: (source: CardSource) => void
}) {
  const t = useText(sourceText)
  const { componentDisabled } = ConfigProvider.useConfig()
  return (
    <div className="choice-cards" role="radiogroup" aria-label={t('whoseCodes')}>
      {CARD_SOURCES.map((source) => (
        <label key={source} className="choice-card">
          <input
            type="radio"
            name="source"
            value={source}
            aria-label={t(`source_${source}`)}
            checked={value === source}
            disabled={componentDisabled === true}
            onChange={() => onChange?.(source)}
          />
          <strong>{t(`source_${source}`)}</strong>
          <span className="choice-card-text">{t(`source_${source}Text`)}</span>
        </label>
      ))}
    </div>
  )
}
