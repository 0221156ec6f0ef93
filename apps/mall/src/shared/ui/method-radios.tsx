import type { ReactNode } from 'react'
import type { PaymentMethod } from '../api/types.ts'
import { useI18n } from '../i18n/index.ts'
import { MethodIcon } from './method-icon.tsx'
import css from './methods.module.css'
import { Card } from './page.tsx'
import { Notice } from './states.tsx'

/** The ways to pay, one to choose. @param methods undefined while they are read */
export function MethodRadios({
  methods,
  chosen,
  canUse,
  noteOf,
  onChoose,
}: {
  readonly methods: readonly PaymentMethod[] | undefined
  readonly chosen: string | undefined
  readonly canUse: (method: PaymentMethod) => boolean
  readonly noteOf: (method: PaymentMethod) => ReactNode
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
              disabled={!canUse(method)}
              onChange={() => onChoose(method.gateway)}
            />
            <MethodIcon gateway={method.gateway} />
            <span className={css.methodName}>{own(method.name, method.nameEn)}</span>
            <span className={css.methodNote}>{noteOf(method)}</span>
          </label>
        ))}
      </fieldset>
    </Card>
  )
}
