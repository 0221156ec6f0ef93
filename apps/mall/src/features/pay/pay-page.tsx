import { useEffect, useRef, useState } from 'react'
import { Navigate, useParams, useSearchParams } from 'react-router'
import { problemOf } from '../../shared/api/client.ts'
import { useLiveOrder } from '../../shared/api/live-order.ts'
import { useMethods } from '../../shared/api/queries.ts'
import type { Order, PaymentMethod } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { MethodIcon } from '../../shared/ui/method-icon.tsx'
import { takes } from '../../shared/ui/method-note.tsx'
import { MissingOrder } from '../../shared/ui/missing-order.tsx'
import { moneyText } from '../../shared/ui/money.tsx'
import { OrderLines, RechargeLine } from '../../shared/ui/order-lines.tsx'
import { OrderNo } from '../../shared/ui/order-no.tsx'
import { Card, Columns, Page, Pairs } from '../../shared/ui/page.tsx'
import { Bone, ErrorState, Loading, Notice } from '../../shared/ui/states.tsx'
import { CancelOrder } from './cancel-order.tsx'
import { Due } from './due.tsx'
import { OtherMethods } from './other-methods.tsx'
import css from './pay.module.css'
import { ScanToPay } from './scan-to-pay.tsx'
import { device, usePay } from './use-pay.ts'

/** An unpaid order: how much, how long, how. The moment it is no longer unpaid, the order's page takes over. */
export function PayPage() {
  const { t } = useI18n()
  const no = Number(useParams().no)
  const order = useLiveOrder(no)
  if (order.isPending) return <Bones />
  if (!order.data) {
    const problem = problemOf(order.error)
    if (problem.status === 404 || problem.status === 422) return <MissingOrder no={no} />
    return <ErrorState problem={problem} onRetry={() => void order.refetch()} />
  }
  if (order.data.state !== 'pending') return <Navigate to={`/orders/${no}`} replace />
  return (
    <Page title={t('pay.title')}>
      <Payment order={order.data} connected={order.connected} onExpired={() => void order.refetch()} />
    </Page>
  )
}

function Payment({
  order,
  connected,
  onExpired,
}: {
  readonly order: Order
  readonly connected: boolean
  readonly onExpired: () => void
}) {
  const { t, time, own } = useI18n()
  const [params] = useSearchParams()
  const pay = usePay(order)
  const dueFen = order.totalFen - order.balanceFen
  const { data: methods = [] } = useMethods(dueFen)
  // The code that stands there says which way it is; else the one that was chosen last.
  const chosen = pay.scanning?.gateway ?? order.payment?.gateway
  const method = methods.find(({ gateway }) => gateway === chosen)
  const nameOf = (gateway: string) => {
    const found = methods.find((one) => one.gateway === gateway)
    return found ? own(found.name, found.nameEn) : gateway
  }
  const [returned, setReturned] = useState(params.get('result') === 'paid')
  const problem = pay.error ? problemOf(pay.error) : undefined
  const feeFen = method?.feeFen ?? 0
  const isTooLittle = method !== undefined && !takes(method, dueFen)
  useCodeAtOnce(method, pay)
  useGoOn(pay)
  return (
    <Columns
      main={
        <>
          <Card>
            {returned && <Checking text={t(checkingText(order))} />}
            <Due order={order} feeFen={feeFen} onExpired={onExpired} />
            {pay.scanning && <ScanToPay {...pay.scanning} name={nameOf(pay.scanning.gateway)} />}
            <div className={css.actions}>
              {problem && (
                <Notice>
                  {problem.status === 0 || problem.status >= 500 ? t('pay.methodFailed') : problem.message}
                </Notice>
              )}
              {method && !pay.scanning && (
                <p className={css.chosen}>
                  <MethodIcon gateway={method.gateway} /> {t('pay.payBy', { name: nameOf(method.gateway) })}
                </p>
              )}
              {isTooLittle && (
                <Notice tone="warn">
                  {t('pay.tooLittle', { amount: moneyText(method.minFen) })}
                  {order.balanceFen + order.points > 0 && ` ${t('pay.tooLittleBack')}`}
                </Notice>
              )}
              {!pay.scanning && (
                <Button
                  look={returned ? 'plain' : 'primary'}
                  size="large"
                  block
                  busy={pay.opening}
                  disabled={isTooLittle}
                  onClick={() => {
                    setReturned(false)
                    pay.go(chosen)
                  }}
                >
                  {pay.opening
                    ? t('pay.opening')
                    : returned
                      ? t('pay.notPaid')
                      : t('pay.go', { amount: moneyText(dueFen + feeFen) })}
                </Button>
              )}
              <p className={css.hint} role="status">
                {connected ? t('pay.live') : t('pay.reconnecting')}
              </p>
            </div>
          </Card>
          <OtherMethods order={order} chosen={chosen} busy={pay.opening} onChoose={pay.go} />
        </>
      }
      side={
        <>
          <Card title={t('order.summary')}>
            {order.recharge ? <RechargeLine order={order} recharge={order.recharge} /> : <OrderLines order={order} />}
            <Pairs
              items={[
                [t('order.no'), <OrderNo key="no" no={order.no} />],
                [t('order.placedAt'), time(order.placedAt)],
                [t('order.contact'), order.contactMasked],
              ]}
            />
          </Card>
          <CancelOrder order={order} />
        </>
      }
    />
  )
}

/** Where a code is scanned, there is nothing to press first: it stands there when the page opens. */
function useCodeAtOnce(method: PaymentMethod | undefined, pay: ReturnType<typeof usePay>): void {
  const asked = useRef(false)
  useEffect(() => {
    if (asked.current || !method?.scansOnDesktop || device() === 'phone') return
    asked.current = true
    pay.go(method.gateway)
  }, [method, pay])
}

/** Back from the gateway's app, which has told who the person is: goes on to pay there, once. */
function useGoOn(pay: ReturnType<typeof usePay>): void {
  const [params, setParams] = useSearchParams()
  const gateway = params.get('with')
  const gone = useRef(false)
  useEffect(() => {
    if (gateway === null || gone.current) return
    gone.current = true
    setParams(
      (before) => {
        before.delete('with')
        return before
      },
      { replace: true },
    )
    pay.go(gateway)
  }, [gateway, pay, setParams])
}

function Checking({ text }: { readonly text: string }) {
  const { t } = useI18n()
  return (
    <div className={css.checking} role="status">
      <span className={css.ring} />
      <h2>{t('pay.checking')}</h2>
      <p>{text}</p>
    </div>
  )
}

const Bones = () => (
  <Page>
    <Loading>
      <Columns main={<Bone height={320} radius={14} />} side={<Bone height={240} radius={14} />} />
    </Loading>
  </Page>
)

/** What appears here once the payment is confirmed: money on the balance, the progress of a top-up, or codes. */
function checkingText({ recharge, lines }: Order) {
  if (recharge) return 'wallet.checkingText'
  return lines.every(({ kind }) => kind === 'topup') ? 'pay.checkingTopUpText' : 'pay.checkingText'
}
