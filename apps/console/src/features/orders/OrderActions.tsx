import { App, Button } from 'antd'
import { useState } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { ClaimDialog } from './ClaimDialog.tsx'
import { RefundDialog } from './RefundDialog.tsx'
import { REFRESH_AFTER } from './refresh.ts'
import { isGift } from './refundPlan.ts'
import { orderText } from './text.ts'

type Order = Output<'orders.detail'>

/** What may be done with the order now: exactly what the server offers. */
export function OrderActions({ order }: { readonly order: Order }) {
  const t = useText(orderText)
  const { message } = App.useApp()
  const confirm = useConfirmDanger()
  const [refunding, setRefunding] = useState(false)
  const [claiming, setClaiming] = useState(false)
  const cancel = useAction('orders.cancelByStaff', { refresh: REFRESH_AFTER, done: t('cancelled') })
  const resend = useAction('orders.resend', { refresh: ['orders.'], done: t('resent') })
  const query = useAction('orders.queryPayment', {
    refresh: REFRESH_AFTER,
    onDone: ({ outcome }) => {
      if (outcome === 'paid') void message.success(t('queryPaid'))
      else void message.info(t(outcome === 'not_paid' ? 'queryNotPaid' : 'queryUnknown'))
    },
  })
  const params = { no: order.no }
  const can = (action: Order['actions'][number]) => order.actions.includes(action)
  const askCancel = () =>
    confirm({
      title: t('cancel'),
      object: t('order', { no: order.no }),
      amountFen: order.totalFen,
      consequence: t('cancelText'),
      askReason: true,
      onConfirm: (reason) => cancel.run({ params, body: { reason } }),
    })
  const askResend = () =>
    confirm({
      title: t('resend'),
      object: order.contact ?? order.buyer.contactMasked,
      consequence: t('resendText'),
      danger: false,
      onConfirm: () => resend.run({ params, body: {} }),
    })
  return (
    <>
      {can('query_payment') && (
        <Button loading={query.running} onClick={() => void query.go({ params, body: {} })}>
          {t('queryPayment')}
        </Button>
      )}
      {can('claim') && <Button onClick={() => setClaiming(true)}>{t('claim')}</Button>}
      {can('resend') && <Button onClick={askResend}>{t('resend')}</Button>}
      {can('cancel') && (
        <Button danger onClick={askCancel}>
          {t('cancel')}
        </Button>
      )}
      {can('refund') && (
        <Button danger onClick={() => setRefunding(true)}>
          {t(isGift(order) ? 'endGift' : 'refund')}
        </Button>
      )}
      {claiming && <ClaimDialog order={order} onClose={() => setClaiming(false)} />}
      {refunding && <RefundDialog order={order} onClose={() => setRefunding(false)} />}
    </>
  )
}
