import { Typography } from 'antd'
import { Link } from 'react-router'
import { useRead } from '../api/hooks.ts'
import { formatHao, formatMoney, formatSeconds } from '../format.ts'
import { defineMessages, useText } from '../i18n/index.ts'
import { useMay } from '../session.tsx'
import { StateDot } from './StateTag.tsx'

const text = defineMessages('linePurchases', {
  title: ['采购', 'Purchases'],
  turn: ['第 {turn} 家', 'Source {turn}'],
  detail: ['采购单', 'Purchase'],
  quoted: ['询价 {amount}', 'quoted {amount}'],
})

const SHOWN_MAX = 50
/** As often as the order itself is looked at. */
const MOVING_MS = 4_000
const ENDED: ReadonlySet<string> = new Set(['done', 'partial', 'refused', 'cancelled', 'contradicted'])

/** What was bought at suppliers for one line of an order, the latest first; nothing for lines that the shop delivers itself. */
export function LinePurchases({ orderNo, lineNo }: { readonly orderNo: number; readonly lineNo: number }) {
  const t = useText(text)
  const may = useMay()
  // One question for all lines of the order: they share the answer.
  const read = useRead(
    'suppliers.listPurchases',
    { query: { orderNo, pageSize: SHOWN_MAX } },
    { enabled: may('suppliers.read'), refreshMs: MOVING_MS },
  )
  const purchases = (read.data?.items ?? []).filter((one) => one.lineNo === lineNo)
  if (purchases.length === 0) return null
  return (
    <ul className="grants" aria-label={t('title')}>
      {purchases.map((purchase) => (
        <li key={purchase.id} className="grant">
          <Typography.Text type="secondary" className="num">
            {t('turn', { turn: purchase.turn })}
          </Typography.Text>
          <span className="grant-masked" style={{ fontFamily: 'inherit' }}>
            <Link to={`/suppliers/${purchase.supplierId}`}>{purchase.supplier}</Link>{' '}
            <Typography.Text type="secondary">{purchase.product}</Typography.Text>
          </span>
          <StateDot kind="purchase" state={purchase.state} />
          <Typography.Text type="secondary" className="num">
            {purchase.costFen === null
              ? t('quoted', { amount: formatHao(purchase.quotedHao * purchase.quantity) })
              : formatMoney(purchase.costFen)}
            {purchase.sentAt && purchase.endedAt && ENDED.has(purchase.state) && (
              <> · {formatSeconds((Date.parse(purchase.endedAt) - Date.parse(purchase.sentAt)) / 1000)}</>
            )}
          </Typography.Text>
          {purchase.message && <Typography.Text type="secondary">{purchase.message}</Typography.Text>}
          <Link to={`/purchases?orderNo=${orderNo}&purchase=${purchase.id}`}>{t('detail')}</Link>
        </li>
      ))}
    </ul>
  )
}
