import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { call, problemOf } from '../../shared/api/client.ts'
import { currentChannel, ofChannel } from '../../shared/channel.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button, ButtonLink } from '../../shared/ui/button.tsx'
import { SearchIcon } from '../../shared/ui/icons.tsx'
import { EmptyState, ErrorState, Loading } from '../../shared/ui/states.tsx'
import type { Filter } from './filter.ts'
import { GoodsCard, GoodsCardBones } from './goods-card.tsx'
import css from './home-page.module.css'

const PAGE_SIZE = 24
/** What a phone shows without scrolling; loaded at once, the rest when it comes near. */
const EAGER_COUNT = 4

export function GoodsGrid({ filter }: { readonly filter: Filter }) {
  const { t } = useI18n()
  const goods = useInfiniteQuery({
    queryKey: ['goods-list', filter, currentChannel()],
    queryFn: ({ pageParam }) =>
      call('catalog.mallListGoods', {
        query: { ...filter, ...ofChannel(), limit: PAGE_SIZE, ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = goods
  const end = useNearEnd(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  })

  if (goods.isPending) {
    return (
      <Loading>
        <div className={css.grid}>
          {Array.from({ length: 8 }, (_, index) => (
            <GoodsCardBones key={`bones-${index.toString()}`} />
          ))}
        </div>
      </Loading>
    )
  }
  if (goods.isError && !goods.data) {
    return <ErrorState problem={problemOf(goods.error)} onRetry={() => void goods.refetch()} />
  }
  const items = goods.data.pages.flatMap((page) => page.items)
  if (items.length === 0) return <Nothing filter={filter} />
  return (
    <>
      <ul className={css.grid} style={{ opacity: goods.isPlaceholderData ? 0.6 : 1 }}>
        {items.map((item, index) => (
          <li key={item.id}>
            <GoodsCard goods={item} eager={index < EAGER_COUNT} />
          </li>
        ))}
      </ul>
      <div className={css.more} ref={end}>
        {hasNextPage ? (
          <Button look="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('common.loadMore')}
          </Button>
        ) : (
          items.length > 8 && t('common.noMore')
        )}
      </div>
    </>
  )
}

function Nothing({ filter }: { readonly filter: Filter }) {
  const { t } = useI18n()
  return (
    <EmptyState
      title={filter.q ? t('home.emptySearchTitle', { q: filter.q }) : t('home.emptyTitle')}
      text={filter.q ? t('home.emptySearchText') : t('home.emptyText')}
      {...(filter.q ? { icon: <SearchIcon /> } : {})}
    >
      {(filter.q || filter.categoryId || filter.tagId) && (
        <ButtonLink look="primary" to="/">
          {t('home.seeAll')}
        </ButtonLink>
      )}
    </EmptyState>
  )
}

/** Calls `onNear` when the element comes within a screen of sight; the button inside does the same by hand. */
function useNearEnd(onNear: () => void) {
  const ref = useRef<HTMLDivElement>(null)
  const latest = useRef(onNear)
  latest.current = onNear
  useEffect(() => {
    const watched = ref.current
    if (!watched) return
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) latest.current()
      },
      { rootMargin: '600px' },
    )
    observer.observe(watched)
    return () => observer.disconnect()
  })
  return ref
}
