import type { PaymentMethod } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { MethodIcon } from '../../shared/ui/method-icon.tsx'
import { takes, useMethodNote } from '../../shared/ui/method-note.tsx'
import { Card } from '../../shared/ui/page.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import css from './wallet.module.css'

/** The gateways of the shop, each with what it adds. */
export function MethodChoice({
  methods,
  amountFen,
  chosen,
  onChoose,
}: {
  readonly methods: readonly PaymentMethod[] | undefined
  readonly amountFen: number
  readonly chosen: string | undefined
  readonly onChoose: (gateway: string) => void
}) {
  const { t, own } = useI18n()
  const noteOf = useMethodNote()
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
              disabled={!takes(method, amountFen)}
              onChange={() => onChoose(method.gateway)}
            />
            <MethodIcon gateway={method.gateway} />
            <span className={css.methodName}>{own(method.name, method.nameEn)}</span>
            <span className={css.methodNote}>{noteOf(method, amountFen)}</span>
          </label>
        ))}
      </fieldset>
    </Card>
  )
}
