import { Alert, Typography } from 'antd'
import { Link } from 'react-router'
import { useAction, useRead } from '../api/hooks.ts'
import type { Row } from '../api/index.ts'
import { formatMoney, formatTime } from '../format.ts'
import { defineMessages, useText } from '../i18n/index.ts'
import { useMe } from '../session.tsx'
import { ActionButton } from './ActionButton.tsx'
import { useConfirmDanger } from './danger.tsx'
import { useGatewayName } from './gateways.tsx'
import { Copyable } from './values.tsx'

type Claim = Row<'payments.listClaims'>

const text = defineMessages('claims', {
  waiting: ['补单 {amount} 等待复核', 'A claimed payment of {amount} waits for a second person'],
  said: ['{name} 于 {time} 申请：{reason}', 'Claimed by {name} at {time}: {reason}'],
  confirmed: [
    '{gateway}已确认这个订单收到这笔钱（{time}）',
    '{gateway} confirms that it took this money for the order ({time})',
  ],
  order: ['订单 {no}', 'Order {no}'],
  tradeNo: ['交易号', 'Trade number'],
  approve: ['同意补单', 'Agree'],
  approveText: [
    '会再向通道核实一次，确认后按正常付款入账并发货。',
    'The gateway is asked once more; then the payment is booked and the order delivered, as if its notice had come.',
  ],
  approved: ['已补单', 'The payment is booked'],
  decline: ['驳回', 'Refuse'],
  declineText: ['不入账，也不发货；之后可以重新申请。', 'Nothing is booked or delivered; it may be claimed again.'],
  declined: ['已驳回', 'Refused'],
  own: ['不能复核自己申请的补单', 'Who claimed it cannot agree to it as well'],
})

const REFRESH: readonly string[] = ['payments.', 'orders.', 'fulfilment.', 'ledger.', 'vault.', 'stock.']
const SHOWN_MAX = 20
const REFRESH_MS = 15_000

/** Payments that staff claimed for orders and that wait for a second person; of one order, or all. Nothing when there are none. */
export function WaitingClaims({ orderNo }: { readonly orderNo?: number }) {
  const read = useRead(
    'payments.listClaims',
    { query: { state: 'awaiting', pageSize: SHOWN_MAX, ...(orderNo === undefined ? {} : { orderNo }) } },
    { refreshMs: REFRESH_MS },
  )
  const claims = read.data?.items ?? []
  if (claims.length === 0) return null
  return (
    <div className="stack" style={{ marginBottom: 12 }}>
      {claims.map((claim) => (
        <Waiting key={claim.id} claim={claim} withOrder={orderNo === undefined} />
      ))}
    </div>
  )
}

function Waiting({ claim, withOrder }: { readonly claim: Claim; readonly withOrder: boolean }) {
  const t = useText(text)
  const gatewayName = useGatewayName()
  return (
    <Alert
      type="warning"
      showIcon
      title={
        <>
          {t('waiting', { amount: formatMoney(claim.amountFen) })}
          {withOrder && (
            <>
              {' · '}
              <Link to={`/orders/${claim.orderNo}`} className="num">
                {t('order', { no: claim.orderNo })}
              </Link>
            </>
          )}
        </>
      }
      description={
        <div className="stack" style={{ gap: 4 }}>
          <span>{t('said', { name: claim.requestedBy, time: formatTime(claim.createdAt), reason: claim.reason })}</span>
          <Typography.Text type="secondary">
            {t('confirmed', { gateway: gatewayName(claim.gateway), time: formatTime(claim.paidAt) })}
          </Typography.Text>
          <span>
            {t('tradeNo')} <Copyable text={claim.tradeNo} />
          </span>
          <div style={{ display: 'flex', gap: 8, marginTop: 6 }}>
            <Decide claim={claim} />
          </div>
        </div>
      }
    />
  )
}

function Decide({ claim }: { readonly claim: Claim }) {
  const t = useText(text)
  const me = useMe()
  const confirm = useConfirmDanger()
  const approve = useAction('payments.approveClaim', { refresh: REFRESH, done: t('approved') })
  const decline = useAction('payments.declineClaim', { refresh: REFRESH, done: t('declined') })
  const params = { claimId: claim.id }
  const about = { object: t('order', { no: claim.orderNo }), amountFen: claim.amountFen, danger: false } as const
  const askApprove = () =>
    confirm({
      ...about,
      title: t('approve'),
      consequence: t('approveText'),
      onConfirm: () => approve.run({ params, body: {} }),
    })
  const askDecline = () =>
    confirm({
      ...about,
      title: t('decline'),
      consequence: t('declineText'),
      askReason: true,
      onConfirm: (reason) => decline.run({ params, body: { reason } }),
    })
  const own = claim.requestedById === me.id ? t('own') : undefined
  return (
    <>
      <ActionButton type="primary" permission="payments.approve" refusal={own} onClick={askApprove}>
        {t('approve')}
      </ActionButton>
      <ActionButton permission="payments.approve" onClick={askDecline}>
        {t('decline')}
      </ActionButton>
    </>
  )
}
