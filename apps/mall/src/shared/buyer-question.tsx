import type { FormField } from './api/types.ts'
import { type FieldFault, FORM_VALUE_LENGTH_MAX } from './form-check.ts'
import { useI18n } from './i18n/index.ts'
import { SelectField, TextField } from './ui/field.tsx'

export type BuyerFault = FieldFault | 'mismatch' | 'account' | 'contact' | 'password'

type Props = {
  readonly field: FormField
  /** Of the input; that of the second typing is made of it. */
  readonly id?: string
  readonly answer: string | undefined
  readonly repeat: string | undefined
  readonly fault: BuyerFault | undefined
  readonly repeatFault: BuyerFault | undefined
  readonly onAnswer: (value: string) => void
  readonly onRepeat: (value: string) => void
}

/** One thing that goods ask of their buyer: an input, and a second one where it has to be typed twice. */
export function BuyerQuestion({ field, id, answer, repeat, fault, repeatFault, onAnswer, onRepeat }: Props) {
  const { t, own } = useI18n()
  const message = useFaultMessage()
  const label = own(field.labelZh, field.labelEn)
  const common = {
    ...(id !== undefined && { id }),
    label,
    hint: own(field.hintZh, field.hintEn) || undefined,
    error: message(fault, field.type),
    optional: !field.required,
    required: field.required,
    value: answer ?? '',
  }
  if (field.type === 'select') {
    const options = (field.options ?? []).map(({ value, labelZh, labelEn }) => ({
      value,
      label: own(labelZh, labelEn),
    }))
    return (
      <SelectField
        {...common}
        placeholder={t('checkout.choose')}
        options={options}
        onChange={(event) => onAnswer(event.target.value)}
      />
    )
  }
  return (
    <>
      <TextField
        {...common}
        {...KEYBOARDS[field.type]}
        maxLength={FORM_VALUE_LENGTH_MAX}
        onChange={(event) => onAnswer(event.target.value)}
      />
      {field.confirmTwice && (
        <TextField
          {...KEYBOARDS[field.type]}
          {...(id !== undefined && { id: `${id}-again` })}
          label={t('checkout.confirmAgain', { label })}
          error={message(repeatFault, field.type)}
          autoComplete="off"
          maxLength={FORM_VALUE_LENGTH_MAX}
          value={repeat ?? ''}
          onChange={(event) => onRepeat(event.target.value)}
          // The second typing is a check; a pasted copy of the first would check nothing.
          onPaste={(event) => event.preventDefault()}
        />
      )}
    </>
  )
}

const KEYBOARDS = {
  text: { type: 'text', autoCapitalize: 'off', autoCorrect: 'off', spellCheck: false },
  phone: { type: 'tel', inputMode: 'tel', autoComplete: 'tel-national' },
  email: { type: 'email', inputMode: 'email', autoComplete: 'email' },
  number: { type: 'text', inputMode: 'numeric' },
} as const

/** The sentence for a fault, said for the kind of field. */
export function useFaultMessage() {
  const { t } = useI18n()
  return (fault: BuyerFault | undefined, type: FormField['type'] = 'text'): string | undefined => {
    if (fault === undefined) return undefined
    if (fault === 'required' && type === 'select') return t('checkout.errors.requiredSelect')
    if (fault === 'badFormat' && type !== 'text' && type !== 'select') return t(`checkout.errors.${type}`)
    return t(`checkout.errors.${fault}`)
  }
}
