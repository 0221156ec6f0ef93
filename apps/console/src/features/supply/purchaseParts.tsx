import { Tag, Tooltip, Typography } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { formatHao, formatMoney, formatRate } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Nothing } from '../../shared/parts/values.tsx'
import { purchaseText } from './purchaseText.ts'

type Purchase = Row<'suppliers.listPurchases'>

/** The order it was bought for, and which purchase of its line this is. */
export function OrderOf({ purchase: { purpose, orderNo, restockId, turn } }: { readonly purchase: Purchase }) {
  const t = useText(purchaseText)
  if (restockId !== null) return <Link to={`/restocks/${restockId}`}>{t('restock', { id: restockId })}</Link>
  if (purpose === 'offered') return <Tag variant="filled">{t('offered')}</Tag>
  if (purpose === 'test' || orderNo === null) {
    return (
      <Tag color="purple" variant="filled">
        {t('test')}
      </Tag>
    )
  }
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      <Link to={`/orders/${orderNo}`} className="num">
        {orderNo}
      </Link>
      {turn > 1 && (
        <Tooltip title={t('turnHint')}>
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            {' '}
            {t('turn', { turn })}
          </Typography.Text>
        </Tooltip>
      )}
    </span>
  )
}

/** What it cost in the end, or what was quoted when it was chosen. */
export function Cost({
  purchase: { state, costFen, own, quotedHao, quantity, arrived },
}: {
  readonly purchase: Purchase
}) {
  const t = useText(purchaseText)
  if (costFen === null && (state === 'refused' || state === 'cancelled')) return <Nothing />
  if (costFen === null) {
    return (
      <Typography.Text type="secondary" className="num">
        {t('quoted', { amount: formatHao(quotedHao * quantity) })}
      </Typography.Text>
    )
  }
  // A supplier's four decimals become fen once, at the end.
  const dearer = costFen > Math.ceil((quotedHao * (arrived || quantity)) / 100)
  return (
    <Tooltip title={`${t('quoted', { amount: formatHao(quotedHao) })}${dearer ? ` · ${t('dearer')}` : ''}`}>
      <span>
        <Typography.Text className="num" {...(dearer ? { type: 'warning' } : {})}>
          {formatMoney(costFen)}
        </Typography.Text>
        {own && (
          <Typography.Text type="secondary" className="num" style={{ display: 'block', fontSize: 12 }}>
            {formatHao(own.hao, own.currency)}
            {own.rate !== null && ` × ${formatRate(own.rate)}`}
          </Typography.Text>
        )}
      </span>
    </Tooltip>
  )
}
