import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { call, problemOf } from '../../../shared/api/client.ts'
import { useMe } from '../../../shared/api/queries.ts'
import type { RightList, RightsPage as RightsAnswer } from '../../../shared/api/types.ts'
import { useI18n } from '../../../shared/i18n/index.ts'
import { Button, ButtonLink } from '../../../shared/ui/button.tsx'
import { classes } from '../../../shared/ui/classes.ts'
import { CardIcon, CloseIcon, SearchIcon } from '../../../shared/ui/icons.tsx'
import { Page } from '../../../shared/ui/page.tsx'
import { Bone, EmptyState, ErrorState, Loading } from '../../../shared/ui/states.tsx'
import { TabLinks } from '../../../shared/ui/tab-links.tsx'
import { groupsOf } from './groups.ts'
import { RightCard } from './right-card.tsx'
import css from './rights.module.css'

const PAGE_SIZE = 20
/** Pages without a hit that are passed over by themselves: 10,000 rights. Then whoever looks decides whether to go on. */
const EMPTY_PAGES_MAX = 10
const LISTS = [
  'all',
  'usable',
  'ending',
  'recalled',
  'arrived',
  'used',
  'expired',
  'revoked',
] as const satisfies readonly RightList[]
const KINDS = ['card', 'link', 'topup', 'service', 'points'] as const
type Sieve = { readonly list: RightList; readonly kind: (typeof KINDS)[number] | undefined; readonly q: string }

/** Everything that a member owns, from whichever order and of whatever kind. What is asked for stands in the address. */
export function RightsPage() {
  const { t } = useI18n()
  const me = useMe()
  return (
    <Page title={t('rights.title')}>
      {me.data ? (
        <Rights />
      ) : me.isPending ? (
        <Bones />
      ) : me.isError ? (
        <ErrorState problem={problemOf(me.error)} onRetry={() => void me.refetch()} />
      ) : (
        <EmptyState title={t('rights.signInTitle')} text={t('rights.signInText')} icon={<CardIcon />}>
          <ButtonLink look="primary" to={`/sign-in?${new URLSearchParams({ next: '/me/rights' })}`}>
            {t('common.signIn')}
          </ButtonLink>
          <ButtonLink to="/lookup">{t('common.lookup')}</ButtonLink>
        </EmptyState>
      )}
    </Page>
  )
}

function Rights() {
  const [params] = useSearchParams()
  const sieve: Sieve = {
    list: LISTS.find((list) => list === params.get('list')) ?? 'all',
    kind: KINDS.find((kind) => kind === params.get('kind')),
    q: params.get('q')?.trim().slice(0, 80) ?? '',
  }
  const { list, kind, q } = sieve
  const rights = useInfiniteQuery({
    queryKey: ['rights', list, kind ?? '', q],
    queryFn: ({ pageParam }) =>
      call('entitlements.listMyRights', {
        query: {
          limit: PAGE_SIZE,
          list,
          ...(kind ? { kind } : {}),
          ...(q === '' ? {} : { q }),
          ...(pageParam === 0 ? {} : { before: pageParam }),
        },
      }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next ?? undefined,
    staleTime: 0,
    // The tabs keep their counts while another one is opened.
    placeholderData: keepPreviousData,
  })
  const first = rights.data?.pages[0]
  return (
    <>
      <Tabs sieve={sieve} first={first} />
      <div className={css.sieve}>
        <Search key={q} sieve={sieve} />
        <Kinds sieve={sieve} />
      </div>
      <Found rights={rights} sieve={sieve} />
    </>
  )
}

/** Where the page stands with some of it changed. */
function addressOf(sieve: Sieve): string {
  const params = new URLSearchParams()
  if (sieve.list !== 'all') params.set('list', sieve.list)
  if (sieve.kind) params.set('kind', sieve.kind)
  if (sieve.q !== '') params.set('q', sieve.q)
  return params.size === 0 ? '/me/rights' : `/me/rights?${params}`
}

function Tabs({ sieve, first }: { readonly sieve: Sieve; readonly first: RightsAnswer | undefined }) {
  const { t } = useI18n()
  // Recalls are rare: their tab is there when there is one.
  const lists = LISTS.filter((list) => list !== 'recalled' || sieve.list === list || (first?.counts?.recalled ?? 0) > 0)
  const tabs = lists.map((list) => {
    const count = first?.counts?.[list] ?? 0
    const shown = count > 0 ? `${count}${first?.isCountWhole === false ? '+' : ''}` : ''
    return {
      to: addressOf({ ...sieve, list }),
      isOpen: sieve.list === list,
      text: (
        <>
          {t(`rights.list.${list}`)}
          {shown && (
            <span className={classes(css.count, (list === 'ending' || list === 'recalled') && css.urgent)}>
              {shown}
            </span>
          )}
        </>
      ),
    }
  })
  return <TabLinks label={t('rights.lists')} tabs={tabs} />
}

function Search({ sieve }: { readonly sieve: Sieve }) {
  const { t } = useI18n()
  const [, setParams] = useSearchParams()
  const [words, setWords] = useState(sieve.q)
  // By the address as it is now: a tab may have been opened that is not drawn yet.
  const look = (q: string) => {
    const params = new URLSearchParams(location.search)
    if (q === '') params.delete('q')
    else params.set('q', q)
    setParams(params, { replace: true })
  }
  return (
    <search>
      <form
        className={css.search}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          look(words.trim())
        }}
      >
        <SearchIcon />
        <input
          type="search"
          enterKeyHint="search"
          aria-label={t('rights.search')}
          placeholder={t('rights.search')}
          maxLength={80}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        {sieve.q !== '' && (
          <button type="button" className={css.clear} aria-label={t('home.clearSearch')} onClick={() => look('')}>
            <CloseIcon />
          </button>
        )}
      </form>
    </search>
  )
}

