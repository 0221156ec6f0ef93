import { Tag, Tooltip } from 'antd'
import { Link, useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatMoney } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { useChannelName } from '../../shared/parts/channels.ts'
import { WaitingClaims } from '../../shared/parts/claims.tsx'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Timeline } from '../../shared/parts/timeline/Timeline.tsx'
import { Copyable, Money, Price, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { OrderLines } from './BundleLines.tsx'
import { MoneySection } from './MoneySection.tsx'
import { OrderActions } from './OrderActions.tsx'
import { orderText } from './text.ts'
import './orders.css'

type Order = Output<'orders.detail'>

/** How often an order that is still moving is looked at. */
const MOVING_MS = 4_000

/** One order: what was bought, paid, delivered and given back, and everything that happened to it. */
export function OrderDetailPage() {
  const t = useText(orderText)
  const no = Number(useParams().no)
  const read = useRead('orders.detail', { params: { no } }, { refreshMs: MOVING_MS })
  return (
    <DetailPage
      read={read}
      back="/orders"
      title={() => t('order', { no })}
      tags={(order) => <Tags order={order} />}
      actions={(order) => <OrderActions order={order} />}
    >
      {(order) => (
        <>
          <WaitingClaims orderNo={order.no} />
          <Section>
            <OrderFacts order={order} />
          </Section>
          <div className="columns">
            <div className="span-8 stack">
              <Section title={t(order.purpose === 'recharge' ? 'rechargeLine' : 'lines')} flush>
                <OrderLines order={order} />
              </Section>
              <MoneySection order={order} />
            </div>
            <div className="span-4 stack">
              <Section title={t('timeline')}>
                <Timeline entries={order.timeline} manyLines={order.lines.length > 1} />
              </Section>
            </div>
          </div>
        </>
      )}
    </DetailPage>
  )
}

function Tags({ order }: { readonly order: Order }) {
  const t = useText(orderText)
  return (
    <>
      <StateTag kind={order.purpose === 'recharge' ? 'recharge' : 'order'} state={order.state} />
      {order.purpose === 'recharge' && (
        <Tag color="purple" variant="filled">
          {t('rechargeTag')}
        </Tag>
      )}
      {order.hasException && (
        <Tag color="error" variant="filled">
          {t('exception')}
        </Tag>
      )}
    </>
  )
}

function OrderFacts({ order }: { readonly order: Order }) {
  const t = useText(orderText)
  const gatewayName = useGatewayName()
  const channelName = useChannelName()
  return (
    <Facts
      items={[
        [t('amount'), <Price key="amount" fen={order.totalFen} points={order.points} strong />],
        order.balanceFen > 0 && [t('balancePart'), <Money key="balance" fen={order.balanceFen} />],
        order.purpose === 'recharge' && [t('creditFen'), creditOf(order, t)],
        order.refundedFen > 0 && [t('refundedTotal'), <Money key="refunded" fen={order.refundedFen} />],
        [t('no'), <Copyable key="no" text={String(order.no)} />],
        [t('buyer'), <Buyer key="buyer" order={order} />],
        [t('contact'), <Contact key="contact" order={order} />],
        [t('gateway'), gatewayName(order.gateway)],
        order.tradeNo !== null && [t('tradeNo'), <Copyable key="trade" text={order.tradeNo} />],
        [t('placedAt'), <Time key="placed" value={order.placedAt} />],
        order.state === 'pending' && [t('expiresAt'), <Time key="expires" value={order.expiresAt} />],
        order.paidAt !== null && [t('paidAt'), <Time key="paid" value={order.paidAt} />],
        order.deliveredAt !== null && [
          t(order.purpose === 'recharge' ? 'creditedAt' : 'deliveredAt'),
          <Time key="delivered" value={order.deliveredAt} />,
        ],
        [t('channel'), channelName(order.channel)],
        order.ip !== null && [t('ip'), order.ip],
        order.closeReason !== null && [t('closeReason'), closedBecause(order.closeReason, t)],
      ]}
    />
  )
}

function creditOf({ creditFen, totalFen }: Order, t: Say<keyof typeof orderText.keys>): string {
  const credit = formatMoney(creditFen)
  return creditFen > totalFen ? t('creditWithBonus', { credit, bonus: formatMoney(creditFen - totalFen) }) : credit
}

function closedBecause(reason: string, t: Say<keyof typeof orderText.keys>): string {
  if (reason === 'buyer') return t('closedByBuyer')
  return reason === 'timeout' ? t('closedByTime') : reason
}

function Buyer({ order: { member } }: { readonly order: Order }) {
  const t = useText(orderText)
  const may = useMay()
  if (!member) return t('guest')
  const name = [member.name, member.phoneMasked].filter(Boolean).join(' ') || t('member', { id: member.id })
  return may('members.read') ? <Link to={`/members/${member.id}`}>{name}</Link> : name
}

function Contact({ order }: { readonly order: Order }) {
  const t = useText(orderText)
  if (order.contact !== null) return <Copyable text={order.contact} />
  return (
    <Tooltip title={t('contactHidden')}>
      <span className="num">{order.buyer.contactMasked}</span>
    </Tooltip>
  )
}
