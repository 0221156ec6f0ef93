import { Link } from 'react-router'
import type { Quote } from '../../shared/api/types.ts'
import { numbersLink } from '../../shared/basket.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Picture } from '../../shared/ui/picture.tsx'
import { Price, usePriceText } from '../../shared/ui/price.tsx'
import css from './checkout.module.css'
import { type Line, quotedLine } from './lines.ts'

export function LineList({ lines, quote }: { readonly lines: readonly Line[]; readonly quote: Quote }) {
  const { t, own } = useI18n()
  const priceText = usePriceText()
  return (
    <ul>
      {lines.map((line) => {
        const { goods, sku, quantity } = line
        const price = quotedLine(quote, sku.id)
        return (
          <li key={sku.id} className={css.line}>
            <Picture className={css.picture} picture={goods.pictures[0]} alt="" sizes="72px" eager />
            <div>
              <p className={css.name}>
                <Link to={`/goods/${goods.id}?sku=${sku.id}`}>{own(goods.title, goods.titleEn)}</Link>
              </p>
              <p className={css.sku}>{own(sku.title, sku.titleEn)}</p>
              {line.cardId !== undefined && (
                <p className={css.number}>
                  {t('numbers.chosen')} <b>{price?.pickedNumber ?? t('numbers.gone')}</b>{' '}
                  <Link to={numbersLink(goods.id, sku.id)}>{t('numbers.change')}</Link>
                </p>
              )}
            </div>
            <p className={css.amount}>
              <Price fen={price?.amountFen ?? 0} points={(price?.unitPoints ?? 0) * quantity} />
              <span className={css.unit}>
                {priceText(price?.unitPriceFen ?? 0, price?.unitPoints ?? 0)} × {quantity}
              </span>
            </p>
          </li>
        )
      })}
    </ul>
  )
}
