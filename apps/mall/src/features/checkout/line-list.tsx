import { Link } from 'react-router'
import type { Quote } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Money, moneyText } from '../../shared/ui/money.tsx'
import { Picture } from '../../shared/ui/picture.tsx'
import css from './checkout.module.css'
import { type Line, quotedLine } from './lines.ts'

export function LineList({ lines, quote }: { readonly lines: readonly Line[]; readonly quote: Quote }) {
  const { own } = useI18n()
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
            </div>
            <p className={css.amount}>
              <Money fen={price?.amountFen ?? 0} />
              <span className={css.unit}>
                {moneyText(price?.unitPriceFen ?? 0)} × {quantity}
              </span>
            </p>
          </li>
        )
      })}
    </ul>
  )
}
