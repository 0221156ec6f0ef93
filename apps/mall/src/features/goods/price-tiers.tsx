import type { Sku } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { nextTier, tierSteps, unitPriceFor } from '../../shared/price.ts'
import { moneyText } from '../../shared/ui/money.tsx'
import css from './goods-page.module.css'

/** The quantity prices, the one in force marked, and what is missing to the next. */
export function PriceTiers({ sku, quantity }: { readonly sku: Sku; readonly quantity: number }) {
  const { t } = useI18n()
  const steps = tierSteps(sku)
  if (steps.length === 0) return null
  const unit = unitPriceFor(sku, quantity)
  const next = nextTier(sku, quantity)
  const saved = (sku.priceFen - unit) * quantity
  return (
    <div>
      <p className={css.groupTitle} id="tiers">
        {t('goods.tiersTitle')}
      </p>
      <table className={css.tiers} aria-labelledby="tiers">
        <tbody>
          {steps.map((step) => (
            <tr key={step.from} data-active={step.unitPriceFen === unit || undefined}>
              <th scope="row">
                {step.to === undefined
                  ? t('goods.tierOpen', { from: step.from })
                  : t('goods.tierRange', { from: step.from, to: step.to })}
              </th>
              <td>
                {moneyText(step.unitPriceFen)} {t('goods.each')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={css.tierNote} role="status">
        {next
          ? t('goods.nextTier', { count: next.missing, price: moneyText(next.unitPriceFen) })
          : saved > 0 && t('goods.saved', { price: moneyText(saved) })}
      </p>
    </div>
  )
}
