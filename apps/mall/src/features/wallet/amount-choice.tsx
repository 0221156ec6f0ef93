import { rechargeBonus } from '@quanshu/contract/recharge'
import type { RechargeOffer } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { classes } from '../../shared/ui/classes.ts'
import { TextField } from '../../shared/ui/field.tsx'
import { moneyText } from '../../shared/ui/money.tsx'
import { Card } from '../../shared/ui/page.tsx'
import { shortMoney } from './rules.ts'
import css from './wallet.module.css'

/** One of the offered amounts, or one's own. */
export type Chosen = number | 'own'

/** The amounts that the shop offers, each with what comes on top, and a field for another. */
export function AmountChoice({
  offer,
  chosen,
  typed,
  fault,
  onChoose,
  onType,
}: {
  readonly offer: RechargeOffer
  readonly chosen: Chosen
  readonly typed: string
  readonly fault: boolean
  readonly onChoose: (chosen: Chosen) => void
  readonly onType: (typed: string) => void
}) {
  const { t } = useI18n()
  const bounds = t('wallet.bounds', { min: moneyText(offer.minFen), max: moneyText(offer.maxFen) })
  return (
    <Card title={t('wallet.chooseAmount')}>
      <fieldset className={css.amounts} aria-label={t('wallet.chooseAmount')}>
        {offer.amounts.map((amount) => {
          const bonus = rechargeBonus(offer.rules, amount)
          return (
            <label key={amount} className={css.offer}>
              <input type="radio" name="amount" checked={chosen === amount} onChange={() => onChoose(amount)} />
              <span className={css.offerAmount}>{shortMoney(amount)}</span>
              <span className={classes(css.offerBonus, bonus > 0 && css.some)}>
                {bonus > 0 ? t('wallet.onTop', { amount: shortMoney(bonus) }) : t('wallet.noBonus')}
              </span>
            </label>
          )
        })}
        <label className={css.offer}>
          <input type="radio" name="amount" checked={chosen === 'own'} onChange={() => onChoose('own')} />
          <span className={css.offerOwn}>{t('wallet.own')}</span>
        </label>
      </fieldset>
      {chosen === 'own' && (
        <TextField
          className={css.own}
          label={t('wallet.ownLabel')}
          inputMode="decimal"
          autoComplete="off"
          autoFocus
          placeholder="100"
          value={typed}
          onChange={(event) => onType(event.target.value)}
          {...(fault ? { error: bounds } : { hint: bounds })}
        />
      )}
    </Card>
  )
}
