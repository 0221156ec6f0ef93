import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Count, Money, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { wholesaleText } from './text.ts'

type Bulk = Row<'bulk.list'>

const MOVING_MS = 3_000

/** What a key ordered by the thousand, newest first. */
export function BulkOrderList({ keyId }: { readonly keyId: number }) {
  const t = useText(wholesaleText)
  return (
    <ListPage
      embedded
      id="wholesaleBulk"
      title={t('tabBulk')}
      hint={t('bulkHint')}
      route="bulk.list"
      fixed={{ keyId }}
      rowKey={(bulk) => bulk.id}
      href={(bulk) => `/bulk/${bulk.id}`}
      refreshMs={(page) => (page?.items.some(({ state }) => state === 'running') ? MOVING_MS : false)}
      filters={[
        { kind: 'search', placeholder: t('findBulk') },
        { kind: 'states', name: 'state', label: t('state'), of: 'bulk' },
      ]}
      columns={columnsOf(t)}
      empty={{ title: t('noBulk'), text: t('bulkHint') }}
    />
  )
}

function columnsOf(t: Say<keyof typeof wholesaleText.keys>): readonly ListColumn<Bulk>[] {
  return [
    {
      key: 'name',
      title: t('outerNo'),
      sort: true,
      width: 240,
      phone: 'title',
      render: (bulk) => (
        <Link to={`/bulk/${bulk.id}`}>
          <OneLine width={230}>{bulk.originNo}</OneLine>
        </Link>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 95,
      phone: 'extra',
      render: (bulk) => <StateTag kind="bulk" state={bulk.state} />,
    },
    {
      key: 'lines',
      title: t('bulkLines'),
      sort: true,
      width: 90,
      align: 'right',
      render: (bulk) => <Count value={bulk.lines} />,
    },
    {
      key: 'delivered',
      title: t('bulkDelivered'),
      width: 100,
      align: 'right',
      render: (bulk) => <Count value={bulk.counts.delivered} />,
    },
    {
      key: 'totalFen',
      title: t('bulkTotal'),
      sort: true,
      width: 120,
      align: 'right',
      render: (bulk) => <Money fen={bulk.money.totalFen} />,
    },
    {
      key: 'back',
      title: t('bulkBack'),
      width: 120,
      align: 'right',
      render: (bulk) => <Money fen={bulk.money.refundedFen} />,
    },
    {
      key: 'createdAt',
      title: t('createdAt'),
      sort: true,
      width: 170,
      render: (bulk) => <Time value={bulk.createdAt} />,
    },
  ]
}
