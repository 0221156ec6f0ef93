import type { PaymentMethod } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { MethodIcon } from '../../shared/ui/method-icon.tsx'
import { moneyText } from '../../shared/ui/money.tsx'
import { Card } from '../../shared/ui/page.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import css from './wallet.module.css'

/** The gateways of the shop, each with what it adds. */
export function MethodChoice({
  methods,
  chosen,
  onChoose,
}: {
  readonly methods: readonly PaymentMethod[] | undefined
  readonly chosen: string | undefined
  readonly onChoose: (gateway: string) => void
}) {
  const { t, own } = useI18n()
  return (
    <Card title={t('checkout.payTitle')}>
      {methods?.length === 0 && <Notice tone="warn">{t('checkout.noMethods')}</Notice>}
      <fieldset className={css.methods} aria-label={t('checkout.payTitle')}>
        {methods?.map((method) => (
          <label key={method.gateway} className={css.method}>
            <input
              type="radio"
              name="pay-with"
              value={method.gateway}
              checked={method.gateway === chosen}
              onChange={() => onChoose(method.gateway)}
            />
            <MethodIcon gateway={method.gateway} />
            <span className={css.methodName}>{own(method.name, method.nameEn)}</span>
            {method.feeFen > 0 && (
              <span className={css.methodNote}>{t('checkout.feeOnTop', { amount: moneyText(method.feeFen) })}</span>
            )}
          </label>
        ))}
      </fieldset>
    </Card>
  )
}
