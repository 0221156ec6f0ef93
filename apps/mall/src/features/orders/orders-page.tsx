import { useInfiniteQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { call, problemOf } from '../../shared/api/client.ts'
import { useMe } from '../../shared/api/queries.ts'
import type { OrderState } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button, ButtonLink } from '../../shared/ui/button.tsx'
import { OrdersIcon } from '../../shared/ui/icons.tsx'
import { OrderCard } from '../../shared/ui/order-card.tsx'
import { Card, Columns, Page } from '../../shared/ui/page.tsx'
import { Bone, EmptyState, ErrorState, Loading } from '../../shared/ui/states.tsx'
import { TabLinks } from '../../shared/ui/tab-links.tsx'
import css from './orders.module.css'

const PAGE_SIZE = 20
const TABS = [
  'pending',
  'paid',
  'delivered',
  'refunded',
  'expired',
  'cancelled',
] as const satisfies readonly OrderState[]

/** Signed in: all orders, by state. Else the last five of this browser, and the look-up for everything else. */
export function OrdersPage() {
  const { t } = useI18n()
  const me = useMe()
  const [params] = useSearchParams()
  const member = me.data != null
  const asked = params.get('state')
  const state = member ? TABS.find((tab) => tab === asked) : undefined
  return (
    <Page title={member ? t('common.myOrders') : t('orders.guestTitle')}>
      <Columns
        main={
          <div>
            {member && <StateTabs state={state} />}
            <OrderList state={state} key={`${member} ${state}`} />
          </div>
        }
        side={<GuestHelp member={member} />}
      />
    </Page>
  )
}

function StateTabs({ state }: { readonly state: OrderState | undefined }) {
  const { t } = useI18n()
  return (
    <TabLinks
      label={t('common.myOrders')}
      tabs={[
        { to: '/orders', isOpen: state === undefined, text: t('orders.all') },
        ...TABS.map((tab) => ({
          to: `/orders?state=${tab}`,
          isOpen: state === tab,
          text: t(`order.states.${tab}`),
        })),
      ]}
    />
  )
}

function OrderList({ state }: { readonly state: OrderState | undefined }) {
  const { t } = useI18n()
  const orders = useInfiniteQuery({
    queryKey: ['orders', state ?? 'all'],
    queryFn: ({ pageParam }) =>
      call('orders.mine', { query: { page: pageParam, pageSize: PAGE_SIZE, ...(state ? { state } : {}) } }),
    initialPageParam: 1,
    getNextPageParam: ({ page, pageSize, total }) => (page * pageSize < total ? page + 1 : undefined),
  })
  if (orders.isPending) {
    return (
      <Loading>
        <div className={css.list}>
          <Bone height={168} radius={14} />
          <Bone height={168} radius={14} />
          <Bone height={168} radius={14} />
        </div>
      </Loading>
    )
  }
  if (!orders.data) return <ErrorState problem={problemOf(orders.error)} onRetry={() => void orders.refetch()} />
  const items = orders.data.pages.flatMap((page) => page.items)
  if (items.length === 0) {
    return (
      <EmptyState
        title={state ? t('orders.emptyStateTitle') : t('orders.emptyTitle')}
        text={state ? t('orders.emptyStateText') : t('orders.emptyText')}
        icon={<OrdersIcon />}
      >
        <ButtonLink look="primary" to="/">
          {t('orders.goShopping')}
        </ButtonLink>
      </EmptyState>
    )
  }
  return (
    <>
      <ul className={css.list}>
        {items.map((order) => (
          <li key={order.no}>
            <OrderCard order={order} />
          </li>
        ))}
      </ul>
      <div className={css.more}>
        {orders.hasNextPage ? (
          <Button busy={orders.isFetchingNextPage} onClick={() => void orders.fetchNextPage()}>
            {t('common.loadMore')}
          </Button>
        ) : (
          t('orders.total', { count: orders.data.pages[0]?.total ?? 0 })
        )}
      </div>
    </>
  )
}

function GuestHelp({ member }: { readonly member: boolean }) {
  const { t } = useI18n()
  return (
    <Card title={t('common.lookup')}>
      <div className={css.guest}>
        <p>{member ? t('lookup.intro') : t('orders.guestText')}</p>
      </div>
      <div className={css.guestActions}>
        <ButtonLink to="/lookup">{t('common.lookup')}</ButtonLink>
        {!member && (
          <ButtonLink look="soft" to={`/sign-in?${new URLSearchParams({ next: '/orders' })}`}>
            {t('common.signIn')}
          </ButtonLink>
        )}
      </div>
    </Card>
  )
}
