import { useEffect, useRef } from 'react'
import { Link } from 'react-router'
import { useShelves } from '../../shared/api/queries.ts'
import type { Category } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { classes } from '../../shared/ui/classes.ts'
import { Bone } from '../../shared/ui/states.tsx'
import { type Filter, filterLink } from './filter.ts'
import css from './home-page.module.css'

/** On phones a row to swipe, on wide screens a column that stays in sight. A chosen category ends a search. */
export function CategoryNav({ filter }: { readonly filter: Filter }) {
  const { t, own } = useI18n()
  const { data: shelves } = useShelves()
  const list = useRef<HTMLUListElement>(null)
  const chosen = shelves?.categories.find(({ id }) => id === filter.categoryId)
  const openId = chosen?.parentId ?? chosen?.id
  // A phone's row holds the top level; the children of the chosen one unfold beside it.
  const isFolded = ({ parentId }: Category) => parentId !== null && parentId !== openId
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [])
  return (
    <nav className={css.categories} aria-label={t('home.categories')}>
      <h2>{t('home.categories')}</h2>
      <ul ref={list}>
        <li>
          <Link
            className={css.category}
            to={filterLink({ sort: filter.sort })}
            aria-current={filter.categoryId === undefined ? 'true' : undefined}
          >
            {t('home.all')}
          </Link>
        </li>
        {shelves === undefined &&
          [72, 88, 64, 96].map((width) => (
            <li key={width} aria-hidden="true">
              <Bone width={width} height={40} radius={20} />
            </li>
          ))}
        {inOrder(shelves?.categories ?? []).map((category) => (
          <li key={category.id} className={isFolded(category) ? css.folded : undefined}>
            <Link
              className={classes(css.category, category.parentId !== null && css.child)}
              to={filterLink({ categoryId: category.id, sort: filter.sort })}
              aria-current={filter.categoryId === category.id ? 'true' : undefined}
            >
              {category.icon && <span aria-hidden="true">{category.icon}</span>}
              {own(category.name, category.nameEn)}
              {category.goodsCount > 0 && (
                <span className={css.count} aria-hidden="true">
                  {category.goodsCount}
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** Children behind their parent, each level by position; a parent counts its children's goods as its own. */
function inOrder(categories: readonly Category[]): readonly Category[] {
  const byPosition = [...categories].sort((a, b) => a.position - b.position)
  return byPosition
    .filter(({ parentId }) => parentId === null)
    .flatMap((top) => {
      const children = byPosition.filter(({ parentId }) => parentId === top.id)
      const goodsCount = children.reduce((sum, child) => sum + child.goodsCount, top.goodsCount)
      return [{ ...top, goodsCount }, ...children]
    })
}
