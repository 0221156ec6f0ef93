import { useI18n } from '../i18n/index.ts'
import { classes } from './classes.ts'
import css from './money.module.css'
import { Money, moneyText } from './money.tsx'

/** What something costs: money, points, or both. */
export function Price({
  fen,
  points,
  className,
}: {
  readonly fen: number
  readonly points: number
  readonly className?: string
}) {
  const { t } = useI18n()
  if (points === 0) return <Money fen={fen} {...(className ? { className } : {})} />
  return (
    <span className={classes(css.both, className)}>
      {fen > 0 && <Money fen={fen} />}
      <span className={css.points}>
        {fen > 0 && '+ '}
        {t('common.points', { count: points })}
      </span>
    </span>
  )
}

/** For sentences and buttons: `¥10.00 + 300 积分`. */
export function usePriceText(): (fen: number, points: number) => string {
  const { t } = useI18n()
  return (fen, points) => {
    if (points === 0) return moneyText(fen)
    const inPoints = t('common.points', { count: points })
    return fen > 0 ? `${moneyText(fen)} + ${inPoints}` : inPoints
  }
}
