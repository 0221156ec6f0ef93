import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { call, problemOf } from '../../shared/api/client.ts'
import { useMe, useRechargeOffer } from '../../shared/api/queries.ts'
import type { Movement } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button, ButtonLink } from '../../shared/ui/button.tsx'
import { classes } from '../../shared/ui/classes.ts'
import { WalletIcon } from '../../shared/ui/icons.tsx'
import { Money, moneyText } from '../../shared/ui/money.tsx'
import { Card, Page } from '../../shared/ui/page.tsx'
import { Bone, EmptyState, ErrorState, Loading } from '../../shared/ui/states.tsx'
import { MemberOnly } from './member-only.tsx'
import { rulesInWords } from './rules.ts'
import css from './wallet.module.css'

const PAGE_SIZE = 20

/** The balance, the way to top it up, and everything that went in and out. */
export function WalletPage() {
  const { t } = useI18n()
  return (
    <Page title={t('wallet.title')}>
      <MemberOnly next="/wallet">
        <div className={css.layout}>
          <Balance />
          <div>
            <Movements />
          </div>
        </div>
      </MemberOnly>
    </Page>
  )
}

function Balance() {
  const { t } = useI18n()
  const { data: me } = useMe()
  const { data: offer } = useRechargeOffer()
  return (
    <Card className={css.purse}>
      <span className={css.label}>{t('me.balance')}</span>
      <Money fen={me?.balanceFen ?? 0} className={css.amount ?? ''} />
      <p className={css.small}>{t('me.balanceHint')}</p>
      {offer?.enabled && (
        <>
          <ButtonLink look="primary" block to="/recharge">
            {t('wallet.recharge')}
          </ButtonLink>
          {offer.rules.length > 0 && (
            <ul className={css.rules}>
              {rulesInWords(offer.rules, t).map((words) => (
                <li key={words}>{words}</li>
              ))}
            </ul>
          )}
        </>
      )}
    </Card>
  )
}

function Movements() {
  const { t } = useI18n()
  const movements = useInfiniteQuery({
    queryKey: ['movements'],
    queryFn: ({ pageParam }) => call('members.listMyMovements', { query: { page: pageParam, pageSize: PAGE_SIZE } }),
    initialPageParam: 1,
    getNextPageParam: ({ page, pageSize, total }) => (page * pageSize < total ? page + 1 : undefined),
    staleTime: 0,
  })
  if (movements.isPending) {
    return (
      <Loading>
        <Bone height={320} radius={14} />
      </Loading>
    )
  }
  if (!movements.data) {
    return <ErrorState problem={problemOf(movements.error)} onRetry={() => void movements.refetch()} />
  }
  const items = movements.data.pages.flatMap((page) => page.items)
  if (items.length === 0) {
    return <EmptyState title={t('wallet.emptyTitle')} text={t('wallet.emptyText')} icon={<WalletIcon />} />
  }
  return (
    <Card title={t('wallet.movements')}>
      <ul className={css.movements}>
        {items.map((movement) => (
          <MovementRow key={`${movement.id} ${movement.kind}`} movement={movement} />
        ))}
      </ul>
      <div className={css.more}>
        {movements.hasNextPage ? (
          <Button busy={movements.isFetchingNextPage} onClick={() => void movements.fetchNextPage()}>
            {t('common.loadMore')}
          </Button>
        ) : (
          t('wallet.total', { count: movements.data.pages[0]?.total ?? 0 })
        )}
      </div>
    </Card>
  )
}

/** Kinds of the ledger that this page has words for. */
const KINDS = {
  'cash.recharge': 'recharge',
  'cash.recharge_bonus': 'bonus',
  'cash.take_back': 'rechargeRefunded',
  'cash.take_back_bonus': 'bonusTaken',
  'cash.put_back': 'putBack',
  'cash.put_back_bonus': 'bonusPutBack',
  'cash.pay_by_balance': 'paid',
  'cash.refund_to_balance': 'refunded',
  'cash.credit_surplus': 'surplus',
  'member.credit': 'credited',
  'member.debit': 'debited',
} as const

const isKnown = (kind: string): kind is keyof typeof KINDS => kind in KINDS

function MovementRow({ movement: { kind, at, amountFen, balanceFen, orderNo } }: { readonly movement: Movement }) {
  const { t, time } = useI18n()
  const isIn = amountFen > 0
  const name = isKnown(kind) ? KINDS[kind] : isIn ? 'cameIn' : 'wentOut'
  return (
    <li className={css.movement}>
      <div>
        <p className={css.kind}>{t(`wallet.kinds.${name}`)}</p>
        <p className={css.small}>{time(at)}</p>
        {orderNo !== null && (
          <p className={css.small}>
            <Link to={`/orders/${orderNo}`}>{t('wallet.order', { no: orderNo })}</Link>
          </p>
        )}
      </div>
      <div className={css.right}>
        <p className={classes(css.moved, isIn && css.in)}>{`${isIn ? '+' : '−'}${moneyText(Math.abs(amountFen))}`}</p>
        <p className={css.small}>{t('wallet.after', { amount: moneyText(balanceFen) })}</p>
      </div>
    </li>
  )
}
