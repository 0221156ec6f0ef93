import type { FormField } from '../../shared/api/types.ts'
import { FORM_VALUE_LENGTH_MAX } from '../../shared/form-check.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { SelectField, TextField } from '../../shared/ui/field.tsx'
import { Card } from '../../shared/ui/page.tsx'
import css from './checkout.module.css'
import type { Draft, Fault, Faults } from './draft.ts'
import { fieldId, fieldsOf, type Line } from './lines.ts'

type Props = {
  readonly lines: readonly Line[]
  readonly draft: Draft
  readonly faults: Faults
  readonly onChange: (draft: Draft) => void
}

/** What the goods ask of the buyer, a card per line that asks for something. */
export function BuyerFields({ lines, ...rest }: Props) {
  const { t, own } = useI18n()
  const asking = lines.filter((line) => fieldsOf(line).length > 0)
  return asking.map((line) => (
    <Card
      key={line.sku.id}
      title={
        lines.length === 1
          ? t('checkout.form')
          : t('checkout.formFor', { title: own(line.goods.title, line.goods.titleEn) })
      }
    >
      <div className={css.fields}>
        {fieldsOf(line).map((field) => (
          <BuyerField key={field.key} id={fieldId(line, field)} field={field} {...rest} />
        ))}
      </div>
    </Card>
  ))
}

type FieldProps = Omit<Props, 'lines'> & { readonly id: string; readonly field: FormField }

function BuyerField({ id, field, draft, faults, onChange }: FieldProps) {
  const { t, own } = useI18n()
  const message = useFaultMessage()
  const label = own(field.labelZh, field.labelEn)
  const common = {
    id: `field-${id}`,
    label,
    hint: own(field.hintZh, field.hintEn) || undefined,
    error: message(faults[id], field.type),
    optional: !field.required,
    required: field.required,
    value: draft.answers[id] ?? '',
  }
  const answer = (value: string) => onChange({ ...draft, answers: { ...draft.answers, [id]: value } })

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
        onChange={(event) => answer(event.target.value)}
      />
    )
  }
  const first = (
    <TextField
      {...common}
      {...KEYBOARDS[field.type]}
      maxLength={FORM_VALUE_LENGTH_MAX}
      onChange={(event) => answer(event.target.value)}
    />
  )
  if (!field.confirmTwice) return first
  return (
    <div className={css.two}>
      {first}
      <TextField
        {...KEYBOARDS[field.type]}
        id={`field-${id}-again`}
        label={t('checkout.confirmAgain', { label })}
        error={message(faults[`${id}.repeat`], field.type)}
        autoComplete="off"
        maxLength={FORM_VALUE_LENGTH_MAX}
        value={draft.repeats[id] ?? ''}
        onChange={(event) => onChange({ ...draft, repeats: { ...draft.repeats, [id]: event.target.value } })}
        // The second typing is a check; a pasted copy of the first would check nothing.
        onPaste={(event) => event.preventDefault()}
      />
    </div>
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
  return (fault: Fault | undefined, type: FormField['type'] = 'text'): string | undefined => {
    if (fault === undefined) return undefined
    if (fault === 'required' && type === 'select') return t('checkout.errors.requiredSelect')
    if (fault === 'badFormat' && type !== 'text' && type !== 'select') return t(`checkout.errors.${type}`)
    return t(`checkout.errors.${fault}`)
  }
}
