import { Button } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { complaintText } from './text.ts'

type Complaint = Row<'fulfilment.listComplaints'>
type T = Say<keyof typeof complaintText.keys>

/** Every complaint about a code, whoever decided it. */
export function ComplaintListPage() {
  const t = useText(complaintText)
  return (
    <ListPage
      id="complaints"
      title={t('title')}
      hint={t('hint')}
      route="fulfilment.listComplaints"
      exportRoute="fulfilment.exportComplaints"
      rowKey={(complaint) => complaint.id}
      href={(complaint) => `/complaints/${complaint.id}`}
      refreshMs={15_000}
      actions={
        <Link to="/complaints/rules">
          <Button>{t('rules')}</Button>
        </Link>
      }
      filters={[
        { kind: 'search', placeholder: t('search') },
        { kind: 'states', name: 'state', label: t('state'), of: 'complaint' },
        { kind: 'states', name: 'reason', label: t('reason'), of: 'complaintReason' },
        { kind: 'text', name: 'supplier', label: t('supplier') },
      ]}
      columns={columnsOf(t)}
      empty={{ title: t('emptyTitle'), text: t('emptyText') }}
    />
  )
}

function columnsOf(t: T): readonly ListColumn<Complaint>[] {
  return [
    {
      key: 'order',
      title: t('order'),
      width: 190,
      phone: 'title',
      render: (row) => <Copyable text={String(row.orderNo)}>{row.orderNo}</Copyable>,
    },
    {
      key: 'state',
      title: t('state'),
      width: 110,
      phone: 'extra',
      render: (row) => <StateTag kind="complaint" state={row.state} />,
    },
    {
      key: 'reason',
      title: t('reason'),
      width: 130,
      render: (row) => <StateTag kind="complaintReason" state={row.reason} />,
    },
    {
      key: 'goods',
      title: t('goods'),
      width: 190,
      render: (row) => (
        <OneLine width={180}>{[row.goodsTitle, row.skuTitle, t('piece', { piece: row.piece })].join(' / ')}</OneLine>
      ),
    },
    {
      key: 'amountFen',
      title: t('amount'),
      sort: true,
      width: 100,
      align: 'right',
      render: (row) => <Money fen={row.amountFen} strong />,
    },
    { key: 'supplier', title: t('supplier'), width: 130, render: (row) => row.supplier || null },
    {
      key: 'by',
      title: t('decidedBy'),
      width: 110,
      render: (row) =>
        row.state === 'replaced' || row.state === 'refunded' || row.state === 'rejected'
          ? row.decidedBy || t('byRule')
          : null,
    },
    {
      key: 'reportedAt',
      title: t('reportedAt'),
      sort: true,
      width: 160,
      render: (row) => <Time value={row.reportedAt} />,
    },
    {
      key: 'contact',
      title: t('contact'),
      width: 140,
      hidden: true,
      render: (row) => <span className="num">{row.contactMasked}</span>,
    },
  ]
}
