import type { OrderRow } from '../api/types.ts'
import css from './order-lines.module.css'
import { Thumbnail } from './picture.tsx'
import { usePriceText } from './price.tsx'

/** What an order is about, in brief. */
export function OrderLines({ lines }: { readonly lines: readonly OrderRow['lines'][number][] }) {
  const priceText = usePriceText()
  return (
    <ul className={css.lines}>
      {lines.map((line) => (
        <li key={line.lineNo} className={css.line}>
          <Thumbnail url={line.pictureUrl} className={css.picture ?? ''} />
          <div>
            <p className={css.name}>{line.goodsTitle}</p>
            <p className={css.sku}>{line.skuTitle}</p>
          </div>
          <p className={css.right}>
            {priceText(line.amountFen, line.unitPoints * line.quantity)}
            <span>× {line.quantity}</span>
          </p>
        </li>
      ))}
    </ul>
  )
}
