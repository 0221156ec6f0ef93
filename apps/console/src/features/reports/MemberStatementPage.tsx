import { Card, Empty, Grid, Table, Typography } from 'antd'
import { Link, useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Input, Output, Row } from '../../shared/api/index.ts'
import { formatMoney } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Money, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { ExportButton, type ListColumn } from '../../shared/templates/ListPage.tsx'
import { PhoneList } from '../../shared/templates/PhoneList.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { Cause } from './Cause.tsx'
import { DayRange } from './DayRange.tsx'
import { daysOf } from './days.ts'
import { plainColumns } from './plain.ts'
import { reportText } from './text.ts'
import './reports.css'

type Statement = Output<'analytics.memberStatement'>
type Movement = Row<'analytics.memberStatement'>
const PAGE_SIZE = 50

/** A member's balance over some days, as a bank tells it: before, every movement, after. */
export function MemberStatementPage() {
  const t = useText(reportText)
  const id = Number(useParams().id)
  const [values, change] = useUrlState()
  const days = daysOf(values)
  const page = Number(values.page ?? 1)
  const read = useRead(
    'analytics.memberStatement',
    { params: { id }, query: { ...days, page, pageSize: PAGE_SIZE } } as unknown as Input<'analytics.memberStatement'>,
    { keep: true },
  )
  const exporting = (format: 'xlsx' | 'csv') => (
    <ExportButton
      key={format}
      route="analytics.exportMemberStatement"
      query={{ ...days, format }}
      params={{ id }}
      disabled={!read.data}
      short={false}
      text={format === 'xlsx' ? t('exportXlsx') : t('exportCsv')}
    />
  )
  return (
    <DetailPage
      read={read}
      back={`/members/${id}`}
      title={() => t('memberTitle')}
      tags={({ member }) => <Who member={member} />}
      actions={() => [exporting('csv'), exporting('xlsx')]}
    >
      {(statement) => (
        <>
          <Card size="small">
            <div className="report-bar">
              <DayRange days={days} onChange={(next) => change({ ...next, page: undefined })} />
            </div>
          </Card>
          <Section>
            <Facts
              items={[
                [t('openingBalance'), <Money key="opening" fen={statement.openingFen} />],
                [t('cameIn'), <Money key="in" fen={statement.inFen} />],
                [t('wentOut'), <Money key="out" fen={statement.outFen} />],
                [t('closingBalance'), <Money key="closing" fen={statement.closingFen} strong />],
              ]}
            />
          </Section>
          <Section flush>
            <Movements statement={statement} onPage={(next) => change({ page: next > 1 ? String(next) : undefined })} />
          </Section>
        </>
      )}
    </DetailPage>
  )
}

function Who({ member }: { readonly member: Statement['member'] }) {
  const may = useMay()
  const name = [member.name, member.phoneMasked].filter(Boolean).join(' · ') || `#${member.id}`
  return may('members.read') ? (
    <Link to={`/members/${member.id}`}>{name}</Link>
  ) : (
    <Typography.Text type="secondary">{name}</Typography.Text>
  )
}

type Props = { readonly statement: Statement; readonly onPage: (page: number) => void }

function Movements({ statement, onPage }: Props) {
  const t = useText(reportText)
  const common = useText(commonText)
  const wide = Grid.useBreakpoint().md !== false
  const columns: readonly ListColumn<Movement>[] = [
    { key: 'at', title: t('at'), width: 170, phone: 'title', render: ({ at }) => <Time value={at} /> },
    { key: 'what', title: t('what'), width: 180, render: ({ what }) => what },
    { key: 'cause', title: t('cause'), width: 220, render: ({ cause }) => <Cause cause={cause} /> },
    {
      key: 'amount',
      title: t('amount'),
      width: 130,
      align: 'right',
      phone: 'extra',
      render: ({ amount }) => (
        <Typography.Text className="num" {...(amount > 0 ? { type: 'success' as const } : {})}>
          {amount > 0 && '+'}
          {formatMoney(amount)}
        </Typography.Text>
      ),
    },
    {
      key: 'balance',
      title: t('balance'),
      width: 130,
      align: 'right',
      render: ({ balanceAfter }) => <Money fen={balanceAfter} strong />,
    },
  ]
  const pagination = {
    current: statement.page,
    pageSize: statement.pageSize,
    total: statement.total,
    size: 'small' as const,
    simple: !wide,
    showSizeChanger: false,
    hideOnSinglePage: true,
    showTotal: (count: number) => common('total', { total: count }),
    onChange: onPage,
  }
  const empty = (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('memberEmpty')} style={{ marginBlock: 32 }} />
  )
  return wide ? (
    <Table<Movement>
      rowKey="id"
      size="small"
      dataSource={[...statement.items]}
      pagination={pagination}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: empty }}
      columns={plainColumns(columns)}
    />
  ) : (
    <PhoneList
      rows={statement.items}
      columns={columns}
      rowKey={({ id }) => id}
      loading={false}
      empty={empty}
      pagination={pagination}
    />
  )
}
