import type { OrderLine } from '../../shared/api/types.ts'

type Own = (zh: string, en: string) => string

/** What the buyer answered, in the words of the form and the reader's language; a field that was taken off it since, by its key. */
export function answersOf(
  { form, formFields }: Pick<OrderLine, 'form' | 'formFields'>,
  own: Own,
  shown: (value: string) => string = (value) => value,
): readonly (readonly [label: string, value: string])[] {
  return Object.entries(form).map(([key, value]) => {
    const field = formFields.find((one) => one.key === key)
    const option = field?.options?.find((one) => one.value === value)
    return [
      field ? own(field.labelZh, field.labelEn) : key,
      option ? own(option.labelZh, option.labelEn) : shown(value),
    ] as const
  })
}
