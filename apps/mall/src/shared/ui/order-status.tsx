import type { OrderState } from '../api/types.ts'
import { useI18n } from '../i18n/index.ts'
import { classes } from './classes.ts'
import css from './order-status.module.css'

const TONES: Readonly<Record<OrderState, 'warn' | 'info' | 'good' | undefined>> = {
  pending: 'warn',
  paid: 'info',
  delivered: 'good',
  cancelled: undefined,
  expired: undefined,
  refunded: undefined,
}

export function OrderStatus({
  state,
  isRecharge = false,
}: {
  readonly state: OrderState
  readonly isRecharge?: boolean
}) {
  const { t } = useI18n()
  const tone = TONES[state]
  return (
    <span className={classes(css.tag, tone && css[tone])}>
      {isRecharge && state === 'delivered' ? t('wallet.credited') : t(`order.states.${state}`)}
    </span>
  )
}
