import { type ProColumns, ProTable } from '@ant-design/pro-components'
import { REPORT_DIMENSIONS, type ReportDimension, type ReportFigure } from '@quanshu/contract/reports'
import { Empty, Grid, Segmented, Select } from 'antd'
import { formatCount, formatMoney } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { usePersonalKey } from '../../shared/remembered.ts'
import { Section } from '../../shared/templates/DetailPage.tsx'
import type { ListColumn } from '../../shared/templates/ListPage.tsx'
import { PhoneList } from '../../shared/templates/PhoneList.tsx'
import { rateOf } from './Figures.tsx'
import { useRowName } from './names.ts'
import type { Open, Report } from './ReportPage.tsx'
import { filterOf, type ReportState, useReportState } from './state.ts'
import { reportText } from './text.ts'

type Item = Report['items'][number]
type Totals = Report['totals']
type T = Say<keyof typeof reportText.keys>
type Props = { readonly report: Report; readonly state: ReportState; readonly pageSize: number; readonly onOpen: Open }

const COLUMNS: readonly { readonly figure: ReportFigure; readonly name: keyof Totals; readonly hidden?: boolean }[] = [
  { figure: 'sales', name: 'salesFen' },
  { figure: 'refunds', name: 'refundsFen' },
  { figure: 'net', name: 'netFen' },
  { figure: 'fees', name: 'feesFen' },
  { figure: 'losses', name: 'lossesFen', hidden: true },
  { figure: 'bonuses', name: 'bonusesFen', hidden: true },
  { figure: 'cost', name: 'costFen' },
  { figure: 'margin', name: 'marginFen' },
  { figure: 'pieces', name: 'pieces' },
  { figure: 'lines', name: 'lines', hidden: true },
]

/** The same figures by one dimension, largest first. */
export function Breakdown({ report, state, pageSize, onOpen }: Props) {
  const t = useText(reportText)
  const common = useText(commonText)
  const wide = Grid.useBreakpoint().md !== false
  const [, change] = useReportState()
  const nameOf = useRowName()
  const columnsKey = usePersonalKey('reports.columns')
  const { by, sort, page } = state
  const columns = columnsOf(t, {
    by,
    name: (item) => nameOf(by, item),
    open: (figure, item) => onOpen({ figure, what: nameOf(by, item), filters: filterOf(by, item.key) }),
  })
  const pagination = {
    current: page,
    pageSize,
    total: report.total,
    size: 'small' as const,
    showSizeChanger: false,
    simple: !wide,
    hideOnSinglePage: true,
    showTotal: (count: number) => common('total', { total: count }),
    onChange: (next: number) => change({ page: next > 1 ? String(next) : undefined }),
  }
  const empty = <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('emptyTitle')} />
  if (!wide)
    return (
      <Section title={t('breakdown')} extra={<ByPicker by={by} short />} flush>
        <PhoneList
          rows={report.items}
          columns={columns}
          rowKey={(item) => item.key ?? ''}
          loading={false}
          empty={empty}
          pagination={pagination}
        />
      </Section>
    )
  return (
    <ProTable<Item>
      rowKey={(item) => item.key ?? ''}
      columns={tableColumns(columns, sort)}
      dataSource={[...report.items]}
      search={false}
      headerTitle={<ByPicker by={by} />}
      size="small"
      options={{ density: false, setting: { draggable: true }, reload: false, fullScreen: false }}
      columnsState={{
        persistenceKey: columnsKey,
        persistenceType: 'localStorage',
        defaultValue: Object.fromEntries(
          columns.filter((column) => column.hidden).map((column) => [column.key, { show: false }]),
        ),
      }}
      cardProps={{ styles: { body: { padding: '0 16px 8px' } } }}
      scroll={{ x: 'max-content' }}
      pagination={pagination}
      locale={{ emptyText: empty }}
      onChange={(_pagination, _filters, sorter) => {
        const { columnKey, order } = Array.isArray(sorter) ? (sorter[0] ?? {}) : sorter
        const next = order ? `${order === 'descend' ? '-' : ''}${String(columnKey)}` : undefined
        if (next !== sort) change({ sort: next })
      }}
    />
  )
}

/** The dimension, as tabs where there is room. */
function ByPicker({ by, short = false }: { readonly by: ReportDimension; readonly short?: boolean }) {
  const t = useText(reportText)
  const [, change] = useReportState()
  const options = REPORT_DIMENSIONS.map((dimension) => ({ value: dimension, label: t(dimension) }))
  const pick = (next: ReportDimension) => change({ by: next === 'goods' ? undefined : next, sort: undefined })
  return short ? (
    <Select<ReportDimension> value={by} options={options} onChange={pick} aria-label={t('by')} style={{ width: 120 }} />
  ) : (
    <Segmented<ReportDimension> value={by} options={options} onChange={pick} aria-label={t('by')} />
  )
}

type Cells = {
  readonly by: ReportDimension
  readonly name: (item: Item) => string
  readonly open: (figure: ReportFigure, item: Item) => void
}

function columnsOf(t: T, { by, name, open }: Cells): readonly ListColumn<Item>[] {
  return [
    {
      key: 'name',
      title: t(by),
      phone: 'title',
      width: 220,
      render: (item) => (
        <span className="report-title" title={name(item)}>
          {name(item)}
        </span>
      ),
    },
    ...COLUMNS.map(
      ({ figure, name: field, hidden }): ListColumn<Item> => ({
        key: figure,
        title: t(figure),
        sort: true,
        align: 'right',
        width: 104,
        ...(hidden ? { hidden } : {}),
        ...(figure === 'net' ? { phone: 'extra' as const } : {}),
        render: (item) => <Cell figure={figure} item={item} field={field} open={open} />,
      }),
    ),
    {
      key: 'rate',
      title: t('marginRate'),
      align: 'right',
      width: 84,
      render: (item) => <span className="num">{rateOf(item)}</span>,
    },
  ]
}

type CellProps = {
  readonly figure: ReportFigure
  readonly item: Item
  readonly field: keyof Totals
  readonly open: Cells['open']
}

/** A figure that opens its rows; below it, smaller, what it was before. */
function Cell({ figure, item, field, open }: CellProps) {
  const t = useText(reportText)
  const shown = field === 'pieces' || field === 'lines' ? formatCount : formatMoney
  const value = item[field]
  return (
    <>
      <button
        type="button"
        className={value === 0 ? 'report-cell is-zero' : 'report-cell'}
        onClick={() => open(figure, item)}
      >
        {shown(value)}
      </button>
      {item.previous && (figure === 'net' || figure === 'margin') && (
        <span className="report-before num" title={t('previous')}>
          {shown(item.previous[field])}
        </span>
      )}
    </>
  )
}

function tableColumns(columns: readonly ListColumn<Item>[], sort = '-net'): ProColumns<Item>[] {
  const [field, descending] = [sort.replace(/^-/, ''), sort.startsWith('-')]
  return columns.map((column) => ({
    key: column.key,
    dataIndex: column.key,
    title: column.title,
    render: (_dom, item) => column.render(item),
    ...(column.width ? { width: column.width } : {}),
    ...(column.align ? { align: column.align } : {}),
    ...(column.sort
      ? {
          sorter: true,
          sortDirections: ['descend', 'ascend'] as ('descend' | 'ascend')[],
          sortOrder: field === column.key ? (descending ? ('descend' as const) : ('ascend' as const)) : null,
        }
      : {}),
  }))
}
