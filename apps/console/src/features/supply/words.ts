import type { ProductKind, RoutePolicy } from '@quanshu/contract'
import { useText } from '../../shared/i18n/index.ts'
import { productText } from './productText.ts'
import { sourceText } from './sourceText.ts'

/** How a source is chosen, by its name. */
export function usePolicyName(): (policy: RoutePolicy) => string {
  return useText(sourceText)
}

export function useKindName(): (kind: ProductKind) => string {
  const t = useText(productText)
  return (kind) => t(`kind_${kind}`)
}
