import { GATEWAY_COLUMNS } from '@quanshu/contract/reports'
import { Card, Empty, Grid, Table } from 'antd'
import { useState } from 'react'
import { useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { Money } from '../../shared/parts/values.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { ExportButton, type ListColumn } from '../../shared/templates/ListPage.tsx'
import { PhoneList } from '../../shared/templates/PhoneList.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { DayRange } from './DayRange.tsx'
import { daysOf } from './days.ts'
import { lineColumns } from './lineColumns.tsx'
import { plainColumns } from './plain.ts'
import { type Moves, TransfersDrawer } from './TransfersDrawer.tsx'
import { COLUMN_TEXT, reportText } from './text.ts'
import './reports.css'

type Statement = Output<'analytics.gatewayDays'>
type Day = Statement['days'][number]

/** One gateway day by day, with what it owed at the end of each. */
export function GatewayDaysPage() {
  const t = useText(reportText)
  const name = useGatewayName()
  const [values, change] = useUrlState()
  const days = daysOf(values)
  const gateway = useParams().gateway ?? ''
  const read = useRead('analytics.gatewayDays', { params: { gateway }, query: days }, { keep: true })
  const [moves, setMoves] = useState<Moves>()
  return (
    <DetailPage
      read={read}
      back="/statements/gateways"
      title={() => t('gatewayTitle', { gateway: name(gateway) })}
      actions={() => (
        <ExportButton
          route="analytics.exportGatewayDays"
          query={days}
          params={{ gateway }}
          disabled={read.data?.days.length === 0}
          short={false}
          text={t('exportDays')}
        />
      )}
    >
      {(statement) => (
        <>
          <Card size="small">
            <div className="report-bar">
              <DayRange days={days} onChange={change} />
            </div>
          </Card>
          <Section>
            <Facts
              items={[
                [t('opening'), <Money key="opening" fen={statement.openingFen} />],
                ...GATEWAY_COLUMNS.map(
                  (column) => [t(COLUMN_TEXT[column]), <Money key={column} fen={statement[`${column}Fen`]} />] as const,
                ),
                [t('closing'), <Money key="closing" fen={statement.closingFen} strong />],
              ]}
            />
          </Section>
          <Section flush>
            <DayRows statement={statement} onOpen={setMoves} />
          </Section>
          {moves && <TransfersDrawer moves={moves} onClose={() => setMoves(undefined)} />}
        </>
      )}
    </DetailPage>
  )
}

function DayRows({ statement, onOpen }: { readonly statement: Statement; readonly onOpen: (moves: Moves) => void }) {
  const t = useText(reportText)
  const wide = Grid.useBreakpoint().md !== false
  const { gateway, days } = statement
  const columns: readonly ListColumn<Day>[] = [
    {
      key: 'day',
      title: t('dayColumn'),
      width: 130,
      phone: 'title',
      render: ({ day }) => <span className="num">{day}</span>,
    },
    ...lineColumns<Day>(t, ({ day }, column) => onOpen({ gateway, days: { from: day, to: day }, column })),
    {
      key: 'closing',
      title: t('closing'),
      width: 130,
      align: 'right',
      phone: 'extra',
      render: ({ closingFen }) => <Money fen={closingFen} strong />,
    },
  ]
  const empty = <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('daysEmpty')} style={{ marginBlock: 32 }} />
  const [page, setPage] = useState(1)
  const pageSize = 31
  const pagination = {
    current: page,
    pageSize,
    total: days.length,
    size: 'small' as const,
    simple: !wide,
    showSizeChanger: false,
    hideOnSinglePage: true,
    onChange: setPage,
  }
  if (!wide)
    return (
      <PhoneList
        rows={days.slice((page - 1) * pageSize, page * pageSize)}
        columns={columns}
        rowKey={({ day }) => day}
        loading={false}
        empty={empty}
        pagination={pagination}
      />
    )
  return (
    <Table<Day>
      rowKey="day"
      size="small"
      dataSource={[...days]}
      pagination={pagination}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: empty }}
      columns={plainColumns(columns)}
    />
  )
}
