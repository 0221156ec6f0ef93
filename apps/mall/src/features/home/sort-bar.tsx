import { useNavigate } from 'react-router'
import { useI18n } from '../../shared/i18n/index.ts'
import { SortIcon } from '../../shared/ui/icons.tsx'
import { type Filter, filterLink, type Sort } from './filter.ts'
import css from './home-page.module.css'

const DIRECTIONS: Partial<Record<Sort, 'up' | 'down'>> = { priceAsc: 'up', priceDesc: 'down' }

/** Recommended, newest, price; a second press on price turns it round. */
export function SortBar({ filter }: { readonly filter: Filter }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const nextPrice: Sort = filter.sort === 'priceAsc' ? 'priceDesc' : 'priceAsc'
  const byPrice = filter.sort === 'priceAsc' || filter.sort === 'priceDesc'
  const choose = (sort: Sort) => navigate(filterLink({ ...filter, sort }), { replace: true, preventScrollReset: true })
  return (
    <fieldset className={css.sorts} aria-label={t('home.sort')}>
      {(['recommended', 'newest'] as const).map((sort) => (
        <button
          key={sort}
          type="button"
          className={css.sort}
          aria-pressed={filter.sort === sort}
          onClick={() => choose(sort)}
        >
          {t(`home.${sort}`)}
        </button>
      ))}
      <button
        type="button"
        className={css.sort}
        aria-pressed={byPrice}
        aria-label={t(filter.sort === 'priceDesc' ? 'home.priceDesc' : 'home.priceAsc')}
        onClick={() => choose(nextPrice)}
      >
        {t('home.price')}
        <SortIcon width="1em" height="1em" direction={DIRECTIONS[filter.sort]} />
      </button>
    </fieldset>
  )
}
