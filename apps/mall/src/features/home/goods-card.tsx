import { Link } from 'react-router'
import type { GoodsCard as Goods } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { classes } from '../../shared/ui/classes.ts'
import { StruckMoney } from '../../shared/ui/money.tsx'
import { Picture } from '../../shared/ui/picture.tsx'
import { Price } from '../../shared/ui/price.tsx'
import { Bone } from '../../shared/ui/states.tsx'
import { StockWord } from '../../shared/ui/stock.tsx'
import css from './goods-card.module.css'

/** The whole card leads to the goods; its name is the link's text. */
export function GoodsCard({ goods, eager }: { readonly goods: Goods; readonly eager: boolean }) {
  const { t, own } = useI18n()
  const subtitle = own(goods.subtitle, goods.subtitleEn)
  const ranges = goods.priceToFen > goods.priceFromFen
  return (
    <article className={classes(css.card, goods.stock.state === 'sold_out' && css.out)}>
      <Picture
        className={css.picture}
        picture={goods.cover}
        alt=""
        eager={eager}
        sizes="(min-width: 1120px) 220px, (min-width: 600px) 30vw, 46vw"
      />
      <div className={css.body}>
        <h2 className={css.title}>
          <Link to={`/goods/${goods.id}`}>{own(goods.title, goods.titleEn)}</Link>
        </h2>
        {subtitle && <p className={css.subtitle}>{subtitle}</p>}
        {goods.tags.length > 0 && (
          <div className={css.tags}>
            {goods.tags.map((tag) => (
              <span key={tag.id} className={css.tag}>
                {own(tag.name, tag.nameEn)}
              </span>
            ))}
          </div>
        )}
        <div className={css.foot}>
          <span className={css.price}>
            <Price fen={goods.priceFromFen} points={goods.pricePoints} className={css.now ?? ''} />
            {ranges ? (
              <span className={css.from}>{t('home.from')}</span>
            ) : (
              goods.marketPriceFen !== null && <StruckMoney fen={goods.marketPriceFen} />
            )}
          </span>
          <StockWord stock={goods.stock} />
        </div>
      </div>
    </article>
  )
}

export const GoodsCardBones = () => (
  <div className={css.card}>
    <div className={css.picture} style={{ background: 'var(--sunken)' }} />
    <div className={css.body}>
      <Bone width="80%" />
      <Bone width="55%" height={13} />
      <Bone width="45%" height={22} />
    </div>
  </div>
)
