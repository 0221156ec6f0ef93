import type { GatewayColumn } from '@quanshu/contract/reports'
import { Drawer, Empty, Grid, Table, Typography } from 'antd'
import { useState } from 'react'
import { useRead } from '../../shared/api/hooks.ts'
import type { Input, Row } from '../../shared/api/index.ts'
import { formatCount, formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { Money, Time } from '../../shared/parts/values.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { ExportButton, type ListColumn } from '../../shared/templates/ListPage.tsx'
import { PhoneList } from '../../shared/templates/PhoneList.tsx'
import { Cause } from './Cause.tsx'
import type { Days } from './days.ts'
import { plainColumns } from './plain.ts'
import { COLUMN_TEXT, reportText } from './text.ts'

export type Moves = { readonly gateway: string; readonly days: Days; readonly column: GatewayColumn | undefined }
type Transfer = Row<'analytics.gatewayTransfers'>
const PAGE_SIZE = 20

/** The ledger's transfers under a figure of a gateway's statement. */
export function TransfersDrawer({ moves, onClose }: { readonly moves: Moves; readonly onClose: () => void }) {
  const t = useText(reportText)
  const name = useGatewayName()
  const wide = Grid.useBreakpoint().md !== false
  const [page, setPage] = useState(1)
  const { gateway, days, column } = moves
  const query = { ...days, column }
  const read = useRead(
    'analytics.gatewayTransfers',
    {
      params: { gateway },
      query: { ...query, page, pageSize: PAGE_SIZE },
    } as unknown as Input<'analytics.gatewayTransfers'>,
    { keep: true },
  )
  const { data, error, refetch } = read
  const columns: readonly ListColumn<Transfer>[] = [
    { key: 'at', title: t('at'), width: 160, phone: 'title', render: ({ at }) => <Time value={at} /> },
    { key: 'what', title: t('what'), width: 160, render: ({ what }) => what },
    { key: 'cause', title: t('cause'), width: 200, render: ({ cause }) => <Cause cause={cause} /> },
    { key: 'counterparty', title: t('counterparty'), width: 180, render: ({ counterparty }) => counterparty },
    {
      key: 'amount',
      title: t('amount'),
      width: 120,
      align: 'right',
      phone: 'extra',
      render: ({ amountFen }) => <Money fen={amountFen} />,
    },
    {
      key: 'id',
      title: t('entryNo'),
      width: 100,
      align: 'right',
      render: ({ id }) => <span className="num">{id}</span>,
    },
  ]
  const pagination = {
    current: page,
    pageSize: PAGE_SIZE,
    total: data?.total ?? 0,
    size: 'small' as const,
    showSizeChanger: false,
    simple: !wide,
    hideOnSinglePage: true,
    onChange: setPage,
  }
  const empty = <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('rowsEmpty')} />
  const loading = read.isFetching && (!data || read.isPlaceholderData)
  return (
    <Drawer
      open
      size="min(960px, 100vw)"
      title={t('transfersOf', { gateway: name(gateway), column: column ? t(COLUMN_TEXT[column]) : t('allMoves') })}
      onClose={onClose}
    >
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <>
          <div className="report-sum">
            <Typography.Text strong className="num">
              {data && t('rowsSum', { sum: formatMoney(data.sum), count: formatCount(data.total) })}
            </Typography.Text>
            <ExportButton
              route="analytics.exportGatewayTransfers"
              query={query}
              params={{ gateway }}
              disabled={!data || data.total === 0}
              short={false}
            />
          </div>
          {wide ? (
            <Table<Transfer>
              rowKey="id"
              size="small"
              dataSource={[...(data?.items ?? [])]}
              loading={loading ? { delay: 200 } : false}
              pagination={pagination}
              scroll={{ x: 'max-content' }}
              locale={{ emptyText: loading ? <span /> : empty }}
              columns={plainColumns(columns)}
            />
          ) : (
            <PhoneList
              rows={data?.items ?? []}
              columns={columns}
              rowKey={({ id }) => id}
              loading={loading && !data}
              empty={empty}
              pagination={pagination}
            />
          )}
        </>
      )}
    </Drawer>
  )
}
