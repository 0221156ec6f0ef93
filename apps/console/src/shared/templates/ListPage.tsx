import { DownloadOutlined, ReloadOutlined } from '@ant-design/icons'
import { type ProColumns, ProTable } from '@ant-design/pro-components'
import type { Permission } from '@quanshu/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { App, Button, Card, Empty, Grid, Tooltip, Typography } from 'antd'
import { createContext, type ReactNode, type RefObject, useContext, useEffect, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { call, download, type FileRouteId, type Input, type ListRouteId, type Output, type Row } from '../api/index.ts'
import { commonText } from '../i18n/common.ts'
import { useText } from '../i18n/index.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { useNotice } from '../parts/notice.tsx'
import { Nothing } from '../parts/values.tsx'
import { usePersonalKey, useRemembered } from '../remembered.ts'
import { useUrlState } from '../urlState.ts'
import { ErrorState } from './ErrorState.tsx'
import { type Filter, FilterBar, namesOf } from './filters.tsx'
import { PageFrame, type PageFrameProps } from './PageFrame.tsx'
import { PhoneList } from './PhoneList.tsx'

export type ListColumn<R> = {
  /** Names the column in the person's choice of columns; the server's sort field when `sort` is true. */
  readonly key: string
  readonly title: string
  readonly render: (row: R) => ReactNode
  readonly sort?: boolean
  readonly width?: number
  readonly align?: 'right' | 'center'
  /** Not shown until the person asks for it in the column settings. */
  readonly hidden?: boolean
  /** On a phone, rows are cards: `title` heads the card, `extra` stands beside it, `hide` is left out. */
  readonly phone?: 'title' | 'extra' | 'hide'
}

type Props<Id extends ListRouteId> = {
  /** Names the list in what is remembered for the person. */
  readonly id: string
  readonly title: string
  readonly hint?: ReactNode
  readonly route: Id
  readonly params?: Readonly<Record<string, string | number>>
  /** Always sent, beside the filters; what is undefined leaves its filter alone. */
  readonly fixed?: Readonly<Record<string, string | number | undefined>>
  readonly filters?: readonly Filter[]
  readonly columns: readonly ListColumn<Row<Id>>[]
  readonly rowKey: (row: Row<Id>) => string | number
  /** The row's own page. */
  readonly href?: (row: Row<Id>) => string
  /** Buttons at the end of each row. */
  readonly rowActions?: (row: Row<Id>) => ReactNode
  readonly rowActionsWidth?: number
  /** Primary actions, at the top right. */
  readonly actions?: ReactNode
  readonly exportRoute?: FileRouteId
  readonly exportPermission?: Permission
  /** What the export is called, where it is not a workbook. */
  readonly exportText?: string
  /** Lets rows be picked; renders what can be done with them. */
  readonly bulk?: (rows: readonly Row<Id>[], clear: () => void) => ReactNode
  readonly empty: { readonly title: string; readonly text?: string; readonly action?: ReactNode }
  readonly refreshMs?: number | ((data: Output<Id> | undefined) => number | false)
  /** Stands between title and table, made from the page's answer. */
  readonly summary?: (data: Output<Id>) => ReactNode
  readonly back?: string
  /** Part of another page: without a frame of its own. */
  readonly embedded?: boolean
}

/** A row as the table component wants it: an object of anything. */
type Line = Record<string, unknown>

const PAGE_SIZES = [20, 50, 100, 200]

/**
 * A list: filtered, sorted and paged by the server, its whole state in the address. Columns, density and page size are
 * remembered per person; the export downloads what the filters show.
 */
export function ListPage<Id extends ListRouteId>(props: Props<Id>) {
  const { id, title, hint, route, params, fixed, filters = [], columns, rowKey, empty, summary, back } = props
  const t = useText(commonText)
  const wide = Grid.useBreakpoint().md !== false
  const [values, change] = useUrlState()
  const [pageSizeKept, keepPageSize] = useRemembered('pageSize', '20')
  const [density, keepDensity] = useRemembered('density', 'small')
  const columnsKey = usePersonalKey(`${id}.columns`)
  const [selected, setSelected] = useState<readonly Row<Id>[]>([])
  const navigate = useNavigate()
  const table = useScrollByKeys()

  const filterNames = filters.flatMap(namesOf)
  const narrowed = filters
    .filter((filter) => filter.kind !== 'tabs' || filter.ownLists !== true)
    .flatMap(namesOf)
    .some((name) => values[name] !== undefined)
  const held = Object.entries(fixed ?? {}).filter(([, value]) => value !== undefined)
  const filterValues = Object.fromEntries([...filterNames.map((name) => [name, values[name]] as const), ...held])
  const page = Number(values.page ?? 1)
  const pageSize = Number(values.pageSize ?? pageSizeKept)
  const query = { ...filterValues, sort: values.sort, page, pageSize }
  const input = { params, query } as unknown as Input<Id>
  const { refreshMs } = props
  const read = useQuery({
    queryKey: [route, input],
    queryFn: ({ signal }) => call(route, input, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: (self) => (typeof refreshMs === 'function' ? refreshMs(self.state.data) : (refreshMs ?? false)),
  })
  const answer = read.data as { readonly items: readonly Row<Id>[]; readonly total: number } | undefined
  const rows = answer?.items ?? []
  const total = answer?.total ?? 0

  const clearFilters = () => change(Object.fromEntries([...filterNames, 'page'].map((name) => [name, undefined])))
  const onFilter = (patch: Readonly<Record<string, string | undefined>>) => {
    setSelected([])
    change({ ...patch, page: undefined })
  }
  const emptyState = narrowed ? (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noMatch')} style={{ marginBlock: 32 }}>
      <Typography.Paragraph type="secondary">{t('noMatchHint')}</Typography.Paragraph>
      <Button onClick={clearFilters}>{t('clearFilters')}</Button>
    </Empty>
  ) : (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty.title} style={{ marginBlock: 40 }}>
      {empty.text && (
        <Typography.Paragraph type="secondary" style={{ maxWidth: 420, margin: '0 auto 16px' }}>
          {empty.text}
        </Typography.Paragraph>
      )}
      {empty.action}
    </Empty>
  )
  const bar = <FilterBar filters={filters} values={values} onChange={onFilter} />
  const exportButton = props.exportRoute && (
    <ExportButton
      route={props.exportRoute}
      {...(props.exportPermission ? { permission: props.exportPermission } : {})}
      query={{ ...filterValues, sort: values.sort }}
      params={params}
      disabled={total === 0}
      short={!wide}
      {...(props.exportText ? { text: props.exportText } : {})}
    />
  )
  const pagination = {
    current: page,
    pageSize,
    total,
    pageSizeOptions: PAGE_SIZES,
    showSizeChanger: wide,
    simple: !wide,
    size: 'small' as const,
    showTotal: (count: number) => t('total', { total: count }),
    onChange: (nextPage: number, nextSize: number) => {
      if (nextSize !== pageSize) keepPageSize(String(nextSize))
      change({ page: nextSize === pageSize && nextPage > 1 ? String(nextPage) : undefined, pageSize: undefined })
    },
  }
  const frame = { title, ...(hint ? { hint } : {}), ...(back ? { back } : {}), actions: props.actions }
  const Frame = props.embedded ? Embedded : PageFrame

  if (read.error && !read.data) {
    return (
      <Frame {...frame}>
        <Card>
          <ErrorState error={read.error} onRetry={() => void read.refetch()} />
        </Card>
      </Frame>
    )
  }
  if (!wide) {
    return (
      <Frame {...frame}>
        {read.data && summary?.(read.data)}
        <div className="phone-bar">
          {bar}
          {exportButton}
        </div>
        <PhoneList
          rows={rows}
          columns={columns}
          rowKey={rowKey}
          loading={read.isFetching && !read.data}
          empty={emptyState}
          pagination={pagination}
          {...(props.href ? { href: props.href } : {})}
          {...(props.rowActions ? { rowActions: props.rowActions } : {})}
        />
      </Frame>
    )
  }

  const { href, rowActions, bulk } = props
  const rowOf = (line: Line) => line as Row<Id>
  const clear = () => setSelected([])
  return (
    <Frame {...frame}>
      {read.data && summary?.(read.data)}
      <ToolbarContext value={{ bar, exportButton, fetching: read.isFetching, refetch: () => void read.refetch() }}>
        <div ref={table}>
          <ProTable<Line>
            rowKey={(line) => String(rowKey(rowOf(line)))}
            columns={
              tableColumns(
                columns,
                values.sort,
                rowActions,
                t('actions'),
                props.rowActionsWidth,
              ) as unknown as ProColumns<Line>[]
            }
            dataSource={rows as unknown as Line[]}
            loading={read.isFetching && (read.isPlaceholderData || !read.data) ? { delay: 200 } : false}
            search={false}
            headerTitle={<TheBar />}
            size={density as 'small' | 'medium' | 'large'}
            onSizeChange={(size) => keepDensity(size ?? 'small')}
            options={{ density: true, setting: { draggable: true }, reload: false, fullScreen: false }}
            toolBarRender={toolbarEnd}
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
            locale={{ emptyText: read.data ? emptyState : <span /> }}
            onChange={(_pagination, _filters, sorter) => {
              const { columnKey, order } = Array.isArray(sorter) ? (sorter[0] ?? {}) : sorter
              const sort = order ? `${order === 'descend' ? '-' : ''}${String(columnKey)}` : undefined
              if (sort !== values.sort) change({ sort, page: undefined })
            }}
            rowSelection={
              bulk
                ? {
                    selectedRowKeys: selected.map((row) => String(rowKey(row))),
                    preserveSelectedRowKeys: true,
                    onChange: (_keys, picked) => setSelected(picked.filter(Boolean).map(rowOf)),
                  }
                : false
            }
            tableAlertRender={() => t('selected', { count: selected.length })}
            tableAlertOptionRender={() => (
              <span className="bulk">
                {bulk?.(selected, clear)}
                <Button type="link" size="small" onClick={clear}>
                  {t('clearSelection')}
                </Button>
              </span>
            )}
            {...(href
              ? {
                  onRow: (line) => ({
                    className: 'row-link',
                    onClick: (event) => {
                      if (isOwnBusiness(event.target)) return
                      if (event.metaKey || event.ctrlKey) window.open(hrefOf(href(rowOf(line))), '_blank')
                      else void navigate(href(rowOf(line)))
                    },
                  }),
                }
              : {})}
          />
        </div>
      </ToolbarContext>
    </Frame>
  )
}

/** A table that is wider than its frame is scrolled by the arrow keys too, also when nothing in it can be pressed. */
function useScrollByKeys(): RefObject<HTMLDivElement | null> {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const area = ref.current?.querySelector('.ant-table-content')
    if (!area) return
    const look = () => {
      if (area.scrollWidth > area.clientWidth) area.setAttribute('tabindex', '0')
      else area.removeAttribute('tabindex')
    }
    const watch = new ResizeObserver(look)
    for (const one of [area, ...area.children]) watch.observe(one)
    return () => watch.disconnect()
  })
  return ref
}

