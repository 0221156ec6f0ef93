import { Link } from 'react-router'
import { useShelves } from '../../shared/api/queries.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { type Filter, filterLink, without } from './filter.ts'
import css from './home-page.module.css'

/** Free tags such as 节日 or 新品; a second press takes the tag off again. */
export function TagNav({ filter }: { readonly filter: Filter }) {
  const { t, own } = useI18n()
  const { data: shelves } = useShelves()
  if (!shelves || shelves.tags.length === 0) return null
  return (
    <nav className={css.tags} aria-label={t('home.tag')}>
      {shelves.tags.map((tag) => {
        const chosen = filter.tagId === tag.id
        return (
          <Link
            key={tag.id}
            className={css.tagLink}
            aria-current={chosen ? 'true' : undefined}
            to={filterLink(chosen ? without(filter, 'tagId') : { ...filter, tagId: tag.id })}
          >
            {own(tag.name, tag.nameEn)}
          </Link>
        )
      })}
    </nav>
  )
}
