import { Typography } from 'antd'
import type { ReactNode } from 'react'
import type { Output } from '../../shared/api/index.ts'
import { formatMoney, formatTime } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { isByItself, isOfSurplus, useDecidedNote, useRefundReason } from '../../shared/parts/refundReason.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, Price, Time } from '../../shared/parts/values.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { orderText } from './text.ts'

type Order = Output<'orders.detail'>

/** What was asked for, what came in and what went back. */
export function MoneySection({ order }: { readonly order: Order }) {
  const t = useText(orderText)
  const empty = order.payments.length + order.receipts.length + order.refunds.length === 0
  return (
    <Section title={t('money')} flush>
      {empty && (
        <div className="money-row">
          <Typography.Text type="secondary">{t('noMoney')}</Typography.Text>
        </div>
      )}
      <Group title={t('payments')} show={order.payments.length > 0}>
        {order.payments.map((payment) => (
          <Payment key={payment.gateway} payment={payment} />
        ))}
      </Group>
      <Group title={t('receipts')} show={order.receipts.length > 0}>
        {order.receipts.map((receipt) => (
          <Receipt key={receipt.id} receipt={receipt} />
        ))}
      </Group>
      <Group title={t('refunds')} show={order.refunds.length > 0}>
        {order.refunds.map((refund) => (
          <Refund key={refund.id} refund={refund} isRecharge={order.purpose === 'recharge'} />
        ))}
      </Group>
    </Section>
  )
}

function Group({
  title,
  show,
  children,
}: {
  readonly title: string
  readonly show: boolean
  readonly children: ReactNode
}) {
  if (!show) return null
  return (
    <>
      <div className="money-title">{title}</div>
      {children}
    </>
  )
}

function Payment({ payment }: { readonly payment: Order['payments'][number] }) {
  const t = useText(orderText)
  const gatewayName = useGatewayName()
  const asked = [
    payment.queries > 0 && t('queriedTimes', { count: payment.queries }),
    payment.state === 'pending' &&
      payment.nextQueryAt !== null &&
      t('nextQuery', { time: formatTime(payment.nextQueryAt) }),
  ].filter(Boolean)
  return (
    <div className="money-row">
      <div className="money-main">
        {gatewayName(payment.gateway)}
        <div className="money-note">
          <Time value={payment.createdAt} /> {asked.length > 0 && `· ${asked.join(' · ')}`}
        </div>
      </div>
      <StateTag kind="attempt" state={payment.state} />
      <Money fen={payment.amountFen} />
    </div>
  )
}

function Receipt({ receipt }: { readonly receipt: Order['receipts'][number] }) {
  const gatewayName = useGatewayName()
  return (
    <div className="money-row">
      <div className="money-main">
        {gatewayName(receipt.gateway)} <Copyable text={receipt.tradeNo} />
        <div className="money-note">
          <Time value={receipt.receivedAt} />
        </div>
      </div>
      <StateTag kind="receipt" state={receipt.state} />
      <Money fen={receipt.amountFen} strong />
    </div>
  )
}

const TARGET_WORDS = { source: 'toSource', balance: 'toBalance', hand: 'byHand', let_go: 'toLetGo' } as const

function Refund({ refund, isRecharge }: { readonly refund: Order['refunds'][number]; readonly isRecharge: boolean }) {
  const t = useText(orderText)
  const reason = useRefundReason()
  const note = useDecidedNote()
  const facts = [
    !isOfSurplus(refund.reason) &&
      !isRecharge &&
      (refund.lineNo === null ? !isByItself(refund.reason) && t('wholeOrder') : t('line', { count: refund.lineNo })),
    t(TARGET_WORDS[refund.to]),
    refund.takes === 'pieces' && t('piecesOf', { count: refund.pieces }),
    refund.creditFen > 0
      ? t('creditTaken', { amount: formatMoney(refund.creditFen) })
      : refund.takes === 'nothing' && !isByItself(refund.reason) && t('goodwill'),
    refund.requestedBy !== '' && refund.requestedBy !== 'system' && t('askedBy', { name: refund.requestedBy }),
    refund.decidedBy !== null && refund.decidedBy !== 'system' && t('decidedBy', { name: refund.decidedBy }),
    refund.handReference,
    note(refund),
    refund.attempts > 1 && t('refundAttempts', { count: refund.attempts }),
  ].filter(Boolean)
  return (
    <div className="money-row">
      <div className="money-main">
        {reason(refund.reason)}
        <div className="money-note">
          <Time value={refund.doneAt ?? refund.createdAt} /> · {facts.join(' · ')}
        </div>
        {refund.state === 'failed' && !refund.isReplaced && refund.lastError && (
          <Typography.Text type="danger">{refund.lastError}</Typography.Text>
        )}
      </div>
      <StateTag kind="refund" state={refund.state} />
      <Price fen={-refund.amountFen} points={refund.points} />
    </div>
  )
}
