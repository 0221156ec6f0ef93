import { Drawer, Empty, Grid, Table, Tag, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Input, Row } from '../../shared/api/index.ts'
import { formatCount, formatMoney } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { Money, Nothing, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { ExportButton, type ListColumn } from '../../shared/templates/ListPage.tsx'
import { PhoneList } from '../../shared/templates/PhoneList.tsx'
import { usePayWayName } from './names.ts'
import { plainColumns } from './plain.ts'
import type { Under } from './state.ts'
import { FIGURE_TEXT, type ReportTextKey, reportText } from './text.ts'

type Entry = Row<'analytics.entries'>
type T = Say<keyof typeof reportText.keys>
const PAGE_SIZE = 20

/** The rows under a figure, with their sum: it is the figure. */
export function EntriesDrawer({ under, onClose }: { readonly under: Under; readonly onClose: () => void }) {
  const t = useText(reportText)
  const [page, setPage] = useState(1)
  const query = { ...under.filters, from: under.from, to: under.to, figure: under.figure }
  const read = useRead(
    'analytics.entries',
    { query: { ...query, page, pageSize: PAGE_SIZE } } as unknown as Input<'analytics.entries'>,
    { keep: true },
  )
  const { data, error, refetch } = read
  const counts = under.figure === 'pieces' || under.figure === 'lines'
  return (
    <Drawer
      open
      size="min(1040px, 100vw)"
      title={t('rowsOf', { figure: t(FIGURE_TEXT[under.figure]), what: under.what })}
      onClose={onClose}
    >
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <>
          <div className="report-sum">
            <Typography.Text strong className="num">
              {data &&
                t('rowsSum', {
                  sum: counts ? formatCount(data.sum) : formatMoney(data.sum),
                  count: formatCount(data.total),
                })}
            </Typography.Text>
            <ExportButton
              route="analytics.exportEntries"
              query={query}
              params={undefined}
              disabled={!data || data.total === 0}
              short={false}
            />
          </div>
          <Rows
            rows={data?.items ?? []}
            total={data?.total ?? 0}
            page={page}
            onPage={setPage}
            loading={read.isFetching && (!data || read.isPlaceholderData)}
          />
        </>
      )}
    </Drawer>
  )
}

type RowsProps = {
  readonly rows: readonly Entry[]
  readonly total: number
  readonly page: number
  readonly onPage: (page: number) => void
  readonly loading: boolean
}

function Rows({ rows, total, page, onPage, loading }: RowsProps) {
  const t = useText(reportText)
  const may = useMay()
  const wide = Grid.useBreakpoint().md !== false
  const payWay = usePayWayName()
  const columns = entryColumns(t, { payWay, maySeeOrders: may('orders.read'), maySeeStock: may('stock.read') })
  const pagination = {
    current: page,
    pageSize: PAGE_SIZE,
    total,
    size: 'small' as const,
    showSizeChanger: false,
    simple: !wide,
    hideOnSinglePage: true,
    onChange: onPage,
  }
  const empty = <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('rowsEmpty')} />
  if (!wide)
    return (
      <PhoneList
        rows={rows}
        columns={columns}
        rowKey={(entry) => entry.id}
        loading={loading && rows.length === 0}
        empty={empty}
        pagination={pagination}
      />
    )
  return (
    <Table<Entry>
      rowKey="id"
      size="small"
      dataSource={[...rows]}
      loading={loading ? { delay: 200 } : false}
      pagination={pagination}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: loading ? <span /> : empty }}
      columns={plainColumns(columns)}
    />
  )
}

const KIND_TEXT: Readonly<Record<Entry['kind'], readonly [ReportTextKey, string]>> = {
  sale: ['kindSale', 'blue'],
  refund: ['kindRefund', 'orange'],
  fee: ['kindFee', 'default'],
  loss: ['kindLoss', 'red'],
  replacement: ['kindReplacement', 'gold'],
  bonus: ['kindBonus', 'purple'],
  cost: ['kindCost', 'orange'],
}

type Seen = {
  readonly payWay: (ways: string) => string
  readonly maySeeOrders: boolean
  readonly maySeeStock: boolean
}

function entryColumns(t: T, { payWay, maySeeOrders, maySeeStock }: Seen): readonly ListColumn<Entry>[] {
  return [
    { key: 'at', title: t('at'), width: 160, phone: 'title', render: ({ at }) => <Time value={at} /> },
    {
      key: 'kind',
      title: t('kind'),
      width: 80,
      render: ({ kind }) => <Tag color={KIND_TEXT[kind][1]}>{t(KIND_TEXT[kind][0])}</Tag>,
    },
    { key: 'order', title: t('order'), width: 170, render: (entry) => <OrderOf entry={entry} link={maySeeOrders} /> },
    {
      key: 'goods',
      title: t('what'),
      width: 220,
      render: ({ goodsTitle, skuTitle, lineNo }) =>
        goodsTitle === '' ? (
          <Nothing />
        ) : (
          <span className="report-title" title={`${goodsTitle} ${skuTitle}`}>
            {goodsTitle} {skuTitle}
            {lineNo !== null && lineNo > 1 && (
              <Typography.Text type="secondary"> {t('orderLine', { line: lineNo })}</Typography.Text>
            )}
          </span>
        ),
    },
    {
      key: 'amount',
      title: t('amount'),
      width: 110,
      align: 'right',
      phone: 'extra',
      render: ({ amountFen }) => (amountFen === 0 ? <Nothing /> : <Money fen={amountFen} />),
    },
    {
      key: 'pieces',
      title: t('pieces'),
      width: 70,
      align: 'right',
      render: ({ pieces }) => (pieces === 0 ? <Nothing /> : <span className="num">{formatCount(pieces)}</span>),
    },
    {
      key: 'cost',
      title: t('cost'),
      width: 100,
      align: 'right',
      render: ({ costFen }) => (costFen === 0 ? <Nothing /> : <Money fen={costFen} />),
    },
    {
      key: 'supplier',
      title: t('supplier'),
      width: 140,
      render: ({ batchId, supplier }) =>
        batchId === null ? (
          <Nothing />
        ) : maySeeStock ? (
          <Link to={`/batches/${batchId}`}>{supplier || `#${batchId}`}</Link>
        ) : (
          supplier || `#${batchId}`
        ),
    },
    {
      key: 'payWay',
      title: t('payWay'),
      width: 110,
      render: (entry) => (entry.payWay ? payWay(entry.payWay) : <Nothing />),
    },
    { key: 'staff', title: t('staff'), width: 90, render: ({ staff }) => staff || <Nothing /> },
  ]
}

function OrderOf({ entry, link }: { readonly entry: Entry; readonly link: boolean }) {
  const t = useText(reportText)
  if (entry.orderNo === null) return <Typography.Text type="secondary">{t('noOrder')}</Typography.Text>
  return link ? (
    <Link to={`/orders/${entry.orderNo}`} className="num">
      {entry.orderNo}
    </Link>
  ) : (
    <span className="num">{entry.orderNo}</span>
  )
}
