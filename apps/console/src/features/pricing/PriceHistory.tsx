import { Drawer, Empty, Skeleton, Typography } from 'antd'
import { useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Time } from '../../shared/parts/values.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { ExportButton } from '../../shared/templates/ListPage.tsx'
import { pricingText } from './text.ts'
import { moveOf, useCostWords, useStepWords } from './words.ts'

const MOVES_SHOWN = 100

/** How a price followed cost and demand: from what to what, why, and who decided. */
export function PriceHistory({
  sku,
  onClose,
}: {
  readonly sku: { readonly skuId: number; readonly goodsTitle: string; readonly skuTitle: string }
  readonly onClose: () => void
}) {
  const t = useText(pricingText)
  return (
    <Drawer
      open
      size="min(560px, 100vw)"
      title={`${t('history')} · ${sku.goodsTitle} / ${sku.skuTitle}`}
      onClose={onClose}
      extra={
        <ExportButton
          route="suppliers.exportPriceMoves"
          params={undefined}
          query={{ skuId: sku.skuId }}
          disabled={false}
          short
        />
      }
    >
      <PriceMoves skuId={sku.skuId} />
    </Drawer>
  )
}

export function PriceMoves({ skuId }: { readonly skuId: number }) {
  const t = useText(pricingText)
  const { data, error, refetch } = useRead('suppliers.priceHistory', {
    params: { skuId },
    query: { pageSize: MOVES_SHOWN },
  })
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton active />
  if (data.items.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noHistory')} />
  return data.items.map((move) => <Move key={move.id} move={move} />)
}

function Move({ move }: { readonly move: Row<'suppliers.priceHistory'> }) {
  const t = useText(pricingText)
  const costWords = useCostWords()
  const stepWords = useStepWords()
  const { kind, cause, demand, fromFen, toFen, by, reason, at } = move
  const isByDemand = cause === 'demand' && (kind === 'followed' || kind === 'held')
  return (
    <div className="line-item">
      <span className="line-main">
        <strong>{t(isByDemand ? `kind_${kind}_demand` : `kind_${kind}`)}</strong>
        <div>
          <Typography.Text type="secondary" style={{ fontSize: 13 }}>
            <Time value={at} /> {by}{' '}
            {[costWords(move), ...(demand ? [stepWords(demand)] : [])].filter(Boolean).join(' · ')}
          </Typography.Text>
        </div>
        {reason !== '' && <div>{reason}</div>}
      </span>
      <span className="num">
        {fromFen === toFen ? (
          formatMoney(toFen)
        ) : (
          <>
            {formatMoney(fromFen)} → <strong>{formatMoney(toFen)}</strong>
            <div>
              <Typography.Text type={toFen > fromFen ? 'danger' : 'success'} style={{ fontSize: 13 }}>
                {moveOf(fromFen, toFen)}
              </Typography.Text>
            </div>
          </>
        )}
      </span>
    </div>
  )
}
