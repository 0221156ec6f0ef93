import type { FormField } from '../../shared/api/types.ts'
import { BuyerQuestion } from '../../shared/buyer-question.tsx'
import { useI18n } from '../../shared/i18n/index.ts'
import { Card } from '../../shared/ui/page.tsx'
import css from './checkout.module.css'
import type { Draft, Faults } from './draft.ts'
import { fieldId, fieldsOf, type Line } from './lines.ts'
import { When } from './when.tsx'

type Props = {
  readonly lines: readonly Line[]
  readonly draft: Draft
  readonly faults: Faults
  readonly onChange: (draft: Draft) => void
}

/** What the goods ask of the buyer, a card per line that asks for something. */
export function BuyerFields({ lines, ...rest }: Props) {
  const { t, own } = useI18n()
  const asking = lines.filter((line) => fieldsOf(line).length > 0 || line.sku.laterDays !== null)
  return asking.map((line) => (
    <Card
      key={line.sku.id}
      title={
        lines.length === 1
          ? t('checkout.form')
          : t('checkout.formFor', { title: own(line.goods.title, line.goods.titleEn) })
      }
    >
      {line.sku.laterDays !== null && (
        <When
          line={line}
          onChoose={(later) => {
            const others = rest.draft.later.filter((id) => id !== line.sku.id)
            rest.onChange({ ...rest.draft, later: later ? [...others, line.sku.id] : others })
          }}
        />
      )}
      {fieldsOf(line).length > 0 && (
        <div className={css.fields}>
          {fieldsOf(line).map((field) => (
            <BuyerField key={field.key} id={fieldId(line, field)} field={field} {...rest} />
          ))}
        </div>
      )}
    </Card>
  ))
}

type FieldProps = Omit<Props, 'lines'> & { readonly id: string; readonly field: FormField }

function BuyerField({ id, field, draft, faults, onChange }: FieldProps) {
  const question = (
    <BuyerQuestion
      id={`field-${id}`}
      field={field}
      answer={draft.answers[id]}
      repeat={draft.repeats[id]}
      fault={faults[id]}
      repeatFault={faults[`${id}.repeat`]}
      onAnswer={(value) => onChange({ ...draft, answers: { ...draft.answers, [id]: value } })}
      onRepeat={(value) => onChange({ ...draft, repeats: { ...draft.repeats, [id]: value } })}
    />
  )
  return field.confirmTwice && field.type !== 'select' ? <div className={css.two}>{question}</div> : question
}
