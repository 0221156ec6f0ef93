import { BarcodeOutlined, CloudUploadOutlined } from '@ant-design/icons'
import { Space, Typography } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { PiecesBar } from '../../shared/parts/PiecesBar.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { skuFilter } from '../../shared/parts/skuFilter.tsx'
import { Count, Money, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { batchText } from './text.ts'

type Batch = Row<'vault.listBatches'>
type T = Say<keyof typeof batchText.keys>

/** What runs is looked at often, what rests now and then. */
const RUNNING_MS = 2_000

/** Every delivery of codes, with where its pieces are now. */
export function BatchListPage() {
  const t = useText(batchText)
  const create = (
    <Space wrap>
      <Link to="/generations/new">
        <ActionButton icon={<BarcodeOutlined />} permission="cards.generate" tabIndex={-1}>
          {t('generate')}
        </ActionButton>
      </Link>
      <Link to="/imports/new">
        <ActionButton type="primary" icon={<CloudUploadOutlined />} permission="cards.import" tabIndex={-1}>
          {t('import')}
        </ActionButton>
      </Link>
    </Space>
  )
  return (
    <ListPage
      id="batches"
      title={t('title')}
      route="vault.listBatches"
      rowKey={(batch) => batch.id}
      href={(batch) => `/batches/${batch.id}`}
      exportRoute="vault.exportBatches"
      actions={create}
      refreshMs={(page) => (page?.items.some((batch) => batch.state === 'importing') ? RUNNING_MS : false)}
      filters={[
        { kind: 'search', placeholder: t('search') },
        { kind: 'states', name: 'state', label: t('state'), of: 'batch' },
        {
          kind: 'select',
          name: 'origin',
          label: t('origin'),
          options: [
            { value: 'import', label: t('imports') },
            { value: 'generated', label: t('generatedOnes') },
            { value: 'bought', label: t('boughtOnes') },
          ],
        },
        skuFilter(t('sku'), 220),
        { kind: 'text', name: 'supplier', label: t('supplier') },
      ]}
      columns={columnsOf(t)}
      empty={{ title: t('emptyTitle'), text: t('emptyText'), action: create }}
    />
  )
}

function columnsOf(t: T): readonly ListColumn<Batch>[] {
  return [
    {
      key: 'id',
      title: t('id'),
      sort: true,
      width: 170,
      phone: 'title',
      render: (batch) => (
        <>
          <Link to={`/batches/${batch.id}`}>#{batch.id}</Link>
          <Typography.Text
            type="secondary"
            ellipsis={{ tooltip: batch.pattern ?? (batch.fileName || batch.supplier) }}
            style={{ display: 'block', maxWidth: 150, fontSize: 12 }}
          >
            {batch.pattern ?? (batch.fileName || batch.supplier)}
          </Typography.Text>
        </>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 90,
      phone: 'extra',
      render: (batch) => <StateTag kind={batch.origin === 'generated' ? 'generation' : 'batch'} state={batch.state} />,
    },
    {
      key: 'goods',
      title: t('goods'),
      width: 200,
      render: (batch) => <OneLine width={190}>{`${batch.goodsTitle} / ${batch.skuTitle}`}</OneLine>,
    },
    {
      key: 'imported',
      title: t('imported'),
      sort: true,
      width: 85,
      align: 'right',
      render: (batch) => <Count value={batch.imported} />,
    },
    {
      key: 'available',
      title: t('available'),
      sort: true,
      width: 85,
      align: 'right',
      render: (batch) => <Count value={batch.counts.available} />,
    },
    {
      key: 'pieces',
      title: t('pieces'),
      width: 130,
      phone: 'hide',
      render: (batch) => <PiecesBar pieces={batch.counts} width={110} />,
    },
    {
      key: 'supplier',
      title: t('supplier'),
      width: 115,
      render: (batch) => (batch.supplier ? <OneLine width={105}>{batch.supplier}</OneLine> : <Nothing />),
    },
    {
      key: 'costFen',
      title: t('cost'),
      sort: true,
      width: 105,
      align: 'right',
      phone: 'hide',
      render: (batch) => <Money fen={batch.costFen} />,
    },
    {
      key: 'validTo',
      title: t('validTo'),
      sort: true,
      width: 170,
      hidden: true,
      render: (batch) => <Time value={batch.validTo} />,
    },
    {
      key: 'purchaseRef',
      title: t('purchaseRef'),
      width: 140,
      hidden: true,
      render: (batch) => batch.purchaseRef || <Nothing />,
    },
    {
      key: 'total',
      title: t('totalCost'),
      width: 120,
      align: 'right',
      hidden: true,
      render: (batch) => <Money fen={batch.costFen * batch.imported} />,
    },
    {
      key: 'note',
      title: t('note'),
      width: 180,
      hidden: true,
      render: (batch) => (batch.note ? <OneLine width={170}>{batch.note}</OneLine> : <Nothing />),
    },
    { key: 'createdBy', title: t('createdBy'), width: 110, hidden: true, render: (batch) => batch.createdBy },
    {
      key: 'createdAt',
      title: t('createdAt'),
      sort: true,
      width: 170,
      render: (batch) => <Time value={batch.createdAt} />,
    },
  ]
}
