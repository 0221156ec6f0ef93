import { useState } from 'react'
import { useI18n } from '../../shared/i18n/index.ts'
import css from './goods-page.module.css'

type Props = {
  readonly value: number
  readonly max: number
  readonly disabled: boolean
  readonly onChange: (value: number) => void
}

/** How many: typed, by the arrow keys, or by two buttons large enough for a thumb. Never below one nor above `max`. */
export function QuantityField({ value, max, disabled, onChange }: Props) {
  const { t } = useI18n()
  // While somebody types, the field may be empty.
  const [typed, setTyped] = useState<string>()
  const put = (next: number) => {
    setTyped(undefined)
    onChange(Math.min(Math.max(1, next), max))
  }
  return (
    <fieldset className={css.quantity} aria-label={t('common.quantity')} disabled={disabled}>
      <button type="button" aria-label={t('goods.fewer')} disabled={value <= 1} onClick={() => put(value - 1)}>
        <span aria-hidden="true">−</span>
      </button>
      <input
        type="number"
        inputMode="numeric"
        aria-label={t('common.quantity')}
        min={1}
        max={max}
        step={1}
        value={typed ?? value}
        onChange={({ target }) => {
          const next = Math.trunc(target.valueAsNumber)
          if (next >= 1 && next <= max) put(next)
          else setTyped(target.value)
        }}
        onBlur={() => {
          if (typed === undefined) return
          const next = Math.trunc(Number(typed))
          put(Number.isFinite(next) ? next : 1)
        }}
      />
      <button type="button" aria-label={t('goods.more')} disabled={value >= max} onClick={() => put(value + 1)}>
        <span aria-hidden="true">+</span>
      </button>
    </fieldset>
  )
}
