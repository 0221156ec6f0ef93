import { EllipsisOutlined } from '@ant-design/icons'
import { Alert, Button, Tooltip, Typography } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Dropdown } from '../../shared/parts/Dropdown.tsx'
import { isAboutSupply, useNextStep } from '../../shared/parts/nextStep.ts'
import { useLineNote } from '../../shared/parts/passedOver.ts'
import { skuFilter } from '../../shared/parts/skuFilter.tsx'
import { Copyable, Money, OneLine, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { ReasonTag } from './ReasonTag.tsx'
import { StuckDrawer } from './StuckDrawer.tsx'
import { exceptionText } from './text.ts'
import { useAssign } from './useAssign.tsx'
import { REFRESH_AFTER, useBulk, useRefundLine } from './useBulk.tsx'

type Line = Row<'fulfilment.listExceptions'>
type T = Say<keyof typeof exceptionText.keys>

/** The desk where every stuck line waits for a decision. */
export function ExceptionListPage() {
  const t = useText(exceptionText)
  const may = useMay()
  const bulk = useBulk()
  const refundLine = useRefundLine()
  const assign = useAssign()
  const noteOf = useLineNote()
  const [opened, setOpened] = useState<Line>()
  return (
    <>
      <ListPage
        id="exceptions"
        title={t('title')}
        hint={t('hint')}
        route="fulfilment.listExceptions"
        summary={() => <StraysHint />}
        exportRoute="fulfilment.exportExceptions"
        rowKey={keyOf}
        refreshMs={15_000}
        filters={[
          { kind: 'search', placeholder: t('search') },
          { kind: 'states', name: 'reason', label: t('reason'), of: 'exception' },
          skuFilter(t('sku'), 220),
          { kind: 'states', name: 'age', label: t('ageFilter'), of: 'deskAge' },
          {
            kind: 'select',
            name: 'worker',
            label: t('worker'),
            options: [
              { value: 'me', label: t('mine') },
              { value: 'nobody', label: t('nobodys') },
              { value: 'others', label: t('others') },
            ],
          },
          { kind: 'text', name: 'supplier', label: t('supplier') },
        ]}
        columns={columnsOf(t, noteOf)}
        rowActions={(line) => (
          <RowActions
            line={line}
            refund={() => refundLine(line)}
            fromTotal={() => bulk.from_total([line])}
            done={() => bulk.done([line])}
            source={() => bulk.source([line])}
            open={() => setOpened(line)}
            assign={assign}
          />
        )}
        rowActionsWidth={200}
        bulk={(lines, clear) => (
          <>
            <ActionButton size="small" permission="orders.handle" onClick={() => assign.take(lines, clear)}>
              {t('take')}
            </ActionButton>
            <ActionButton size="small" permission="orders.handle" onClick={() => assign.release(lines, clear)}>
              {t('release')}
            </ActionButton>
            <ActionButton size="small" permission="orders.handle" onClick={() => void assign.handOver(lines, clear)}>
              {t('handOver')}
            </ActionButton>
            <ActionButton size="small" permission="orders.handle" onClick={() => bulk.retry(lines, clear)}>
              {t('retry')}
            </ActionButton>
            {may('orders.handle') && (
              <ActionButton size="small" danger permission="orders.refund" onClick={() => bulk.refund(lines, clear)}>
                {t('refund')}
              </ActionButton>
            )}
            {lines.some(({ actions }) => actions.includes('from_total')) && (
              <ActionButton size="small" permission="orders.handle" onClick={() => bulk.from_total(lines, clear)}>
                {t('from_total')}
              </ActionButton>
            )}
            {lines.some(({ actions }) => actions.includes('source')) && (
              <ActionButton size="small" permission="orders.handle" onClick={() => bulk.source(lines, clear)}>
                {t('source')}
              </ActionButton>
            )}
            {lines.some(({ actions }) => actions.includes('done')) && (
              <ActionButton size="small" permission="orders.handle" onClick={() => bulk.done(lines, clear)}>
                {t('done')}
              </ActionButton>
            )}
            {lines.some(({ reason }) => reason === 'complaint') && (
              <>
                <ActionButton size="small" permission="orders.handle" onClick={() => bulk.replace(lines, clear)}>
                  {t('replace')}
                </ActionButton>
                <ActionButton size="small" danger permission="orders.handle" onClick={() => bulk.reject(lines, clear)}>
                  {t('reject')}
                </ActionButton>
              </>
            )}
          </>
        )}
        empty={{ title: t('emptyTitle'), text: t('emptyText') }}
      />
      {opened && <StuckDrawer line={opened} onClose={() => setOpened(undefined)} />}
    </>
  )
}

const keyOf = (line: Line): string => `${line.orderNo}-${line.lineNo}-${line.grantId}`

function columnsOf(t: T, noteOf: (note: string) => string): readonly ListColumn<Line>[] {
  return [
    {
      key: 'order',
      title: t('order'),
      width: 180,
      phone: 'title',
      render: (line) => (
        <Copyable text={String(line.orderNo)}>
          <Link to={`/orders/${line.orderNo}`}>{line.orderNo}</Link>
        </Copyable>
      ),
    },
    {
      key: 'reason',
      title: t('reason'),
      width: 110,
      phone: 'extra',
      render: (line) => <Reason line={line} />,
    },
    { key: 'since', title: t('age'), sort: true, width: 95, render: (line) => <Age line={line} /> },
    {
      key: 'proposal',
      title: t('proposal'),
      width: 100,
      render: (line) => (
        <Tooltip title={t(`because.${line.proposal.because}`)}>
          <span>{t(`propose.${line.proposal.action}`)}</span>
        </Tooltip>
      ),
    },
    {
      key: 'worker',
      title: t('worker'),
      width: 70,
      render: (line) => (line.worker ? (line.worker.isMe ? t('me') : line.worker.name) : null),
    },
    {
      key: 'goods',
      title: t('goods'),
      width: 120,
      render: (line) => <OneLine width={110}>{line.skuId === null ? t('recharge') : goodsOf(line)}</OneLine>,
    },
    {
      key: 'quantity',
      title: t('quantity'),
      sort: true,
      hidden: true,
      width: 75,
      align: 'right',
      render: (line) => <span className="num">{line.quantity}</span>,
    },
    {
      key: 'amountFen',
      title: t('amount'),
      sort: true,
      width: 90,
      align: 'right',
      render: (line) => <Money fen={line.amountFen} strong />,
    },
    {
      key: 'available',
      title: t('available'),
      width: 100,
      align: 'right',
      render: (line) => (line.skuId === null || isAboutSupply(line.reason) ? null : <Available line={line} />),
    },
    {
      key: 'warehouse',
      title: t('warehouse'),
      width: 120,
      hidden: true,
      render: ({ warehouse }) =>
        warehouse && (warehouse.isOpen ? warehouse.name : t('closedWarehouse', { name: warehouse.name })),
    },
    { key: 'supplier', title: t('supplier'), width: 110, hidden: true, render: (line) => line.supplier || null },
    {
      key: 'contact',
      title: t('contact'),
      width: 150,
      hidden: true,
      render: (line) => <span className="num">{line.contactMasked}</span>,
    },
    {
      key: 'note',
      title: t('note'),
      width: 180,
      hidden: true,
      render: (line) => (line.note ? <OneLine width={180}>{noteOf(line.note)}</OneLine> : null),
    },
    { key: 'at', title: t('since'), width: 170, hidden: true, render: (line) => <Time value={line.since} /> },
  ]
}

/** The reason, and, where it lies with suppliers, what can be done next. */
function Reason({ line }: { readonly line: Line }) {
  const nextStep = useNextStep()(line.reason, line.proposal.because === 'link_over')
  return (
    <Tooltip title={nextStep}>
      <span>
        <ReasonTag line={line} />
      </span>
    </Tooltip>
  )
}

const goodsOf = ({ goodsTitle, skuTitle }: Line): string => [goodsTitle, skuTitle].filter(Boolean).join(' / ')

/** Coloured by what the shop has agreed upon. */
function Age({ line: { since, age } }: { readonly line: Line }) {
  const tone = { fresh: undefined, worrying: 'warning', late: 'danger' } as const
  const type = tone[age]
  return (
    <Typography.Text {...(type ? { type, strong: age === 'late' } : {})}>
      <Time value={since} relative />
    </Typography.Text>
  )
}

function Available({ line }: { readonly line: Line }) {
  const t = useText(exceptionText)
  const missing = line.quantity - line.availableNow
  return (
    <span className="num" style={{ whiteSpace: 'nowrap' }}>
      {formatCount(line.availableNow)}{' '}
      <Typography.Text type={missing > 0 ? 'danger' : 'success'} style={{ fontSize: 12 }}>
        {missing > 0 ? t('short', { count: missing }) : t('enough')}
      </Typography.Text>
      {missing > 0 && line.warehouse && (
        <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
          {t('inTotal', { count: formatCount(line.warehouse.totalNow) })}
        </Typography.Text>
      )}
    </span>
  )
}

function RowActions({
  line,
  refund,
  fromTotal,
  done,
  source,
  open,
  assign,
}: {
  readonly line: Line
  readonly refund: () => void
  readonly fromTotal: () => void
  readonly done: () => void
  readonly source: () => void
  readonly open: () => void
  readonly assign: ReturnType<typeof useAssign>
}) {
  const t = useText(exceptionText)
  const common = useText(commonText)
  const may = useMay()
  const navigate = useNavigate()
  const retry = useAction('fulfilment.retryLine', {
    refresh: REFRESH_AFTER,
    done: ({ lines }) =>
      t(lines.find(({ lineNo }) => lineNo === line.lineNo)?.state === 'delivered' ? 'retried' : 'underWay'),
  })
  const supplied = isAboutSupply(line.reason)
  const short = line.skuId !== null && !supplied && line.availableNow < line.quantity
  const next = linkOf(line, may)
  const deeds: readonly (Deed | false)[] = [
    line.actions.includes('retry') &&
      may('orders.handle') && {
        key: 'retry',
        label: t('retry'),
        run: () => void retry.go({ params: { no: line.orderNo, lineNo: line.lineNo }, body: {} }),
      },
    line.actions.includes('from_total') && { key: 'from_total', label: t('from_total'), run: fromTotal },
    line.actions.includes('source') && { key: 'source', label: t('source'), run: source },
    line.actions.includes('done') && { key: 'done', label: t('done'), run: done },
    line.actions.includes('refund') &&
      may('orders.refund') && {
        key: 'refund',
        label: t(line.reason === 'refund_failed' ? 'refundAgain' : 'refund'),
        danger: true,
        run: refund,
      },
    next && { key: 'next', label: t(next.text), run: () => void navigate(next.to) },
    short &&
      may('cards.import') && {
        key: 'import',
        label: t('import'),
        run: () => void navigate(`/imports/new?skuId=${line.skuId}`),
      },
  ]
  const offered = deeds.filter((deed) => deed !== false)
  // What is proposed can be pressed at once; the rest waits behind "more", so that the row keeps its figures in sight.
  const first = offered.find(({ key }) => key === line.proposal.action) ?? offered[0]
  const rest = offered.filter((deed) => deed !== first)
  return (
    <>
      {line.complaintId === null ? (
        <Button type="link" onClick={open}>
          {t('log')}
        </Button>
      ) : (
        <Link to={`/complaints/${line.complaintId}`}>{t('decide')}</Link>
      )}
      {line.worker === null && may('orders.handle') && (
        <Button type="link" onClick={() => assign.take([line])}>
          {t('take')}
        </Button>
      )}
      {line.complaintId === null && first && (
        <Button type="link" danger={first.danger === true} loading={retry.running} onClick={first.run}>
          {first.label}
        </Button>
      )}
      {line.complaintId === null && rest.length > 0 && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: rest.map(({ key, label, danger }) => ({ key, label, danger: danger === true })),
            onClick: ({ key }) => rest.find((deed) => deed.key === key)?.run(),
          }}
        >
          <Button type="link" icon={<EllipsisOutlined />} aria-label={common('more')} />
        </Dropdown>
      )}
    </>
  )
}