function Embedded({ hint, actions, children }: PageFrameProps) {
  return (
    <div className="stack">
      {(hint || actions) && (
        <div className="list-head">
          <Typography.Text type="secondary">{hint}</Typography.Text>
          {actions}
        </div>
      )}
      {children}
    </div>
  )
}

type Toolbar = {
  readonly bar: ReactNode
  readonly exportButton: ReactNode
  readonly fetching: boolean
  readonly refetch: () => void
}

// The table remembers its toolbar between renders; what changes in it therefore comes by context, not by props.
const ToolbarContext = createContext<Toolbar>({
  bar: null,
  exportButton: null,
  fetching: false,
  refetch: () => undefined,
})
const toolbarEnd = () => [<TheButtons key="buttons" />]

function TheBar() {
  return useContext(ToolbarContext).bar
}

function TheButtons() {
  const t = useText(commonText)
  const { exportButton, fetching, refetch } = useContext(ToolbarContext)
  return (
    <>
      {exportButton}
      <Tooltip title={t('refresh')}>
        <Button type="text" aria-label={t('refresh')} icon={<ReloadOutlined spin={fetching} />} onClick={refetch} />
      </Tooltip>
    </>
  )
}

/** A press on a link, button, field or selected text inside of a row is not a press on the row. */
function isOwnBusiness(target: EventTarget): boolean {
  if (!(target instanceof Element)) return true
  if (
    target.closest(
      'a, button, input, label, .ant-typography-copy, .ant-table-selection-column, .ant-popover, .ant-modal, .ant-dropdown',
    )
  )
    return true
  // Portals (modals, menus) bubble through React's tree but are not inside of the table.
  return target.closest('tr') === null || String(window.getSelection()) !== ''
}

