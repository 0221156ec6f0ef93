import { useRead } from '../../shared/api/hooks.ts'
import { useBoth } from '../../shared/i18n/index.ts'
import type { Option } from '../../shared/templates/filters.tsx'

/** Categories as the options of a select, children under their parent's name. */
export function useCategoryOptions(): readonly Option[] {
  const both = useBoth()
  const items = useRead('catalog.listCategories', {}, { staleMs: 60_000 }).data?.items ?? []
  const names = new Map(items.map((category) => [category.id, both(category.name, category.nameEn)]))
  return items.map((category) => {
    const parent = category.parentId === null ? undefined : names.get(category.parentId)
    const name = names.get(category.id) ?? ''
    return { value: String(category.id), label: parent ? `${parent} / ${name}` : name }
  })
}
