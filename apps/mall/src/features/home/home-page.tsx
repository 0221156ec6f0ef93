import { useSearchParams } from 'react-router'
import { useShelves, useShop } from '../../shared/api/queries.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { MegaphoneIcon } from '../../shared/ui/icons.tsx'
import { CategoryNav } from './category-nav.tsx'
import { readFilter } from './filter.ts'
import { GoodsGrid } from './goods-grid.tsx'
import css from './home-page.module.css'
import { SortBar } from './sort-bar.tsx'
import { TagNav } from './tag-nav.tsx'

/** The shop window: what is on sale, by category, tag and words. All of it stands in the address. */
export function HomePage() {
  const { t, own } = useI18n()
  const [params] = useSearchParams()
  const filter = readFilter(params)
  const { data: shop } = useShop()
  const { data: shelves } = useShelves()
  const category = shelves?.categories.find(({ id }) => id === filter.categoryId)
  const heading = filter.q
    ? t('home.resultsFor', { q: filter.q })
    : category
      ? own(category.name, category.nameEn)
      : t('home.all')
  const name = shop?.name ?? ''
  return (
    <div className={css.home}>
      <title>{filter.q || category ? `${heading} · ${name}` : name}</title>
      {shop?.announcement && (
        <aside className={css.announcement} aria-label={t('home.announcement')}>
          <MegaphoneIcon />
          <p>{shop.announcement}</p>
        </aside>
      )}
      <CategoryNav filter={filter} />
      <div>
        <div className={css.bar}>
          <h1>{heading}</h1>
          <SortBar filter={filter} />
        </div>
        <TagNav filter={filter} />
        <GoodsGrid filter={filter} />
      </div>
    </div>
  )
}
