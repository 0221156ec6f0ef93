import { Tag, Typography } from 'antd'
import { Link } from 'react-router'
import type { Output } from '../../shared/api/index.ts'
import { formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Price } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import './bundle.css'
import { OrderLine } from './OrderLine.tsx'
import { orderText } from './text.ts'

type Order = Output<'orders.detail'>
type Bundle = Order['bundles'][number]

/** What was ordered: each bundle as one thing with its parts, then what was bought by itself. */
export function OrderLines({ order }: { readonly order: Order }) {
  return (
    <>
      {order.bundles.map((bundle) => (
        <section key={bundle.bundleNo} className="order-bundle">
          <BundleHead order={order} bundle={bundle} />
          {order.lines
            .filter(({ bundleNo }) => bundleNo === bundle.bundleNo)
            .map((line) => (
              <OrderLine key={line.lineNo} order={order} line={line} />
            ))}
        </section>
      ))}
      {order.lines
        .filter(({ bundleNo }) => bundleNo === null)
        .map((line) => (
          <OrderLine key={line.lineNo} order={order} line={line} />
        ))}
    </>
  )
}

function BundleHead({ order, bundle }: { readonly order: Order; readonly bundle: Bundle }) {
  const t = useText(orderText)
  const may = useMay()
  const parts = order.lines.filter(({ bundleNo }) => bundleNo === bundle.bundleNo)
  const title = `${bundle.goodsTitle} / ${bundle.skuTitle}`
  const delivered = parts.filter(({ state }) => state === 'delivered')
  return (
    <header className="order-bundle-head">
      <div className="order-line-title">
        <Tag color="purple" variant="filled">
          {t('bundle')}
        </Tag>{' '}
        {may('goods.read') ? <Link to={`/goods/${bundle.goodsId}`}>{title}</Link> : title}
        <div>
          <Typography.Text type="secondary" className="num">
            {formatMoney(bundle.unitPriceFen)} × {bundle.quantity} · {t(POLICIES[bundle.policy])}
          </Typography.Text>
        </div>
      </div>
      <div className="order-line-money">
        <Price fen={bundle.amountFen} points={0} strong />
        {delivered.length > 0 && <Margin parts={delivered} isWhole={delivered.length === parts.length} />}
      </div>
    </header>
  )
}

/** What was earned with the parts that were delivered: their shares, less refunds and what they cost. */
function Margin({ parts, isWhole }: { readonly parts: readonly Order['lines'][number][]; readonly isWhole: boolean }) {
  const t = useText(orderText)
  if (parts.some(({ costFen }) => costFen === null)) return null
  const costFen = parts.reduce((sum, part) => sum + (part.costFen ?? 0), 0)
  const earnedFen = parts.reduce((sum, part) => sum + part.amountFen - part.refundedFen - part.refundingFen, 0)
  return (
    <Typography.Text type={earnedFen < costFen ? 'danger' : 'secondary'} className="num order-bundle-margin">
      {t(isWhole ? 'bundleMargin' : 'bundleMarginSoFar', {
        cost: formatMoney(costFen),
        margin: formatMoney(earnedFen - costFen),
      })}
    </Typography.Text>
  )
}

const POLICIES = { hold: 'bundleHold', rest: 'bundleRest', refund: 'bundleRefund' } as const
