import type { Stock } from '../api/types.ts'
import { useI18n } from '../i18n/index.ts'
import { classes } from './classes.ts'
import css from './stock.module.css'

/** Stock as the shop wants it seen: a number, a word, or only whether there is any. */
export function StockWord({ stock }: { readonly stock: Stock }) {
  const { t } = useI18n()
  if (stock.state === 'sold_out') return <span className={classes(css.stock, css.out)}>{t('stock.soldOut')}</span>
  const few = stock.level === 'few'
  return <span className={classes(css.stock, few && css.few)}>{word()}</span>

  function word(): string {
    if (stock.display === 'exact' && stock.count !== null) return t('stock.count', { count: stock.count })
    if (stock.display === 'words' && stock.level !== null) return t(`stock.${stock.level}`)
    return stock.state === 'unlimited' ? t('stock.unlimited') : t('stock.available')
  }
}
