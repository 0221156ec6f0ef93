import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import { call, problemOf } from '../../shared/api/client.ts'
import { goodsQuery } from '../../shared/api/queries.ts'
import type { Goods, Sku } from '../../shared/api/types.ts'
import { checkoutLink } from '../../shared/basket.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button, ButtonLink } from '../../shared/ui/button.tsx'
import { TextField } from '../../shared/ui/field.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { Price, usePriceText } from '../../shared/ui/price.tsx'
import { Bone, EmptyState, ErrorState, Loading, Notice } from '../../shared/ui/states.tsx'
import css from './numbers.module.css'

const NUMBERS_A_PAGE = 30
const SEARCH_CHARS_MAX = 40

type Chosen = { readonly cardId: number; readonly number: string }

/** The numbers of one SKU that nobody has taken; the chosen one goes to the checkout. */
export function NumbersPage() {
  const { t } = useI18n()
  const id = Number(useParams().id)
  const [params] = useSearchParams()
  const goods = useQuery({ ...goodsQuery(id), enabled: Number.isSafeInteger(id) && id > 0 })
  const sku = goods.data?.skus.find((one) => one.id === Number(params.get('sku')) && one.pick !== 'none')
  if (goods.data && sku) return <Choosing goods={goods.data} sku={sku} />
  if (goods.isLoading) {
    return (
      <Page title={t('numbers.title')}>
        <Bones />
      </Page>
    )
  }
  const problem = problemOf(goods.error)
  if (goods.isError && problem.status !== 404 && problem.status !== 422) {
    return <ErrorState problem={problem} onRetry={() => void goods.refetch()} />
  }
  return (
    <Page title={t('numbers.title')} heading={false}>
      <EmptyState title={t('numbers.notOfferedTitle')} text={t('numbers.notOfferedText')}>
        <ButtonLink look="primary" to={goods.data ? `/goods/${id}` : '/'}>
          {t('checkout.backToGoods')}
        </ButtonLink>
      </EmptyState>
    </Page>
  )
}

function Choosing({ goods, sku }: { readonly goods: Goods; readonly sku: Sku }) {
  const { t, own } = useI18n()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState<Chosen>()
  // What is typed is asked for when the page has time, not at each key.
  const q = useDeferredValue(typed.trim())
  const numbers = useInfiniteQuery({
    queryKey: ['numbers', sku.id, q],
    queryFn: ({ pageParam }) =>
      call('vault.mallNumbers', {
        params: { skuId: sku.id },
        query: { limit: NUMBERS_A_PAGE, ...(q ? { q } : {}), ...(pageParam ? { after: pageParam } : {}) },
      }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
    // Whoever comes back because a number was taken must not see it again.
    staleTime: 0,
    gcTime: 0,
  })
  const items = numbers.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Page title={t('numbers.title')}>
      <p className={css.about}>
        <Link to={`/goods/${goods.id}?sku=${sku.id}`}>{own(goods.title, goods.titleEn)}</Link>
        <span>{own(sku.title, sku.titleEn)}</span>
      </p>
      <TextField
        type="search"
        inputMode="search"
        label={t('numbers.search')}
        hint={t('numbers.searchHint')}
        maxLength={SEARCH_CHARS_MAX}
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      {numbers.isError && items.length === 0 ? (
        <ErrorState problem={problemOf(numbers.error)} onRetry={() => void numbers.refetch()} />
      ) : numbers.isPending ? (
        <Bones />
      ) : items.length === 0 ? (
        <EmptyState
          title={q ? t('numbers.noneFoundTitle') : t('numbers.noneTitle')}
          text={q ? t('numbers.noneFoundText') : t('numbers.noneText')}
        />
      ) : (
        <fieldset className={css.numbers} aria-busy={numbers.isFetching}>
          <legend className={css.legend}>{t('numbers.legend')}</legend>
          {items.map((item) => (
            <label key={item.cardId} className={css.number}>
              <input
                type="radio"
                name="number"
                checked={item.cardId === chosen?.cardId}
                onChange={() => setChosen(item)}
              />
              {item.number}
            </label>
          ))}
        </fieldset>
      )}
      {numbers.isError && items.length > 0 && <Notice tone="warn">{problemOf(numbers.error).message}</Notice>}
      {numbers.hasNextPage && (
        <Button block busy={numbers.isFetchingNextPage} onClick={() => void numbers.fetchNextPage()}>
          {t('numbers.more')}
        </Button>
      )}
      <ChosenBar goods={goods} sku={sku} chosen={chosen} />
    </Page>
  )
}

function ChosenBar({
  goods,
  sku,
  chosen,
}: {
  readonly goods: Goods
  readonly sku: Sku
  readonly chosen: Chosen | undefined
}) {
  const { t } = useI18n()
  const priceText = usePriceText()
  const item = chosen && { goodsId: goods.id, skuId: sku.id, quantity: 1, cardId: chosen.cardId }
  return (
    <>
      <div className={css.bar}>
        <div className={css.barText} aria-live="polite">
          <b className={css.barNumber}>{chosen ? chosen.number : t('numbers.noneChosen')}</b>
          <span className={css.barPrice}>
            <Price fen={sku.priceFen + sku.pickFeeFen} points={0} />
            {sku.pickFeeFen > 0 && ` ${t('numbers.withFee', { fee: priceText(sku.pickFeeFen, 0) })}`}
          </span>
        </div>
        {item ? (
          <ButtonLink look="primary" size="large" to={checkoutLink([item])}>
            {t('numbers.buy')}
          </ButtonLink>
        ) : (
          <Button look="primary" size="large" disabled>
            {t('numbers.buy')}
          </Button>
        )}
      </div>
      <div className={css.room} />
    </>
  )
}

const Bones = () => (
  <Loading>
    <div className={css.numbers}>
      {Array.from({ length: 12 }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike and never change places
        <Bone key={at} height={48} radius={12} />
      ))}
    </div>
  </Loading>
)
