import { Button, Tooltip, Typography } from 'antd'
import { Link } from 'react-router'
import { useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { SkuPicker } from '../../shared/parts/inputs.tsx'
import { isAboutSupply, useNextStep } from '../../shared/parts/nextStep.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, OneLine, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { exceptionText } from './text.ts'
import { REFRESH_AFTER, useBulk, useRefundLine } from './useBulk.tsx'

type Line = Row<'fulfilment.listExceptions'>
type T = Say<keyof typeof exceptionText.keys>

/** The desk where every stuck line waits for a decision. */
export function ExceptionListPage() {
  const t = useText(exceptionText)
  const may = useMay()
  const bulk = useBulk()
  const refundLine = useRefundLine()
  return (
    <ListPage
      id="exceptions"
      title={t('title')}
      hint={t('hint')}
      route="fulfilment.listExceptions"
      rowKey={(line) => `${line.orderNo}-${line.lineNo}`}
      refreshMs={15_000}
      filters={[
        { kind: 'search', placeholder: t('search') },
        { kind: 'states', name: 'reason', label: t('reason'), of: 'exception' },
        {
          kind: 'custom',
          name: 'skuId',
          label: t('sku'),
          render: (value, change) => (
            <SkuPicker
              value={value ? Number(value) : null}
              onChange={(skuId) => change(skuId === null ? undefined : String(skuId))}
              placeholder={t('sku')}
              style={{ width: 220 }}
              allowClear
            />
          ),
        },
      ]}
      columns={columnsOf(t)}
      rowActions={(line) => <RowActions line={line} refund={() => refundLine(line)} />}
      rowActionsWidth={180}
      bulk={(lines, clear) => (
        <>
          <ActionButton size="small" permission="orders.handle" onClick={() => bulk.retry(lines, clear)}>
            {t('retry')}
          </ActionButton>
          {may('orders.handle') && (
            <ActionButton size="small" danger permission="orders.refund" onClick={() => bulk.refund(lines, clear)}>
              {t('refund')}
            </ActionButton>
          )}
        </>
      )}
      empty={{ title: t('emptyTitle'), text: t('emptyText') }}
    />
  )
}

function columnsOf(t: T): readonly ListColumn<Line>[] {
  return [
    {
      key: 'order',
      title: t('order'),
      width: 190,
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
    { key: 'since', title: t('age'), sort: true, width: 95, render: (line) => <Age since={line.since} /> },
    {
      key: 'goods',
      title: t('goods'),
      width: 180,
      render: (line) => <OneLine width={170}>{line.skuId === null ? t('recharge') : goodsOf(line)}</OneLine>,
    },
    {
      key: 'quantity',
      title: t('quantity'),
      sort: true,
      width: 75,
      align: 'right',
      render: (line) => <span className="num">{line.quantity}</span>,
    },
    {
      key: 'amountFen',
      title: t('amount'),
      sort: true,
      width: 105,
      align: 'right',
      render: (line) => <Money fen={line.amountFen} strong />,
    },
    {
      key: 'available',
      title: t('available'),
      width: 120,
      align: 'right',
      render: (line) => (line.skuId === null || isAboutSupply(line.reason) ? null : <Available line={line} />),
    },
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
      render: (line) => (line.note ? <OneLine width={180}>{line.note}</OneLine> : null),
    },
    { key: 'at', title: t('since'), width: 170, hidden: true, render: (line) => <Time value={line.since} /> },
  ]
}

/** The reason, and, where it lies with suppliers, what can be done next. */
function Reason({ line }: { readonly line: Line }) {
  const nextStep = useNextStep()(line.reason)
  return (
    <Tooltip title={nextStep}>
      <span>
        <StateTag kind="exception" state={line.reason} />
      </span>
    </Tooltip>
  )
}

const goodsOf = ({ goodsTitle, skuTitle }: Line): string => [goodsTitle, skuTitle].filter(Boolean).join(' / ')

/** What waits longer than an hour should worry somebody. */
const WORRYING_MS = 3_600_000

function Age({ since }: { readonly since: string }) {
  const worrying = Date.now() - Date.parse(since) > WORRYING_MS
  return (
    <Typography.Text {...(worrying ? { type: 'danger' as const } : {})}>
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
    </span>
  )
}

function RowActions({ line, refund }: { readonly line: Line; readonly refund: () => void }) {
  const t = useText(exceptionText)
  const may = useMay()
  const retry = useAction('fulfilment.retryLine', { refresh: REFRESH_AFTER, done: t('retried') })
  const supplied = isAboutSupply(line.reason)
  const short = line.skuId !== null && !supplied && line.availableNow < line.quantity
  return (
    <>
      {line.actions.includes('retry') && may('orders.handle') && (
        <Button
          type="link"
          loading={retry.running}
          onClick={() => void retry.go({ params: { no: line.orderNo, lineNo: line.lineNo }, body: {} })}
        >
          {t('retry')}
        </Button>
      )}
      {line.actions.includes('refund') && (
        <ActionButton type="link" danger permission="orders.refund" onClick={refund}>
          {t(line.reason === 'refund_failed' ? 'refundAgain' : 'refund')}
        </ActionButton>
      )}
      {line.reason === 'service_rejected'
        ? may('services.work') && <Link to={`/services?state=rejected&q=${line.orderNo}`}>{t('task')}</Link>
        : supplied && may('suppliers.read') && <SupplyLink line={line} />}
      {short && may('cards.import') && <Link to={`/imports/new?skuId=${line.skuId}`}>{t('import')}</Link>}
    </>
  )
}

/** To where the trouble can be solved: the purchase that nobody knows the end of, else the sources. */
function SupplyLink({ line: { reason, orderNo, skuId } }: { readonly line: Line }) {
  const t = useText(exceptionText)
  if (reason === 'supply_unknown' || reason === 'account_refused' || reason === 'bad_card') {
    return <Link to={`/purchases?orderNo=${orderNo}`}>{t('purchases')}</Link>
  }
  return skuId === null ? null : <Link to={`/skus/${skuId}/supply`}>{t('sources')}</Link>
}
