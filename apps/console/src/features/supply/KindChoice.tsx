import { Empty, Tag, Typography } from 'antd'
import type { Output } from '../../shared/api/index.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { Capabilities } from './parts.tsx'
import { supplierText } from './text.ts'

type Kind = Output<'suppliers.kinds'>['items'][number]

/** The interfaces that are spoken, one of them to be picked: what each can do, and what must be at hand for it. */
export function KindChoice({
  kinds,
  value,
  onChange,
  onChoose,
}: {
  readonly kinds: readonly Kind[]
  readonly value?: string
  readonly onChange?: (adapter: string) => void
  readonly onChoose: (kind: Kind) => void
}) {
  const t = useText(supplierText)
  const both = useBoth()
  if (kinds.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('kindsFailed')} />
  const needs = (kind: Kind) =>
    [kind.identityName, ...kind.fields.filter(({ required }) => required).map(({ name }) => name)]
      .map(({ zh, en }) => both(zh, en))
      .join(both('、', ', '))
  return (
    <div className="choice-cards" role="radiogroup" aria-label={t('chooseKind')}>
      {kinds.map((kind) => (
        <label key={kind.adapter} className="choice-card">
          <input
            type="radio"
            name="adapter"
            value={kind.adapter}
            aria-label={both(kind.name.zh, kind.name.en)}
            checked={value === kind.adapter}
            onChange={() => {
              onChange?.(kind.adapter)
              onChoose(kind)
            }}
          />
          <strong>
            {both(kind.name.zh, kind.name.en)} {kind.own && <Tag color="blue">{t('ownKind')}</Tag>}
          </strong>
          <Capabilities can={kind.capabilities} />
          <Typography.Text type="secondary" style={{ fontSize: 13 }}>
            {kind.byHand ? t('byHandText') : t('toPrepare', { fields: needs(kind) })}
          </Typography.Text>
        </label>
      ))}
    </div>
  )
}
