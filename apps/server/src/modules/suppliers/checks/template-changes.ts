import type { FormField, TemplateChange } from '@quanshu/contract'

type Change = { readonly label: string; readonly change: TemplateChange }

/**
 * What a supplier asks its buyers for now, and did not when the offer's fields were mapped.
 * @param mapped null where nobody knows what it was then
 */
export function templateChanges(mapped: readonly FormField[] | null, now: readonly FormField[] | null): Change[] {
  if (!mapped || !now) return []
  const before = new Map(mapped.map((field) => [field.key, field]))
  const after = new Set(now.map(({ key }) => key))
  const choices = ({ options = [] }: FormField): string => options.map(({ value }) => value).join('\n')
  return [
    ...now.flatMap((field): Change[] => {
      const was = before.get(field.key)
      const label = field.labelZh
      if (!was) return [{ label, change: 'added' }]
      return [
        ...(field.required && !was.required ? [{ label, change: 'required' } as const] : []),
        ...(choices(field) === choices(was) ? [] : [{ label, change: 'options' } as const]),
      ]
    }),
    ...mapped.flatMap(({ key, labelZh }): Change[] => (after.has(key) ? [] : [{ label: labelZh, change: 'gone' }])),
  ]
}
