import type { OrderRow } from '../api/types.ts'
import { moneyText } from './money.tsx'
import css from './order-lines.module.css'
import { Thumbnail } from './picture.tsx'

/** What an order is about, in brief. */
export function OrderLines({ lines }: { readonly lines: readonly OrderRow['lines'][number][] }) {
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
            {moneyText(line.amountFen)}
            <span>× {line.quantity}</span>
          </p>
        </li>
      ))}
    </ul>
  )
}
