import type { ReactNode } from 'react'
import { useLikelyMe } from '../../shared/api/queries.ts'
import type { Order } from '../../shared/api/types.ts'
import { checkoutLink } from '../../shared/basket.ts'
import { isCalledBack } from '../../shared/called-back.ts'
import { clockText, useCountdown } from '../../shared/countdown.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { ButtonLink } from '../../shared/ui/button.tsx'
import { classes } from '../../shared/ui/classes.ts'
import { AlertIcon, CheckIcon, ClockIcon, CloseIcon, LockIcon } from '../../shared/ui/icons.tsx'
import { moneyText } from '../../shared/ui/money.tsx'
import { Card } from '../../shared/ui/page.tsx'
import { usePriceText } from '../../shared/ui/price.tsx'
import css from './order.module.css'
import { type Situation, situationOf } from './situation.ts'

/** How it stands, in one line and one sentence, and the next step. */
export function Headline({ order }: { readonly order: Order }) {
  const { t } = useI18n()
  const priceText = usePriceText()
  const situation = situationOf(order)
  const left = useCountdown(order.expiresAt, order.now)
  const { sign, tone } = FACES[situation]
  const { data: me } = useLikelyMe()
  return (
    <Card>
      <div className={css.head} role="status">
        <span className={classes(css.sign, tone && css[tone])}>{sign}</span>
        <div>
          <h1>
            {order.recharge ? t(`order.recharge.headline.${plain(situation)}`) : t(`order.headline.${situation}`)}
          </h1>
          <p>
            {order.recharge
              ? rechargeText(order, order.recharge, situation, t)
              : situation === 'delivered' && order.recalls.some(({ state }) => isCalledBack(state))
                ? t('order.recall.headline')
                : t(`order.text.${situation === 'partial' ? 'exception' : situation}`, {
                    left: clockText(left),
                    amount:
                      order.refundedFen > 0 ? moneyText(order.refundedFen) : priceText(order.totalFen, order.points),
                  })}
          </p>
        </div>
      </div>
      {order.recharge && (
        <div className={css.headActions}>
          <ButtonLink look="primary" to="/wallet">
            {t('wallet.see')}
          </ButtonLink>
          <ButtonLink to="/recharge">{t('wallet.again')}</ButtonLink>
        </div>
      )}
      {me && order.canSeeCodes && ARRIVED.has(situation) && !order.recharge && (
        <div className={css.headActions}>
          <ButtonLink size="small" to="/me/rights">
            {t('rights.seeAll')}
          </ButtonLink>
        </div>
      )}
      {!order.recharge && (order.state === 'cancelled' || order.state === 'expired' || order.state === 'refunded') && (
        <div className={css.headActions}>
          <ButtonLink look="primary" to={buyAgain(order)}>
            {t('order.buyAgain')}
          </ButtonLink>
          <ButtonLink to="/">{t('common.backHome')}</ButtonLink>
        </div>
      )}
    </Card>
  )
}

/** A recharge has neither codes nor anything that is handed over in parts. */
type Plain = 'pending' | 'delivered' | 'refunding' | 'refunded' | 'cancelled' | 'expired'
const plain = (situation: Situation): Plain =>
  situation === 'pending' ||
  situation === 'refunding' ||
  situation === 'refunded' ||
  situation === 'cancelled' ||
  situation === 'expired'
    ? situation
    : 'delivered'

function rechargeText(
  order: Order,
  { creditFen, bonusFen }: NonNullable<Order['recharge']>,
  situation: Situation,
  t: ReturnType<typeof useI18n>['t'],
): string {
  const how = plain(situation)
  if (how === 'delivered' && bonusFen === 0) return t('order.recharge.text.plain', { credit: moneyText(creditFen) })
  return t(`order.recharge.text.${how}`, {
    credit: moneyText(creditFen),
    bonus: moneyText(bonusFen),
    amount: moneyText(order.refundedFen > 0 ? order.refundedFen : order.totalFen),
  })
}

const buyAgain = (order: Order): string =>
  checkoutLink(
    [...order.bundles, ...order.lines.filter(({ bundleNo }) => bundleNo === null)].map(
      ({ goodsId, skuId, quantity }) => ({ goodsId, skuId, quantity }),
    ),
  )

/** Something is there that a member finds again among all that is theirs. */
const ARRIVED: ReadonlySet<Situation> = new Set([
  'toActivate',
  'activationHeld',
  'delivered',
  'deliveredBound',
  'toppedUp',
  'served',
  'linked',
  'partial',
])

const FACES: Readonly<Record<Situation, { readonly sign: ReactNode; readonly tone?: 'good' | 'warn' | 'info' }>> = {
  pending: { sign: <ClockIcon />, tone: 'warn' },
  paid: { sign: <span className={css.ring} />, tone: 'info' },
  toActivate: { sign: <ClockIcon />, tone: 'info' },
  activationHeld: { sign: <ClockIcon />, tone: 'info' },
  lapsed: { sign: <ClockIcon /> },
  toppingUp: { sign: <span className={css.ring} />, tone: 'info' },
  fetching: { sign: <span className={css.ring} />, tone: 'info' },
  working: { sign: <span className={css.ring} />, tone: 'info' },
  making: { sign: <span className={css.ring} />, tone: 'info' },
  asking: { sign: <AlertIcon />, tone: 'warn' },
  correcting: { sign: <AlertIcon />, tone: 'warn' },
  delivered: { sign: <CheckIcon />, tone: 'good' },
  toppedUp: { sign: <CheckIcon />, tone: 'good' },
  served: { sign: <CheckIcon />, tone: 'good' },
  linked: { sign: <CheckIcon />, tone: 'good' },
  deliveredLocked: { sign: <LockIcon />, tone: 'info' },
  awaited: { sign: <ClockIcon />, tone: 'info' },
  deliveredBound: { sign: <LockIcon />, tone: 'info' },
  exception: { sign: <AlertIcon />, tone: 'warn' },
  partial: { sign: <AlertIcon />, tone: 'warn' },
  refunding: { sign: <ClockIcon />, tone: 'info' },
  refunded: { sign: <CheckIcon /> },
  cancelled: { sign: <CloseIcon /> },
  expired: { sign: <ClockIcon /> },
}
