import { Tag, Typography } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { PiecesBar } from '../../shared/parts/PiecesBar.tsx'
import { Count, Money } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { Threshold } from './Threshold.tsx'
import { stockText } from './text.ts'

type Stock = Row<'stock.list'>
type T = Say<keyof typeof stockText.keys>

/** Pieces of every SKU as the ledger counts them. */
export function StockListPage() {
  const t = useText(stockText)
  return (
    <ListPage
      id="stock"
      title={t('title')}
      hint={t('hint')}
      route="stock.list"
      rowKey={(stock) => stock.skuId}
      exportRoute="stock.export"
      refreshMs={20_000}
      filters={[
        { kind: 'search', placeholder: t('search') },
        { kind: 'flag', name: 'low', label: t('lowOnly') },
      ]}
      columns={columnsOf(t)}
      rowActions={(stock) => <RowActions stock={stock} />}
      rowActionsWidth={140}
      empty={{ title: t('emptyTitle'), text: t('emptyText') }}
    />
  )
}

function columnsOf(t: T): readonly ListColumn<Stock>[] {
  const count = (
    key: 'held' | 'inChannels' | 'delivered' | 'used' | 'suspect' | 'void' | 'expired' | 'imported',
    hidden = false,
  ): ListColumn<Stock> => ({
    key,
    title: t(key),
    sort: true,
    width: 82,
    align: 'right',
    ...(hidden ? { hidden } : {}),
    render: (stock) => <Count value={stock[key]} />,
  })
  return [
    {
      key: 'goodsTitle',
      title: t('goods'),
      sort: true,
      width: 190,
      phone: 'title',
      render: (stock) => <Title stock={stock} />,
    },
    {
      key: 'available',
      title: t('available'),
      sort: true,
      width: 100,
      align: 'right',
      phone: 'extra',
      render: (stock) => <Available stock={stock} />,
    },
    { key: 'pieces', title: t('pieces'), width: 120, render: (stock) => <PiecesBar pieces={stock} width={100} /> },
    count('held'),
    count('inChannels'),
    count('delivered'),
    count('used', true),
    count('suspect', true),
    count('void', true),
    count('expired', true),
    count('imported'),
    {
      key: 'lowStockAt',
      title: t('threshold'),
      sort: true,
      width: 110,
      align: 'right',
      render: (stock) => <Threshold stock={stock} />,
    },
    {
      key: 'costFen',
      title: t('cost'),
      sort: true,
      width: 120,
      align: 'right',
      render: (stock) => <Money fen={stock.costFen} />,
    },
  ]
}

function Title({ stock }: { readonly stock: Stock }) {
  const may = useMay()
  return (
    <div style={{ minWidth: 0 }}>
      <Typography.Text ellipsis={{ tooltip: stock.goodsTitle }} style={{ display: 'block', maxWidth: 170 }}>
        {may('goods.read') ? (
          <Link to={`/goods/${stock.goodsId}`} style={{ color: 'inherit' }}>
            {stock.goodsTitle}
          </Link>
        ) : (
          stock.goodsTitle
        )}
      </Typography.Text>
      <Typography.Text type="secondary" style={{ fontSize: 12 }}>
        {stock.skuTitle}
      </Typography.Text>
    </div>
  )
}

function Available({ stock }: { readonly stock: Stock }) {
  const t = useText(stockText)
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      {stock.low && <Tag color="warning">{t('low')}</Tag>}
      <Typography.Text strong {...(stock.available === 0 ? { type: 'danger' as const } : {})}>
        <Count value={stock.available} />
      </Typography.Text>
    </span>
  )
}

function RowActions({ stock }: { readonly stock: Stock }) {
  const t = useText(stockText)
  const may = useMay()
  return (
    <>
      {may('cards.import') && <Link to={`/imports/new?skuId=${stock.skuId}`}>{t('import')}</Link>}
      <Link to={`/cards?skuId=${stock.skuId}`}>{t('cards')}</Link>
      <Link to={`/batches?skuId=${stock.skuId}`}>{t('batches')}</Link>
    </>
  )
}
