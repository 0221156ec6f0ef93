import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId, useState } from 'react'
import { useI18n } from '../i18n/index.ts'
import { classes } from './classes.ts'
import css from './field.module.css'
import { EyeIcon, EyeOffIcon } from './icons.tsx'

type Frame = {
  readonly label: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly optional?: boolean
}

/** Label above, hint or fault below, both tied to the control for screen readers. */
function FieldFrame({
  label,
  hint,
  error,
  optional,
  id,
  className,
  children,
}: Frame & { readonly id: string; readonly className?: string | undefined; readonly children: ReactNode }) {
  const { t } = useI18n()
  return (
    <div className={classes(css.field, className)}>
      <label className={css.label} htmlFor={id}>
        {label}
        {optional && <span className={css.optional}>{t('common.optional')}</span>}
      </label>
      <div className={css.box} data-bad={error ? true : undefined}>
        {children}
      </div>
      {error ? (
        <p className={css.error} id={`${id}-note`}>
          {error}
        </p>
      ) : (
        hint && (
          <p className={css.hint} id={`${id}-note`}>
            {hint}
          </p>
        )
      )}
    </div>
  )
}

const described = (id: string, { hint, error }: Frame) => ({
  ...(hint || error ? { 'aria-describedby': `${id}-note` } : {}),
  ...(error ? { 'aria-invalid': true } : {}),
})

export function TextField({
  label,
  hint,
  error,
  optional,
  trailing,
  className,
  ...input
}: Frame & { readonly trailing?: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  const made = useId()
  const id = input.id ?? made
  const frame = { label, hint, error, ...(optional ? { optional } : {}) }
  return (
    <FieldFrame {...frame} id={id} className={className}>
      <input {...input} id={id} {...described(id, frame)} />
      {trailing}
    </FieldFrame>
  )
}

/** A password that the person may look at while typing. */
export function PasswordField(props: Frame & InputHTMLAttributes<HTMLInputElement>) {
  const { t } = useI18n()
  const [shown, setShown] = useState(false)
  return (
    <TextField
      {...props}
      type={shown ? 'text' : 'password'}
      trailing={
        <button
          type="button"
          className={css.inside}
          aria-label={shown ? t('checkout.hidePassword') : t('checkout.showPassword')}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOffIcon /> : <EyeIcon />}
        </button>
      }
    />
  )
}

export function SelectField({
  label,
  hint,
  error,
  optional,
  options,
  placeholder,
  ...select
}: Frame & {
  readonly placeholder: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
} & SelectHTMLAttributes<HTMLSelectElement>) {
  const made = useId()
  const id = select.id ?? made
  const frame = { label, hint, error, ...(optional ? { optional } : {}) }
  return (
    <FieldFrame {...frame} id={id}>
      <select {...select} id={id} {...described(id, frame)}>
        <option value="">{placeholder}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  )
}

/** Moves the focus to the first field that needs correction. */
export function focusFirstFault(form: HTMLElement | null): void {
  const first = form?.querySelector<HTMLElement>('[aria-invalid="true"]')
  first?.focus()
  // What is wrong stands below the field; the bar with the button covers the lower end of a phone.
  first?.scrollIntoView({ block: 'center' })
}
