import { AUDIT_ACTIONS } from '@quanshu/contract/audit-actions'
import { useLocale } from '../../shared/i18n/index.ts'
import type { Option } from '../../shared/templates/filters.tsx'

/** An action's words; one without words is shown by its key. */
export function useActionName(): (action: string) => string {
  const locale = useLocale()
  return (action) => AUDIT_ACTIONS[action]?.[locale === 'en' ? 'en' : 'zh'] ?? action
}

export function useActionOptions(): readonly Option[] {
  const name = useActionName()
  return Object.keys(AUDIT_ACTIONS).map((action) => ({ value: action, label: name(action) }))
}
