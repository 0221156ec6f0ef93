import { Card, Empty, Grid, Table } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { Money } from '../../shared/parts/values.tsx'
import { BoardPage } from '../../shared/templates/BoardPage.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import type { ListColumn } from '../../shared/templates/ListPage.tsx'
import { PhoneList } from '../../shared/templates/PhoneList.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { DayRange } from './DayRange.tsx'
import { type Days, daysOf } from './days.ts'
import { lineColumns } from './lineColumns.tsx'
import { plainColumns } from './plain.ts'
import { type Moves, TransfersDrawer } from './TransfersDrawer.tsx'
import { reportText } from './text.ts'
import './reports.css'

type Statement = Output<'analytics.gateways'>['items'][number]

/** Every gateway on one page: what it owed, what moved, what it owes. */
export function GatewaysPage() {
  const t = useText(reportText)
  const [values, change] = useUrlState()
  const days = daysOf(values)
  const read = useRead('analytics.gateways', { query: days }, { keep: true })
  const [moves, setMoves] = useState<Moves>()
  return (
    <BoardPage read={read} title={t('gatewaysTitle')} hint={() => t('gatewaysHint')}>
      {({ items }) => (
        <div className="stack">
          <Card size="small">
            <div className="report-bar">
              <DayRange days={days} onChange={change} />
            </div>
          </Card>
          <Section flush>
            <Gateways items={items} days={days} onOpen={setMoves} />
          </Section>
          {moves && <TransfersDrawer moves={moves} onClose={() => setMoves(undefined)} />}
        </div>
      )}
    </BoardPage>
  )
}

type Props = { readonly items: readonly Statement[]; readonly days: Days; readonly onOpen: (moves: Moves) => void }

function Gateways({ items, days, onOpen }: Props) {
  const t = useText(reportText)
  const name = useGatewayName()
  const wide = Grid.useBreakpoint().md !== false
  const columns: readonly ListColumn<Statement>[] = [
    {
      key: 'gateway',
      title: t('gateway'),
      width: 180,
      phone: 'title',
      render: ({ gateway }) => (
        <Link to={`/statements/gateways/${gateway}?from=${days.from}&to=${days.to}`}>{name(gateway)}</Link>
      ),
    },
    {
      key: 'opening',
      title: t('opening'),
      width: 130,
      align: 'right',
      render: ({ openingFen }) => <Money fen={openingFen} />,
    },
    ...lineColumns<Statement>(t, ({ gateway }, column) => onOpen({ gateway, days, column })),
    {
      key: 'closing',
      title: t('closing'),
      width: 130,
      align: 'right',
      phone: 'extra',
      render: ({ closingFen }) => <Money fen={closingFen} strong />,
    },
  ]
  const empty = (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('gatewaysEmpty')} style={{ marginBlock: 32 }}>
      {t('gatewaysEmptyText')}
    </Empty>
  )
  if (!wide)
    return (
      <PhoneList
        rows={items}
        columns={columns}
        rowKey={({ gateway }) => gateway}
        loading={false}
        empty={empty}
        pagination={{ hideOnSinglePage: true, total: items.length, pageSize: 100 }}
      />
    )
  return (
    <Table<Statement>
      rowKey="gateway"
      size="small"
      dataSource={[...items]}
      pagination={false}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: empty }}
      columns={plainColumns(columns)}
    />
  )
}
