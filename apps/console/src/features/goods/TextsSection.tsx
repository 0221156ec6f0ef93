import { Form } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { MarkdownEditor } from '../../shared/parts/Markdown.tsx'
import { PageTabs } from '../../shared/parts/PageTabs.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { goodsText } from './text.ts'

const TEXT_MAX = 20_000
const FIELDS = ['description', 'guide', 'descriptionEn', 'guideEn'] as const

/** What it is and how a code is used, in both languages. */
export function TextsSection() {
  const t = useText(goodsText)
  return (
    <Section title={t('texts')}>
      <PageTabs
        label={t('texts')}
        size="small"
        items={FIELDS.map((name) => ({
          key: name,
          label: t(name),
          forceRender: true,
          children: (
            <Form.Item
              name={name}
              extra={name.startsWith('guide') ? t('guideHint') : undefined}
              style={{ marginBottom: 0 }}
            >
              <MarkdownEditor maxLength={TEXT_MAX} />
            </Form.Item>
          ),
        }))}
      />
    </Section>
  )
}
