import { Card, Drawer, Empty, Segmented, Select, Space, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Input, Output, Row } from '../../shared/api/index.ts'
import { formatCount, formatMoney, wallNow } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Count, Money, OneLine } from '../../shared/parts/values.tsx'
import { BoardPage } from '../../shared/templates/BoardPage.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { warehouseText } from './text.ts'
import './warehouses.css'

type Calendar = Output<'stock.expiryCalendar'>
type Span = Calendar['items'][number]
type Expiring = Row<'stock.listExpiring'>

/** Codes on the shelf by the week or month in which they expire, each with the list behind it. */
export function ExpiryPage() {
  const t = useText(warehouseText)
  const [{ step = 'month', warehouseId }, change] = useUrlState()
  const query = { step, ...(warehouseId === undefined ? {} : { warehouseId }) }
  const read = useRead('stock.expiryCalendar', { query } as Input<'stock.expiryCalendar'>, { keep: true })
  const warehouses = useRead('stock.listWarehouses', {}, { staleMs: 60_000 }).data?.items ?? []
  const [shown, show] = useState<Span>()
  return (
    <>
      <BoardPage read={read} title={t('expiryTitle')} back="/warehouses" hint={() => t('expiryHint')}>
        {(calendar) => (
          <div className="stack">
            <Space wrap>
              <Segmented
                value={step}
                onChange={(next) => change({ step: String(next) })}
                options={[
                  { value: 'month', label: t('byMonth') },
                  { value: 'week', label: t('byWeek') },
                ]}
              />
              <Select
                allowClear
                placeholder={t('warehouse')}
                aria-label={t('warehouse')}
                style={{ minWidth: 140 }}
                value={warehouseId}
                onChange={(next?: string) => change({ warehouseId: next })}
                options={[
                  { value: '0', label: t('total') },
                  ...warehouses.map(({ id, name }) => ({ value: String(id), label: name })),
                ]}
              />
              {calendar.never > 0 && (
                <Typography.Text type="secondary">{t('never', { count: formatCount(calendar.never) })}</Typography.Text>
              )}
            </Space>
            <Card size="small">
              {calendar.items.length === 0 ? (
                <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('expiryEmpty')} />
              ) : (
                <Spans spans={calendar.items} onShow={show} />
              )}
            </Card>
          </div>
        )}
      </BoardPage>
      {shown && <Behind span={shown} warehouseId={warehouseId} onClose={() => show(undefined)} />}
    </>
  )
}

function Spans({ spans, onShow }: { readonly spans: readonly Span[]; readonly onShow: (span: Span) => void }) {
  const t = useText(warehouseText)
  const most = Math.max(...spans.map(({ pieces }) => pieces))
  const today = wallNow().format('YYYY-MM-DD')
  return (
    <div className="expiry">
      {spans.map((span) => (
        <button key={span.from} type="button" className="expiry-row" onClick={() => onShow(span)}>
          <time className="num" dateTime={span.from}>
            {span.to.slice(0, 7) === span.from.slice(0, 7) && span.from.endsWith('-01')
              ? span.from.slice(0, 7)
              : span.from}
          </time>
          <span
            className={span.to < today ? 'expiry-bar is-past' : 'expiry-bar'}
            style={{ width: `${(span.pieces / most) * 100}%` }}
          />
          <span className="num">
            {t('pieces', { count: formatCount(span.pieces) })} · {formatMoney(span.costFen)}
          </span>
        </button>
      ))}
    </div>
  )
}

function Behind({
  span: { from, to },
  warehouseId,
  onClose,
}: {
  readonly span: Span
  readonly warehouseId: string | undefined
  readonly onClose: () => void
}) {
  const t = useText(warehouseText)
  const title = t('expiringOf', { from, to })
  return (
    <Drawer open size="min(860px, 100vw)" title={title} onClose={onClose}>
      <ListPage
        embedded
        id="expiring"
        title={title}
        route="stock.listExpiring"
        fixed={{ from, to, warehouseId }}
        rowKey={(row: Expiring) => `${row.batchId} ${row.warehouseId} ${row.validTo}`}
        columns={[
          {
            key: 'goods',
            title: t('goods'),
            width: 220,
            phone: 'title',
            render: (row) => <OneLine width={210}>{`${row.goodsTitle} / ${row.skuTitle}`}</OneLine>,
          },
          {
            key: 'batch',
            title: t('batch'),
            width: 80,
            render: (row) => <Link to={`/batches/${row.batchId}`}>#{row.batchId}</Link>,
          },
          {
            key: 'warehouse',
            title: t('warehouse'),
            width: 130,
            render: (row) => (row.warehouseId === null ? t('total') : row.warehouseName),
          },
          {
            key: 'validTo',
            title: t('validTo'),
            sort: true,
            width: 110,
            render: (row) => <span className="num">{row.validTo}</span>,
          },
          {
            key: 'pieces',
            title: t('quantity'),
            sort: true,
            width: 90,
            align: 'right',
            phone: 'extra',
            render: (row) => <Count value={row.pieces} />,
          },
          {
            key: 'costFen',
            title: t('cost'),
            sort: true,
            width: 110,
            align: 'right',
            render: (row) => <Money fen={row.costFen} />,
          },
        ]}
        empty={{ title: t('expiryEmpty') }}
      />
    </Drawer>
  )
}
