import { Link } from 'react-router'
import type { OrderRow } from '../api/types.ts'
import { useI18n } from '../i18n/index.ts'
import { ButtonLink } from './button.tsx'
import { WalletIcon } from './icons.tsx'
import css from './order-card.module.css'
import { creditWords } from './order-lines.tsx'
import { OrderStatus } from './order-status.tsx'
import { Thumbnail } from './picture.tsx'
import { Price } from './price.tsx'

/** An order in a list: the whole card leads to it, its button to what is due next. */
export function OrderCard({ order }: { readonly order: OrderRow }) {
  const { t, time } = useI18n()
  const things = [...order.bundles, ...order.lines.filter(({ bundleNo }) => bundleNo === null)]
  const [first] = things
  const others = things.length - 1
  return (
    <article className={css.card}>
      <div className={css.head}>
        <span>{order.no}</span>
        <OrderStatus state={order.state} isRecharge={order.recharge !== null} />
      </div>
      {order.recharge && (
        <div className={css.line}>
          <span className={css.purse}>
            <WalletIcon />
          </span>
          <div>
            <p className={css.name}>
              <Link to={`/orders/${order.no}`}>{t('wallet.rechargeOrder')}</Link>
            </p>
            <p className={css.sub}>{creditWords(order.recharge, t)}</p>
            <p className={css.sub}>{time(order.placedAt)}</p>
          </div>
        </div>
      )}
      {first && (
        <div className={css.line}>
          <Thumbnail url={first.pictureUrl} className={css.picture ?? ''} />
          <div>
            <p className={css.name}>
              <Link to={`/orders/${order.no}`}>{first.goodsTitle}</Link>
            </p>
            <p className={css.sub}>
              {first.skuTitle} × {first.quantity} {others > 0 && t('orders.more', { count: others })}
            </p>
            <p className={css.sub}>{time(order.placedAt)}</p>
          </div>
        </div>
      )}
      <div className={css.foot}>
        <Price fen={order.totalFen} points={order.points} className={css.amount ?? ''} />
        <div className={css.actions}>
          {order.state === 'pending' && (
            <ButtonLink size="small" look="primary" to={`/pay/${order.no}`}>
              {t('order.payNow')}
            </ButtonLink>
          )}
          {order.state === 'delivered' && !order.recharge && (
            <ButtonLink size="small" look="soft" to={`/orders/${order.no}`}>
              {t(order.lines.every(({ kind }) => kind !== 'card') ? 'orders.view' : 'orders.viewCodes')}
            </ButtonLink>
          )}
        </div>
      </div>
    </article>
  )
}
