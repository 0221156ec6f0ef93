import { Tag, Typography } from 'antd'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatMoney } from '../../shared/format.ts'
import { type Say, useBoth, useText } from '../../shared/i18n/index.ts'
import { useChannelName, useChannelOptions } from '../../shared/parts/channels.ts'
import { useGatewayName, useGatewayOptions } from '../../shared/parts/gateways.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import type { Filter } from '../../shared/templates/filters.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { orderText } from './text.ts'

type Order = Row<'orders.list'>
type T = Say<keyof typeof orderText.keys>

/** Every order, found by whatever a buyer, gateway or colleague names it by. */
export function OrderListPage() {
  const t = useText(orderText)
  const gatewayName = useGatewayName()
  const channelName = useChannelName()
  return (
    <ListPage
      id="orders"
      title={t('title')}
      route="orders.list"
      rowKey={(order) => order.no}
      href={(order) => `/orders/${order.no}`}
      exportRoute="orders.export"
      refreshMs={15_000}
      filters={useFilters(t)}
      columns={columnsOf(t, gatewayName, channelName)}
      empty={{ title: t('emptyTitle'), text: t('emptyText') }}
    />
  )
}

function useFilters(t: T): readonly Filter[] {
  const both = useBoth()
  const gateways = useGatewayOptions()
  const channels = useChannelOptions()
  const goods =
    useRead(
      'catalog.listGoods',
      { query: { pageSize: 200, sort: 'title' } },
      { staleMs: 300_000, enabled: useMay()('goods.read') },
    ).data?.items ?? []
  return [
    { kind: 'search', placeholder: t('search') },
    {
      kind: 'tabs',
      name: 'state',
      options: [
        { value: '', label: t('all') },
        { value: 'pending', label: t('pending') },
        { value: 'paid', label: t('paid') },
        { value: 'delivered', label: t('delivered') },
        { value: 'refunded', label: t('refunded') },
        { value: 'cancelled,expired', label: t('closed') },
      ],
    },
    {
      kind: 'select',
      name: 'goodsId',
      label: t('goods'),
      options: goods.map((item) => ({ value: String(item.id), label: both(item.title, item.titleEn) })),
    },
    {
      kind: 'select',
      name: 'purpose',
      label: t('purpose'),
      options: [
        { value: 'goods', label: t('purposeGoods') },
        { value: 'recharge', label: t('purposeRecharge') },
      ],
    },
    { kind: 'select', name: 'channel', label: t('channel'), options: channels },
    { kind: 'select', name: 'gateway', label: t('gateway'), options: gateways },
    { kind: 'range', label: t('placedBetween') },
    { kind: 'flag', name: 'exception', label: t('exceptionOnly') },
    {
      kind: 'custom',
      name: 'memberId',
      label: '',
      render: (id, change) =>
        id && (
          <Tag closable onClose={() => change(undefined)}>
            <Link to={`/members/${id}`}>{t('member', { id })}</Link>
          </Tag>
        ),
    },
  ]
}

function columnsOf(
  t: T,
  gatewayName: (gateway: string | null) => string,
  channelName: (channel: string) => string,
): readonly ListColumn<Order>[] {
  return [
    {
      key: 'no',
      title: t('no'),
      sort: true,
      width: 190,
      phone: 'title',
      render: (order) => (
        <Copyable text={String(order.no)}>
          <Link to={`/orders/${order.no}`}>{order.no}</Link>
        </Copyable>
      ),
    },
    { key: 'state', title: t('state'), width: 125, phone: 'extra', render: (order) => <States order={order} /> },
    {
      key: 'goods',
      title: t('goods'),
      width: 200,
      render: (order) => <OneLine width={190}>{goodsOf(order, t)}</OneLine>,
    },
    {
      key: 'quantity',
      title: t('quantity'),
      width: 60,
      align: 'right',
      render: (order) => <span className="num">{order.quantity}</span>,
    },
    {
      key: 'totalFen',
      title: t('total'),
      sort: true,
      width: 110,
      align: 'right',
      render: (order) => <Total order={order} />,
    },
    { key: 'buyer', title: t('buyer'), width: 170, render: (order) => <Buyer order={order} /> },
    {
      key: 'channel',
      title: t('channel'),
      width: 100,
      render: (order) => <OneLine width={90}>{channelName(order.channel)}</OneLine>,
    },
    {
      key: 'gateway',
      title: t('gateway'),
      width: 90,
      hidden: true,
      render: (order) => (order.paidAt ? gatewayName(order.gateway) : <Nothing />),
    },
    {
      key: 'placedAt',
      title: t('placedAt'),
      sort: true,
      width: 170,
      render: (order) => <Time value={order.placedAt} />,
    },
    {
      key: 'paidAt',
      title: t('paidAt'),
      sort: true,
      width: 170,
      hidden: true,
      render: (order) => <Time value={order.paidAt} />,
    },
    {
      key: 'deliveredAt',
      title: t('deliveredAt'),
      sort: true,
      width: 170,
      hidden: true,
      render: (order) => <Time value={order.deliveredAt} />,
    },
    {
      key: 'tradeNo',
      title: t('tradeNo'),
      width: 230,
      hidden: true,
      render: (order) => (order.tradeNo ? <Copyable text={order.tradeNo} /> : <Nothing />),
    },
  ]
}

function States({ order }: { readonly order: Order }) {
  const t = useText(orderText)
  return (
    <span style={{ display: 'inline-flex', gap: 4 }}>
      <StateTag kind={order.purpose === 'recharge' ? 'recharge' : 'order'} state={order.state} />
      {order.hasException && (
        <Tag color="error" variant="filled" style={{ marginInlineEnd: 0 }}>
          {t('exception')}
        </Tag>
      )}
    </span>
  )
}

function Total({ order }: { readonly order: Order }) {
  const t = useText(orderText)
  return (
    <>
      <Money fen={order.totalFen} strong />
      {order.purpose === 'recharge' && (
        <Typography.Text type="secondary" className="num" style={{ display: 'block', fontSize: 12 }}>
          {t('credited', { amount: formatMoney(order.creditFen) })}
        </Typography.Text>
      )}
      {order.refundedFen > 0 && (
        <Typography.Text type="secondary" className="num" style={{ display: 'block', fontSize: 12 }}>
          {t('refundedFen', { amount: formatMoney(order.refundedFen) })}
        </Typography.Text>
      )}
    </>
  )
}

function Buyer({ order: { buyer } }: { readonly order: Order }) {
  const t = useText(orderText)
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      <span className="num">{buyer.contactMasked}</span>
      {buyer.memberId === null && (
        <Typography.Text type="secondary" style={{ fontSize: 12 }}>
          {' '}
          {t('guest')}
        </Typography.Text>
      )}
    </span>
  )
}

function goodsOf({ goodsTitles, purpose }: Order, t: T): string {
  if (purpose === 'recharge') return t('recharge')
  const [title = ''] = goodsTitles
  return goodsTitles.length > 1 ? t('andMore', { title, count: goodsTitles.length }) : title
}
