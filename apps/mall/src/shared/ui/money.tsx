import { yuan } from '../price.ts'
import { classes } from './classes.ts'
import css from './money.module.css'

/** An amount with its yuan large and its cents small; read aloud as one. */
export function Money({ fen, className }: { readonly fen: number; readonly className?: string }) {
  const [whole, cents] = yuan(fen).split('.')
  return (
    <span className={classes(css.money, className)}>
      <span className={css.sign}>¥</span>
      {whole}
      <span className={css.cents}>.{cents}</span>
    </span>
  )
}

/** A price that no longer holds. */
export function StruckMoney({ fen, label }: { readonly fen: number; readonly label?: string }) {
  return (
    <del className={classes(css.money, css.struck)} {...(label ? { 'aria-label': `${label} ¥${yuan(fen)}` } : {})}>
      ¥{yuan(fen)}
    </del>
  )
}

/** For sentences and buttons. */
export const moneyText = (fen: number): string => `¥${yuan(fen)}`
