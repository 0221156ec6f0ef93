import type { Sku } from '../../shared/api/types.ts'
import { numbersLink } from '../../shared/basket.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { ButtonLink } from '../../shared/ui/button.tsx'
import { usePriceText } from '../../shared/ui/price.tsx'
import css from './goods-page.module.css'

/** That the number may be chosen, and what that costs beside the price. */
export function NumberOffer({ goodsId, sku }: { readonly goodsId: number; readonly sku: Sku }) {
  const { t } = useI18n()
  const priceText = usePriceText()
  return (
    <div className={css.quantityRow}>
      <div>
        <p className={css.groupTitle}>{t('numbers.offer')}</p>
        <p className={css.limits}>{t('numbers.random')}</p>
      </div>
      <ButtonLink size="small" to={numbersLink(goodsId, sku.id)}>
        {t('numbers.title')}{' '}
        {sku.pickFeeFen > 0 ? t('numbers.fee', { fee: priceText(sku.pickFeeFen, 0) }) : t('numbers.offerFree')}
      </ButtonLink>
    </div>
  )
}
