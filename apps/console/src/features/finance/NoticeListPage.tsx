import { Button, Drawer, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, Nothing, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { financeText } from './text.ts'
import './finance.css'

type Notice = Row<'payments.listNotices'>
type T = Say<keyof typeof financeText.keys>

/** What gateways told, word for word, and what became of it. */
export function NoticeListPage() {
  const t = useText(financeText)
  const gatewayName = useGatewayName()
  const [shown, setShown] = useState<Notice>()
  return (
    <>
      <ListPage
        id="notices"
        title={t('notices')}
        hint={t('noticesHint')}
        route="payments.listNotices"
        rowKey={(notice) => notice.id}
        filters={[
          { kind: 'search', placeholder: t('searchNotice') },
          { kind: 'states', name: 'verdict', label: t('verdict'), of: 'notice' },
        ]}
        columns={columnsOf(t, gatewayName)}
        rowActions={(notice) => (
          <Button type="link" onClick={() => setShown(notice)}>
            {t('seeBody')}
          </Button>
        )}
        rowActionsWidth={100}
        empty={{ title: t('noticesEmpty'), text: t('noticesEmptyText') }}
      />
      {shown && <Body notice={shown} onClose={() => setShown(undefined)} />}
    </>
  )
}

function columnsOf(t: T, gatewayName: (gateway: string | null) => string): readonly ListColumn<Notice>[] {
  return [
    {
      key: 'receivedAt',
      title: t('receivedAt'),
      width: 170,
      phone: 'title',
      render: (notice) => <Time value={notice.receivedAt} />,
    },
    {
      key: 'verdict',
      title: t('verdict'),
      width: 110,
      phone: 'extra',
      render: (notice) => <StateTag kind="notice" state={notice.verdict} />,
    },
    { key: 'gateway', title: t('gateway'), width: 120, render: (notice) => gatewayName(notice.gateway) },
    {
      key: 'order',
      title: t('order'),
      width: 200,
      render: (notice) =>
        notice.orderNo === null ? (
          <Nothing />
        ) : (
          <Link to={`/orders/${notice.orderNo}`} className="num">
            {notice.orderNo}
          </Link>
        ),
    },
    {
      key: 'tradeNo',
      title: t('tradeNo'),
      width: 240,
      render: (notice) => (notice.tradeNo ? <Copyable text={notice.tradeNo} /> : <Nothing />),
    },
    {
      key: 'amount',
      title: t('noticeAmount'),
      width: 120,
      align: 'right',
      render: (notice) => (notice.amountFen === null ? <Nothing /> : <Money fen={notice.amountFen} strong />),
    },
  ]
}

function Body({ notice, onClose }: { readonly notice: Notice; readonly onClose: () => void }) {
  const t = useText(financeText)
  const fields = fieldsOf(notice.body)
  return (
    <Drawer
      open
      size="min(560px, 100vw)"
      title={
        <>
          {t('body')} <StateTag kind="notice" state={notice.verdict} />
        </>
      }
      onClose={onClose}
    >
      <Typography.Paragraph copyable={{ text: notice.body }}>
        <Time value={notice.receivedAt} />
      </Typography.Paragraph>
      <pre className="raw-body">{notice.body}</pre>
      {fields.length > 0 && (
        <>
          <Typography.Title level={5} style={{ marginTop: 20 }}>
            {t('fields')}
          </Typography.Title>
          <dl className="facts">
            {fields.map(([name, value]) => (
              <div key={name} style={{ display: 'contents' }}>
                <dt>{name}</dt>
                <dd className="num">{value}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </Drawer>
  )
}

/** JSON or a form, as gateways write; nothing when it is neither. */
function fieldsOf(body: string): readonly (readonly [string, string])[] {
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed !== 'object' || parsed === null) return []
    return Object.entries(parsed).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ])
  } catch {
    return /^[\w.%+-]+=/.test(body) ? [...new URLSearchParams(body)] : []
  }
}