function Kinds({ sieve }: { readonly sieve: Sieve }) {
  const { t } = useI18n()
  return (
    <nav className={css.kinds} aria-label={t('rights.kinds')}>
      {[undefined, ...KINDS].map((kind) => (
        <Link
          key={kind ?? 'all'}
          className={css.kind}
          to={addressOf({ ...sieve, kind })}
          replace
          aria-current={sieve.kind === kind ? 'true' : undefined}
        >
          {t(`rights.kind.${kind ?? 'all'}`)}
        </Link>
      ))}
    </nav>
  )
}

type Query = ReturnType<typeof useInfiniteQuery<RightsAnswer>>

function Found({ rights, sieve }: { readonly rights: Pick<Query, keyof Query>; readonly sieve: Sieve }) {
  const { t } = useI18n()
  const { data, hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage, error, refetch } = rights
  const pages = (data?.pages ?? []) as readonly RightsAnswer[]
  const passesOver =
    !isPlaceholderData && hasNextPage && pages.at(-1)?.items.length === 0 && pages.length < EMPTY_PAGES_MAX
  useEffect(() => {
    if (passesOver && !isFetchingNextPage) void fetchNextPage()
  }, [passesOver, isFetchingNextPage, fetchNextPage])
  if (!data && error) return <ErrorState problem={problemOf(error)} onRetry={() => void refetch()} />
  const items = pages.flatMap((page) => page.items)
  if (!data || isPlaceholderData || (items.length === 0 && passesOver)) return <Bones />
  if (items.length === 0 && !hasNextPage) return <Nothing sieve={sieve} />
  return (
    <>
      <ul className={css.list} aria-label={t('rights.title')}>
        {groupsOf(items).map((group) => (
          <li key={group.rights[0].id}>
            <RightCard group={group} />
          </li>
        ))}
      </ul>
      <div className={css.more}>
        {error && <p role="alert">{problemOf(error).message || t('errors.offlineText')}</p>}
        {hasNextPage ? (
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {items.length === 0 ? t('rights.lookFurther') : t('common.loadMore')}
          </Button>
        ) : (
          t('rights.total', { count: items.length })
        )}
      </div>
    </>
  )
}

function Nothing({ sieve }: { readonly sieve: Sieve }) {
  const { t } = useI18n()
  const isSifted = sieve.list !== 'all' || sieve.kind !== undefined || sieve.q !== ''
  return (
    <EmptyState
      title={isSifted ? t('rights.noneTitle') : t('rights.emptyTitle')}
      text={isSifted ? t('rights.noneText') : t('rights.emptyText')}
      icon={<CardIcon />}
    >
      {isSifted ? (
        <ButtonLink to="/me/rights">{t('rights.showAll')}</ButtonLink>
      ) : (
        <>
          <ButtonLink look="primary" to="/">
            {t('orders.goShopping')}
          </ButtonLink>
          <ButtonLink to="/redeem">{t('redeem.entry')}</ButtonLink>
        </>
      )}
    </EmptyState>
  )
}

const Bones = () => (
  <Loading>
    <div className={css.list}>
      <Bone height={132} radius={14} />
      <Bone height={132} radius={14} />
      <Bone height={132} radius={14} />
    </div>
  </Loading>
)
