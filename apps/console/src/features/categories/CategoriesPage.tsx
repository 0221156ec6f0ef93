import { useText } from '../../shared/i18n/index.ts'
import { PageFrame } from '../../shared/templates/PageFrame.tsx'
import { CategoryTree } from './CategoryTree.tsx'
import { TagList } from './TagList.tsx'
import { categoriesText } from './text.ts'

/** How goods are sorted into places (categories) and marked with words (tags). */
export function CategoriesPage() {
  const t = useText(categoriesText)
  return (
    <PageFrame title={t('title')}>
      <div className="columns">
        <div className="span-8">
          <CategoryTree />
        </div>
        <div className="span-4">
          <TagList />
        </div>
      </div>
    </PageFrame>
  )
}
