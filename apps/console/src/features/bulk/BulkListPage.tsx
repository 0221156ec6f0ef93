import { PlusOutlined } from '@ant-design/icons'
import { Tag, Typography } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Count, Money, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { ProgressBar } from './Progress.tsx'
import { bulkText } from './text.ts'

type Bulk = Row<'bulk.list'>

const MOVING_MS = 3_000

/** Bulk orders, and how far each is. */
export function BulkListPage() {
  const t = useText(bulkText)
  const create = (
    <Link to="/bulk/new">
      <ActionButton type="primary" icon={<PlusOutlined />} permission="bulk.manage" tabIndex={-1}>
        {t('create')}
      </ActionButton>
    </Link>
  )
  return (
    <ListPage
      id="bulk"
      title={t('title')}
      hint={t('hint')}
      route="bulk.list"
      exportRoute="bulk.exportList"
      rowKey={(bulk) => bulk.id}
      href={(bulk) => `/bulk/${bulk.id}`}
      actions={create}
      refreshMs={(page) => (page?.items.some(({ state }) => state === 'running') ? MOVING_MS : false)}
      filters={[
        { kind: 'search', placeholder: t('search') },
        { kind: 'states', name: 'state', label: t('state'), of: 'bulk' },
        {
          kind: 'select',
          name: 'origin',
          label: t('origin'),
          options: [
            { value: 'console', label: t('originConsole') },
            { value: 'api', label: t('originApi') },
          ],
        },
        {
          kind: 'select',
          name: 'payer',
          label: t('payer'),
          options: [
            { value: 'member', label: t('payerMember') },
            { value: 'shop', label: t('payerShop') },
          ],
        },
      ]}
      columns={columnsOf(t)}
      empty={{ title: t('emptyTitle'), text: t('emptyText'), action: create }}
    />
  )
}

function columnsOf(t: Say<keyof typeof bulkText.keys>): readonly ListColumn<Bulk>[] {
  return [
    {
      key: 'name',
      title: t('name'),
      sort: true,
      width: 210,
      phone: 'title',
      render: (bulk) => (
        <>
          <Link to={`/bulk/${bulk.id}`}>
            <OneLine width={190}>{bulk.name}</OneLine>
          </Link>
          <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
            #{bulk.id}
          </Typography.Text>
        </>
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
      key: 'progress',
      title: t('progress'),
      width: 180,
      render: (bulk) => <ProgressBar counts={bulk.counts} small />,
    },
    {
      key: 'lines',
      title: t('lines'),
      sort: true,
      width: 90,
      align: 'right',
      render: (bulk) => <Count value={bulk.lines} />,
    },
    {
      key: 'pieces',
      title: t('pieces'),
      width: 90,
      align: 'right',
      phone: 'hide',
      render: (bulk) => <Count value={bulk.pieces} />,
    },
    {
      key: 'totalFen',
      title: t('total'),
      sort: true,
      width: 120,
      align: 'right',
      render: (bulk) => <Money fen={bulk.money.totalFen} />,
    },
    {
      key: 'origin',
      title: t('origin'),
      width: 120,
      render: (bulk) => (bulk.origin === 'api' ? <Tag>{t('originApi')}</Tag> : t('originConsole')),
    },
    { key: 'payer', title: t('payer'), width: 140, render: (bulk) => bulk.memberName ?? t('payerShop') },
    { key: 'createdBy', title: t('createdBy'), width: 110, phone: 'hide', render: (bulk) => bulk.createdBy },
    {
      key: 'createdAt',
      title: t('createdAt'),
      sort: true,
      width: 170,
      render: (bulk) => <Time value={bulk.createdAt} />,
    },
    {
      key: 'finishedAt',
      title: t('finishedAt'),
      sort: true,
      width: 170,
      hidden: true,
      render: (bulk) => <Time value={bulk.finishedAt} />,
    },
  ]
}
