import { useI18n } from '../../shared/i18n/index.ts'
import ways from '../../shared/ui/methods.module.css'
import css from './checkout.module.css'
import type { Line } from './lines.ts'

/** Topped up at once, or bought now and activated when its buyer wants it: what that means is said before it is chosen. */
export function When({
  line: { sku, quantity, later },
  onChoose,
}: {
  readonly line: Line
  readonly onChoose: (later: boolean) => void
}) {
  const { t } = useI18n()
  const days = sku.laterDays ?? 0
  const choices = [
    { isLater: false, name: t('checkout.now'), text: t('checkout.nowText') },
    {
      isLater: true,
      name: t('checkout.later'),
      text: [
        t(sku.laterRefund ? 'checkout.laterText' : 'checkout.laterTextNoRefund', { days }),
        quantity > 1 && t('activation.together', { count: quantity }),
      ]
        .filter(Boolean)
        .join(' '),
    },
  ]
  return (
    <fieldset className={css.when}>
      <legend>{t('checkout.when')}</legend>
      {choices.map(({ isLater, name, text }) => (
        <label key={name} className={ways.method}>
          <input type="radio" name={`when-${sku.id}`} checked={later === isLater} onChange={() => onChoose(isLater)} />
          <span>
            <span className={ways.methodName}>{name}</span>
            <span className={css.whenText}>{text}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
