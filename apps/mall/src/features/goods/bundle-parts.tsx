import { Link } from 'react-router'
import type { MallBundle } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { classes } from '../../shared/ui/classes.ts'
import { moneyText } from '../../shared/ui/money.tsx'
import css from './bundle-parts.module.css'

/** What is in a bundle, what it would cost part by part, and when it is handed over. */
export function BundleParts({ bundle, priceFen }: { readonly bundle: MallBundle; readonly priceFen: number }) {
  const { t, own } = useI18n()
  const savedFen = apartFen(bundle) - priceFen
  return (
    <section className={css.box} aria-label={t('goods.bundle.title')}>
      <header className={css.head}>
        <h2>{t('goods.bundle.title')}</h2>
        {savedFen > 0 && <span className={css.saved}>{t('goods.bundle.saved', { amount: moneyText(savedFen) })}</span>}
      </header>
      <ul className={css.parts}>
        {bundle.parts.map((part) => (
          <li key={part.goodsId === null ? 'points' : `${part.goodsId} ${part.title}`} className={css.part}>
            {part.points !== null ? (
              <span className={css.name}>{t('goods.bundle.points', { count: part.points })}</span>
            ) : (
              <span className={classes(css.name, part.isOff && css.off)}>
                <Link to={`/goods/${part.goodsId}`}>{own(part.goodsTitle, part.goodsTitleEn)}</Link>
                <small>
                  {own(part.title, part.titleEn)}
                  {part.kind === 'topup' && ` · ${t('goods.promiseTopUp')}`}
                  {part.isOff && ` · ${t('goods.bundle.off')}`}
                </small>
              </span>
            )}
            <span className={css.count}>
              {part.points === null && `× ${part.quantity}`}
              {part.priceFen !== null && part.priceFen > 0 && <small>{moneyText(part.priceFen * part.quantity)}</small>}
            </span>
          </li>
        ))}
      </ul>
      <p className={css.note}>
        {t(`goods.bundle.policy.${bundle.policy}`)}
        {bundle.parts.some(({ points }) => points !== null) && ` ${t('goods.bundle.needsSignIn')}`}
      </p>
    </section>
  )
}

/** Nothing is said of what is saved when a part is not sold by itself for money. */
const apartFen = ({ parts }: MallBundle): number =>
  parts.some(({ points, priceFen }) => points === null && !priceFen)
    ? 0
    : parts.reduce((sum, { priceFen, quantity }) => sum + (priceFen ?? 0) * quantity, 0)
