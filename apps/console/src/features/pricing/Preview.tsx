import { Tag, Typography } from 'antd'
import type { Output } from '../../shared/api/index.ts'
import { formatHao, formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Ladder } from './Ladder.tsx'
import { pricingText } from './text.ts'
import { moveOf, useCostWords, useStepWords } from './words.ts'

type Item = Output<'suppliers.previewPriceRules'>['items'][number]

/** Every price before and after, and what could not be priced. Of one variant what each step would make. */
export function Preview({ items }: { readonly items: readonly Item[] }) {
  const [only, second] = items
  return (
    <div className="price-preview">
      {only?.demand && !second && <Ladder demand={only.demand} />}
      {items.map((item) => (
        <PreviewLine key={item.skuId} item={item} />
      ))}
    </div>
  )
}

function PreviewLine({ item }: { readonly item: Item }) {
  const t = useText(pricingText)
  const costWords = useCostWords()
  const stepWords = useStepWords()
  const { goodsTitle, skuTitle, priceFen, costHao, toFen, refusal, hasRule, demand } = item
  const step = demand && { ...demand, bp: demand.ladder[demand.step]?.bp ?? 0 }
  return (
    <div className="line-item">
      <span className="line-main">
        {goodsTitle} / {skuTitle} {hasRule && <Tag>{t('hasRule')}</Tag>}
        <div>
          <Typography.Text type={refusal === null ? 'secondary' : 'warning'} style={{ fontSize: 13 }}>
            {refusal ?? [costWords(item), ...(step ? [stepWords(step)] : [])].filter(Boolean).join(' · ')}
          </Typography.Text>
        </div>
      </span>
      <span className="num price-then">
        {toFen === null || toFen === priceFen ? (
          formatMoney(priceFen)
        ) : (
          <>
            {formatMoney(priceFen)} → <strong>{formatMoney(toFen)}</strong>{' '}
            <Typography.Text type="secondary">{moveOf(priceFen, toFen)}</Typography.Text>
          </>
        )}
        {toFen !== null && costHao !== null && (
          <div>
            <Typography.Text type="secondary" style={{ fontSize: 13 }}>
              {t('marginThen')} {formatHao(toFen * 100 - costHao)}
            </Typography.Text>
          </div>
        )}
      </span>
    </div>
  )
}
