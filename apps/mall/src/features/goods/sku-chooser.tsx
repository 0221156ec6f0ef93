import type { Sku } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { classes } from '../../shared/ui/classes.ts'
import { Price } from '../../shared/ui/price.tsx'
import { StockWord } from '../../shared/ui/stock.tsx'
import css from './sku-chooser.module.css'

/** One choice of several, as radio buttons drawn as tiles. A sold-out one can still be looked at. */
export function SkuChooser({
  skus,
  chosen,
  onChoose,
}: {
  readonly skus: readonly Sku[]
  readonly chosen: number
  readonly onChoose: (skuId: number) => void
}) {
  const { own } = useI18n()
  return (
    <div className={css.tiles}>
      {skus.map((sku) => (
        <label key={sku.id} className={classes(css.tile, sku.stock.state === 'sold_out' && css.out)}>
          <input type="radio" name="sku" checked={sku.id === chosen} onChange={() => onChoose(sku.id)} />
          <span className={css.name}>{own(sku.title, sku.titleEn)}</span>
          <span className={css.right}>
            <Price fen={sku.priceFen} points={sku.pricePoints} className={css.price ?? ''} />
            <StockWord stock={sku.stock} />
          </span>
        </label>
      ))}
    </div>
  )
}