/** Orders at suppliers that nobody here accounts for wait on a page of their own. */
function StraysHint() {
  const t = useText(exceptionText)
  const may = useMay()
  const strays = useRead(
    'suppliers.listStrays',
    { query: { state: 'open' as never, pageSize: 1 } },
    { enabled: may('suppliers.read'), refreshMs: 60_000 },
  )
  const count = strays.data?.total ?? 0
  if (count === 0) return null
  return (
    <Alert
      type="warning"
      showIcon
      style={{ marginBottom: 12 }}
      title={t('strays', { count })}
      action={
        <Link to="/supplier-strays?state=open">
          <Button size="small" tabIndex={-1}>
            {t('straysShow')}
          </Button>
        </Link>
      }
    />
  )
}

type Deed = { readonly key: string; readonly label: string; readonly danger?: boolean; readonly run: () => void }

/** To where the trouble can be solved: the task, the purchase that nobody knows the end of, else the sources. */
function linkOf(
  { reason, orderNo, skuId, proposal }: Line,
  may: ReturnType<typeof useMay>,
): { readonly to: string; readonly text: 'task' | 'purchases' | 'sources' | 'links' | 'jobs' | 'approve' } | false {
  if (proposal.because === 'refund_awaits') {
    return may('finance.read') && { to: `/refunds?state=awaiting&q=${orderNo}`, text: 'approve' }
  }
  if (proposal.because === 'link_over') return may('redeem.read') && { to: '/redeem/links', text: 'links' }
  if (reason === 'link_failed') return may('jobs.read') && { to: '/jobs?q=redeem.deliver', text: 'jobs' }
  if (reason === 'service_rejected') {
    return may('services.work') && { to: `/services?state=rejected&q=${orderNo}`, text: 'task' }
  }
  if (!isAboutSupply(reason) || !may('suppliers.read')) return false
  if (['supply_unknown', 'supply_overdue', 'supply_contradicted', 'account_refused', 'bad_card'].includes(reason)) {
    return { to: `/purchases?orderNo=${orderNo}`, text: 'purchases' }
  }
  return skuId !== null && { to: `/skus/${skuId}/supply`, text: 'sources' }
}