const hrefOf = (path: string): string => new URL(`.${path}`, document.baseURI).href

function tableColumns<R>(
  columns: readonly ListColumn<R>[],
  sort: string | undefined,
  rowActions: ((row: R) => ReactNode) | undefined,
  actionsTitle: string,
  actionsWidth: number | undefined,
): ProColumns<R>[] {
  const descending = sort?.startsWith('-') === true
  const field = descending ? sort.slice(1) : sort
  const shown = columns.map(
    (column): ProColumns<R> => ({
      key: column.key,
      dataIndex: column.key,
      title: column.title,
      render: (_dom, row) => column.render(row) ?? <Nothing />,
      ...(column.width ? { width: column.width } : {}),
      ...(column.align ? { align: column.align } : {}),
      ...(column.sort
        ? { sorter: true, sortOrder: field === column.key ? (descending ? 'descend' : 'ascend') : null }
        : {}),
    }),
  )
  if (!rowActions) return shown
  return [
    ...shown,
    {
      key: 'actions',
      title: actionsTitle,
      fixed: 'right',
      hideInSetting: true,
      ...(actionsWidth ? { width: actionsWidth } : {}),
      render: (_dom, row) => <span className="row-actions">{rowActions(row)}</span>,
    },
  ]
}

type ExportProps = {
  readonly route: FileRouteId
  readonly permission?: Permission
  readonly query: object
  readonly params: object | undefined
  readonly disabled: boolean
  readonly text?: string
  readonly short: boolean
}

/** Downloads what the filters show. */
export function ExportButton({ route, permission, query, params, disabled, short, text }: ExportProps) {
  const t = useText(commonText)
  const [running, setRunning] = useState(false)
  const { message } = App.useApp()
  const notice = useNotice()
  const run = async () => {
    setRunning(true)
    try {
      const name = await download(route, { params, query } as never)
      void message.success(t('exported', { name }))
    } catch (error) {
      notice(error)
    } finally {
      setRunning(false)
    }
  }
  return (
    <ActionButton
      {...(permission ? { permission } : {})}
      icon={<DownloadOutlined />}
      loading={running}
      disabled={disabled}
      onClick={() => void run()}
      aria-label={text ?? t('export')}
    >
      {short ? null : (text ?? t('export'))}
    </ActionButton>
  )
}
