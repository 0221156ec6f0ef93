import { Button, Space, Typography } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { restockText } from './text.ts'
import { nameOf } from './words.ts'

type Restock = Row<'restock.list'>

const [MOVING_MS, RESTING_MS] = [3_000, 15_000]

/** What is and was bought for the shelf. */
export function RestockListPage() {
  const t = useText(restockText)
  return (
    <ListPage
      id="restocks"
      title={t('title')}
      hint={t('hint')}
      route="restock.list"
      exportRoute="restock.export"
      rowKey={(restock) => restock.id}
      href={(restock) => `/restocks/${restock.id}`}
      actions={
        <Space wrap>
          <Link to="/restocks/budgets">
            <Button tabIndex={-1}>{t('budgets')}</Button>
          </Link>
          <Link to="/restocks/rules">
            <Button type="primary" tabIndex={-1}>
              {t('rules')}
            </Button>
          </Link>
        </Space>
      }
      refreshMs={(page) => (page?.items.some(({ state }) => state === 'ordering') ? MOVING_MS : RESTING_MS)}
      filters={[
        { kind: 'search', placeholder: t('search') },
        { kind: 'states', name: 'state', label: t('state'), of: 'restock' },
      ]}
      columns={columnsOf(t)}
      empty={{ title: t('emptyTitle'), text: t('emptyText') }}
    />
  )
}

export function columnsOf(t: Say<keyof typeof restockText.keys>): readonly ListColumn<Restock>[] {
  return [
    {
      key: 'sku',
      title: t('sku'),
      phone: 'title',
      width: 230,
      render: (restock) => (
        <>
          <Link to={`/restocks/${restock.id}`}>
            <OneLine width={220}>{nameOf(restock)}</OneLine>
          </Link>
          <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
            #{restock.id} · {restock.askedBy || t('byRule')}
          </Typography.Text>
        </>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 150,
      phone: 'extra',
      render: ({ state, trouble }) => (
        <>
          <StateTag kind="restock" state={state} />
          {trouble && (
            <Typography.Text type="warning" style={{ display: 'block', fontSize: 12 }}>
              {t(`trouble_${trouble}`)}
            </Typography.Text>
          )}
        </>
      ),
    },
    {
      key: 'progress',
      title: t('progress'),
      width: 110,
      align: 'right',
      render: ({ filled, quantity }) => (
        <span className="num">
          {filled} / {quantity}
        </span>
      ),
    },
    {
      key: 'spent',
      title: t('spent'),
      width: 120,
      align: 'right',
      render: ({ spentFen }) => <Money fen={spentFen} />,
    },
    { key: 'budget', title: t('budget'), width: 130, render: ({ budget }) => <OneLine width={120}>{budget}</OneLine> },
    { key: 'created', title: t('created'), width: 165, render: ({ createdAt }) => <Time value={createdAt} /> },
    {
      key: 'ended',
      title: t('ended'),
      width: 165,
      hidden: true,
      render: ({ endedAt }) => endedAt && <Time value={endedAt} />,
    },
  ]
}
