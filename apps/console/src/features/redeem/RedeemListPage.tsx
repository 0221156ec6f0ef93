import { PlusOutlined, SearchOutlined } from '@ant-design/icons'
import { Button, Space, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Count, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { FindCode } from './FindCode.tsx'
import { redeemText } from './text.ts'

type Batch = Row<'redeem.listBatches'>
type T = Say<keyof typeof redeemText.keys>

const RUNNING_MS = 2_000

/** Series of redeem codes, and how far they are used. */
export function RedeemListPage() {
  const t = useText(redeemText)
  const [finding, setFinding] = useState(false)
  const create = (
    <Link to="/redeem/new">
      <ActionButton type="primary" icon={<PlusOutlined />} permission="redeem.manage" tabIndex={-1}>
        {t('create')}
      </ActionButton>
    </Link>
  )
  return (
    <>
      <ListPage
        id="redeem"
        title={t('title')}
        hint={t('hint')}
        route="redeem.listBatches"
        rowKey={(batch) => batch.id}
        href={(batch) => `/redeem/${batch.id}`}
        actions={
          <Space wrap>
            <Button icon={<SearchOutlined />} onClick={() => setFinding(true)}>
              {t('find')}
            </Button>
            <Link to="/redeem/links">
              <Button tabIndex={-1}>{t('onSale')}</Button>
            </Link>
            {create}
          </Space>
        }
        refreshMs={(page) => (page?.items.some((batch) => batch.state === 'making') ? RUNNING_MS : false)}
        filters={[
          { kind: 'search', placeholder: t('search') },
          { kind: 'states', name: 'state', label: t('state'), of: 'redeemBatch' },
        ]}
        columns={columnsOf(t)}
        empty={{ title: t('emptyTitle'), text: t('emptyText'), action: create }}
      />
      {finding && <FindCode onClose={() => setFinding(false)} />}
    </>
  )
}

function columnsOf(t: T): readonly ListColumn<Batch>[] {
  const count = (key: 'handedOut' | 'usedUp' | 'expired' | 'void' | 'uses', width = 90): ListColumn<Batch> => ({
    key,
    title: t(key),
    width,
    align: 'right',
    render: (batch) => <Count value={batch.counts[key]} />,
  })
  return [
    {
      key: 'name',
      title: t('name'),
      sort: true,
      width: 190,
      phone: 'title',
      render: (batch) => (
        <>
          <Link to={`/redeem/${batch.id}`}>
            <OneLine width={170}>{batch.name}</OneLine>
          </Link>
          <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
            #{batch.id}
          </Typography.Text>
        </>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 90,
      phone: 'extra',
      render: (batch) => <StateTag kind="redeemBatch" state={batch.state} />,
    },
    {
      key: 'goods',
      title: t('goods'),
      width: 210,
      render: (batch) => <OneLine width={200}>{`${batch.goodsTitle} / ${batch.skuTitle} × ${batch.quantity}`}</OneLine>,
    },
    {
      key: 'codes',
      title: t('codes'),
      sort: true,
      width: 85,
      align: 'right',
      render: (batch) => <Count value={batch.codes} />,
    },
    count('handedOut'),
    count('uses'),
    count('usedUp'),
    { ...count('expired'), phone: 'hide' },
    { ...count('void'), hidden: true },
    {
      key: 'validTo',
      title: t('validTo'),
      sort: true,
      width: 170,
      render: (batch) =>
        batch.validTo ? (
          <Time value={batch.validTo} />
        ) : batch.validDays === null ? (
          t('never')
        ) : (
          t('afterHandOut', { count: batch.validDays })
        ),
    },
    { key: 'createdBy', title: t('createdBy'), width: 110, hidden: true, render: (batch) => batch.createdBy },
    {
      key: 'createdAt',
      title: t('createdAt'),
      sort: true,
      width: 170,
      hidden: true,
      render: (batch) => <Time value={batch.createdAt} />,
    },
  ]
}
