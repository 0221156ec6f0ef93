import { useEffect, useRef } from 'react'
import type { Order } from '../../shared/api/types.ts'
import { clockText, useCountdown } from '../../shared/countdown.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { classes } from '../../shared/ui/classes.ts'
import { ClockIcon } from '../../shared/ui/icons.tsx'
import { Money, moneyText } from '../../shared/ui/money.tsx'
import css from './pay.module.css'

const SOON_MS = 2 * 60_000

/** The amount and the time that is left, by the server's clock. */
export function Due({
  order,
  feeFen,
  onExpired,
}: {
  readonly order: Order
  /** What the chosen way to pay adds. */
  readonly feeFen: number
  readonly onExpired: () => void
}) {
  const { t } = useI18n()
  const left = useCountdown(order.expiresAt, order.now)
  const over = left === 0
  const told = useRef(false)
  useEffect(() => {
    if (!over || told.current) return
    told.current = true
    onExpired()
  }, [over, onExpired])
  return (
    <div className={css.due}>
      <span className={css.label}>{t('pay.amount')}</span>
      <Money fen={order.totalFen - order.balanceFen + feeFen} className={css.amount ?? ''} />
      {(order.balanceFen > 0 || order.points > 0) && (
        <p className={css.hint}>
          {t('pay.besides', {
            what: [
              ...(order.balanceFen > 0 ? [t('pay.fromBalance', { amount: moneyText(order.balanceFen) })] : []),
              ...(order.points > 0 ? [t('common.points', { count: order.points })] : []),
            ].join(t('pay.and')),
          })}
        </p>
      )}
      {feeFen > 0 && <p className={css.hint}>{t('pay.feeIncluded', { amount: moneyText(feeFen) })}</p>}
      <span className={classes(css.clock, left < SOON_MS && css.soon)} role="timer">
        <ClockIcon />
        {t('pay.timeLeft')}
        <b>{clockText(left)}</b>
      </span>
      <p className={css.hint}>{t('pay.expiresHint')}</p>
    </div>
  )
}
