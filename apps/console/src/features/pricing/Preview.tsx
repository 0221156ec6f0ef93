import { Tag, Typography } from 'antd'
import type { Output } from '../../shared/api/index.ts'
import { formatHao, formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { pricingText } from './text.ts'
import { moveOf } from './words.ts'

type Item = Output<'suppliers.previewPriceRules'>['items'][number]

/** Every price before and after, and what could not be priced. */
export function Preview({ items }: { readonly items: readonly Item[] }) {
  return (
    <div className="price-preview">
      {items.map((item) => (
        <PreviewLine key={item.skuId} item={item} />
      ))}
    </div>
  )
}

function PreviewLine({ item }: { readonly item: Item }) {
  const t = useText(pricingText)
  const { goodsTitle, skuTitle, priceFen, costHao, supplier, toFen, refusal, hasRule } = item
  return (
    <div className="line-item">
      <span className="line-main">
        {goodsTitle} / {skuTitle} {hasRule && <Tag>{t('hasRule')}</Tag>}
        <div>
          <Typography.Text type={refusal === null ? 'secondary' : 'warning'} style={{ fontSize: 13 }}>
            {refusal ?? (costHao === null ? '' : t('byCost', { supplier, cost: formatHao(costHao) }))}
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
