import { useQueries, useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { call, problemOf } from '../../shared/api/client.ts'
import { goodsQuery, useMe, useMethods, useShop } from '../../shared/api/queries.ts'
import { type BasketItem, readBasket } from '../../shared/basket.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { ButtonLink } from '../../shared/ui/button.tsx'
import { Columns, Page } from '../../shared/ui/page.tsx'
import { Bone, EmptyState, ErrorState, Loading } from '../../shared/ui/states.tsx'
import { CheckoutForm } from './checkout-form.tsx'
import { linesOf } from './lines.ts'

export function CheckoutPage() {
  const { t } = useI18n()
  const [params] = useSearchParams()
  const items = readBasket(params)
  return (
    <Page title={t('checkout.title')}>
      {items.length > 0 ? <CheckoutOf items={items} key={params.get('items')} /> : <NothingChosen />}
    </Page>
  )
}

function CheckoutOf({ items }: { readonly items: readonly BasketItem[] }) {
  const shop = useShop()
  const me = useMe()
  const goods = useQueries({ queries: [...new Set(items.map(({ goodsId }) => goodsId))].map((id) => goodsQuery(id)) })
  const quoted = useQuery({
    queryKey: ['quote', items],
    queryFn: () =>
      call('orders.quote', {
        body: {
          lines: items.map(({ skuId, quantity, cardId }) => ({
            skuId,
            quantity,
            ...(cardId === undefined ? {} : { cardId }),
          })),
        },
      }),
    // What is shown is the proof of price: it changes only where the buyer sees and confirms it.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const methods = useMethods(quoted.data?.totalFen)

  const waiting = [shop, methods, quoted, ...goods].find((query) => query.isPending)
  const failed = [shop, methods, quoted, ...goods].find((query) => query.isError && query.data === undefined)
  if (failed) {
    const problem = problemOf(failed.error)
    if (problem.status === 404 || problem.status === 422) return <NothingChosen />
    return <ErrorState problem={problem} onRetry={() => void failed.refetch()} />
  }
  if (waiting || me.isPending || !shop.data || !methods.data || !quoted.data) return <Bones />
  const lines = linesOf(
    items,
    goods.flatMap(({ data }) => data ?? []),
  )
  if (lines.length === 0) return <NothingChosen />
  return <CheckoutForm lines={lines} quote={quoted.data} shop={shop.data} methods={methods.data} me={me.data ?? null} />
}

function NothingChosen() {
  const { t } = useI18n()
  return (
    <EmptyState title={t('checkout.emptyTitle')} text={t('checkout.emptyText')}>
      <ButtonLink look="primary" to="/">
        {t('orders.goShopping')}
      </ButtonLink>
    </EmptyState>
  )
}

const Bones = () => (
  <Loading>
    <Columns
      main={
        <>
          <Bone height={130} radius={14} />
          <Bone height={210} radius={14} />
          <Bone height={170} radius={14} />
        </>
      }
      side={<Bone height={180} radius={14} />}
    />
  </Loading>
)
