import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { activationText } from './text.ts'

type Activation = Row<'fulfilment.listActivations'>
type T = Say<keyof typeof activationText.keys>

/** What members and guests own and have not activated, what ends first at the top; and what became of the others. */
export function ActivationListPage() {
  const t = useText(activationText)
  return (
    <ListPage
      id="activations"
      title={t('title')}
      hint={t('hint')}
      route="fulfilment.listActivations"
      rowKey={(row) => `${row.orderNo}:${row.lineNo}`}
      href={(row) => `/orders/${row.orderNo}`}
      refreshMs={30_000}
      filters={[
        { kind: 'states', name: 'state', label: t('state'), of: 'activation' },
        {
          kind: 'select',
          name: 'endsInDays',
          label: t('endsIn'),
          options: [1, 7, 30].map((days) => ({ value: String(days), label: t('endsInDays', { days }) })),
        },
      ]}
      columns={columnsOf(t)}
      empty={{ title: t('emptyTitle'), text: t('emptyText') }}
    />
  )
}

function columnsOf(t: T): readonly ListColumn<Activation>[] {
  return [
    {
      key: 'order',
      title: t('order'),
      width: 180,
      phone: 'title',
      render: (row) => (
        <Link to={`/orders/${row.orderNo}`} className="num">
          {row.orderNo}
        </Link>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 120,
      phone: 'extra',
      render: (row) => <StateTag kind="activation" state={row.state} />,
    },
    {
      key: 'goods',
      title: t('goods'),
      width: 180,
      render: (row) => <OneLine width={170}>{[row.goodsTitle, row.skuTitle].filter(Boolean).join(' / ')}</OneLine>,
    },
    {
      key: 'quantity',
      title: t('quantity'),
      width: 60,
      align: 'right',
      render: (row) => <span className="num">{row.quantity}</span>,
    },
    { key: 'amount', title: t('amount'), width: 100, align: 'right', render: (row) => <Money fen={row.amountFen} /> },
    { key: 'buyer', title: t('buyer'), width: 130, render: (row) => row.contactMasked },
    {
      key: 'line',
      title: t('line'),
      width: 90,
      render: (row) => (row.state === 'activated' ? <StateTag kind="line" state={row.lineState} /> : <Nothing />),
    },
    {
      key: 'openedAt',
      title: t('openedAt'),
      sort: true,
      width: 170,
      hidden: true,
      render: (row) => <Time value={row.openedAt} />,
    },
    { key: 'endsAt', title: t('endsAt'), sort: true, width: 170, render: (row) => <Time value={row.endsAt} /> },
    {
      key: 'closedAt',
      title: t('closedAt'),
      width: 190,
      render: (row) =>
        row.closedAt === null ? (
          <Nothing />
        ) : (
          <>
            <Time value={row.closedAt} /> {row.by === 'buyer' ? t('byBuyer') : row.byName}
          </>
        ),
    },
  ]
}
