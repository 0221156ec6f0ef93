import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Navigate, useParams, useSearchParams } from 'react-router'
import { problemOf } from '../../shared/api/client.ts'
import { useLiveOrder } from '../../shared/api/live-order.ts'
import { meQuery, useMethods, useShop } from '../../shared/api/queries.ts'
import type { Order } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { MissingOrder } from '../../shared/ui/missing-order.tsx'
import { moneyText } from '../../shared/ui/money.tsx'
import { OrderLines, RechargeLine } from '../../shared/ui/order-lines.tsx'
import { OrderNo } from '../../shared/ui/order-no.tsx'
import { Card, Columns, Page, Pairs } from '../../shared/ui/page.tsx'
import { usePriceText } from '../../shared/ui/price.tsx'
import { Bone, ErrorState, Loading } from '../../shared/ui/states.tsx'
import { Activation } from './activation.tsx'
import { answersOf } from './answers.ts'
import { BundleCard } from './bundle-card.tsx'
import { Guide } from './guide.tsx'
import { Headline } from './headline.tsx'
import { LineCodes } from './line-codes.tsx'
import { LineLinks } from './line-links.tsx'
import css from './order.module.css'
import { Service } from './service.tsx'
import { TopUp } from './top-up.tsx'
import { Unlock } from './unlock.tsx'

/** One order in whatever state it is. Codes appear by themselves the moment they are there. */
export function OrderPage() {
  const no = Number(useParams().no)
  const [params] = useSearchParams()
  const order = useLiveOrder(no)
  if (order.isPending) return <Bones />
  if (!order.data) {
    const problem = problemOf(order.error)
    if (problem.status === 404 || problem.status === 422) return <MissingOrder no={no} />
    return <ErrorState problem={problem} onRetry={() => void order.refetch()} />
  }
  // The cashier returns here, perhaps before the gateway's word: unpaid orders wait on the payment page.
  if (order.data.state === 'pending' && order.data.canSeeCodes) {
    return <Navigate to={`/pay/${no}${params.get('result') === 'paid' ? '?result=paid' : ''}`} replace />
  }
  return <OrderView order={order.data} />
}

function OrderView({ order }: { readonly order: Order }) {
  const { t } = useI18n()
  useFreshBalance(order)
  const handedOver = order.lines.filter(
    ({ kind, deliveredQuantity }) => (kind === 'card' || kind === 'link') && deliveredQuantity > 0,
  )
  return (
    <Page title={t('order.title')} heading={false}>
      <Columns
        main={
          <>
            <Headline order={order} />
            {order.bundles.map((bundle) => (
              <BundleCard key={bundle.bundleNo} order={order} bundle={bundle} />
            ))}
            {order.lines.map(
              (line) =>
                line.supply &&
                // Codes that have come are shown as all codes are.
                (line.kind === 'topup' || line.supply.progress !== 'arrived') && (
                  <TopUp key={line.lineNo} order={order} line={line} supply={line.supply} />
                ),
            )}
            {order.lines.map(
              (line) => line.service && <Service key={line.lineNo} order={order} line={line} service={line.service} />,
            )}
            {order.lines.map(
              (line) =>
                line.activation &&
                line.activation.state !== 'activated' && (
                  <Activation key={line.lineNo} order={order} line={line} activation={line.activation} />
                ),
            )}
            {(handedOver.length > 0 || order.lines.some(({ activation }) => activation?.state === 'open')) &&
              !order.canSeeCodes && <Unlock order={order} />}
            {order.canSeeCodes &&
              handedOver.map((line) =>
                line.kind === 'link' ? (
                  <LineLinks key={line.lineNo} order={order} line={line} />
                ) : (
                  <LineCodes key={line.lineNo} order={order} line={line} />
                ),
              )}
            {order.canSeeCodes && order.lines.some((line) => line.deliveredQuantity > 0) && <Guide order={order} />}
          </>
        }
        side={
          <>
            <Summary order={order} />
            <Help order={order} />
          </>
        }
      />
    </Page>
  )
}

/** What a recharge brought is in the balance that other pages remember. */
function useFreshBalance({ recharge, state, refundedFen }: Order): void {
  const client = useQueryClient()
  const isRecharge = recharge !== null
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the order may have moved the balance
  useEffect(() => {
    if (isRecharge) void client.invalidateQueries({ queryKey: meQuery.queryKey })
  }, [client, isRecharge, state, refundedFen])
}

function Summary({ order }: { readonly order: Order }) {
  const { t, own, time } = useI18n()
  const priceText = usePriceText()
  const { data: methods = [] } = useMethods(order.totalFen)
  const method = methods.find(({ gateway }) => gateway === order.payment?.gateway)
  // What is topped up, or done by hand, stands beside its progress, masked.
  const answers = order.lines
    .filter((line) => line.kind !== 'topup' && line.service === null)
    .flatMap((line) => answersOf(line, own))
  return (
    <Card title={t('order.summary')}>
      {order.recharge ? <RechargeLine order={order} recharge={order.recharge} /> : <OrderLines order={order} />}
      <Pairs
        items={[
          [t('order.no'), <OrderNo key="no" no={order.no} />],
          [t('order.total'), priceText(order.totalFen, order.points)],
          ...(order.balanceFen > 0 ? [[t('checkout.balanceRow'), moneyText(order.balanceFen)] as const] : []),
          ...(order.refundedFen > 0 ? [[t('order.refunded'), moneyText(order.refundedFen)] as const] : []),
          ...(method ? [[t('order.method'), own(method.name, method.nameEn)] as const] : []),
          ...(order.payment?.gateway === 'redeem' ? [[t('order.method'), t('redeem.code')] as const] : []),
          [t('order.contact'), order.contactMasked],
          [t('order.placedAt'), time(order.placedAt)],
          ...(order.paidAt ? [[t('order.paidAt'), time(order.paidAt)] as const] : []),
          ...(order.deliveredAt && !order.recharge ? [[t('order.deliveredAt'), time(order.deliveredAt)] as const] : []),
        ]}
      />
      {answers.length > 0 && (
        <div className={css.form}>
          <h3>{t('order.form')}</h3>
          <Pairs items={answers} />
        </div>
      )}
    </Card>
  )
}

function Help({ order }: { readonly order: Order }) {
  const { t } = useI18n()
  const { data: shop } = useShop()
  if (!shop?.contact) return null
  return (
    <Card title={t('order.helpTitle')}>
      <div className={css.help}>
        <p>{shop.contact}</p>
        <p>{t('order.helpText', { no: order.no })}</p>
      </div>
    </Card>
  )
}

const Bones = () => (
  <Page>
    <Loading>
      <Columns
        main={
          <>
            <Bone height={110} radius={14} />
            <Bone height={260} radius={14} />
          </>
        }
        side={<Bone height={280} radius={14} />}
      />
    </Loading>
  </Page>
)
