import { useQueryClient } from '@tanstack/react-query'
import { Typography } from 'antd'
import { useEffect } from 'react'
import { Link } from 'react-router'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output, Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { bulkText } from './text.ts'
import { REFRESH } from './useBulkActions.tsx'

type Line = Row<'bulk.lines'>

const MOVING_MS = 3_000
/** Columns that say nothing before anything is ordered. */
const OF_ORDERS = ['order', 'arrivedAt']

/** The lines in the order of the file, with their orders and why some are none. */
export function LineList({ bulk, moves }: { readonly bulk: Output<'bulk.get'>; readonly moves: boolean }) {
  const t = useText(bulkText)
  const may = useMay()
  const params = { bulkId: bulk.id }
  const retry = useAction('bulk.retry', { refresh: REFRESH, done: t('retried') })
  const mayRetry = bulk.actions.includes('retry')
  const queries = useQueryClient()
  const { finishedAt } = bulk
  // What ended between two looks is read once more: after that nobody looks again.
  useEffect(() => {
    if (finishedAt !== null) void queries.invalidateQueries({ queryKey: ['bulk.lines'] })
  }, [finishedAt, queries])
  return (
    <ListPage
      embedded
      id="bulkLines"
      title={t('all')}
      route="bulk.lines"
      params={params}
      rowKey={(line) => line.lineNo}
      refreshMs={() => (moves ? MOVING_MS : false)}
      filters={[
        { kind: 'search', placeholder: t('searchLine') },
        { kind: 'states', name: 'standing', label: t('standing'), of: 'bulkLine' },
      ]}
      columns={columnsOf(t, may('orders.read')).filter(({ key }) => bulk.state !== 'draft' || !OF_ORDERS.includes(key))}
      {...(mayRetry && {
        rowActions: (line: Line) =>
          (line.standing === 'failed' || line.standing === 'refunded') && (
            <ActionButton
              size="small"
              permission="bulk.manage"
              onClick={() => void retry.go({ params, body: { lines: [line.lineNo] } })}
            >
              {t('retryOne')}
            </ActionButton>
          ),
      })}
      rowActionsWidth={90}
      empty={{ title: t('noMatching') }}
    />
  )
}

function columnsOf(t: Say<keyof typeof bulkText.keys>, maySeeOrders: boolean): readonly ListColumn<Line>[] {
  return [
    {
      key: 'line',
      title: t('line'),
      width: 120,
      phone: 'title',
      render: (line) => (
        <>
          <span className="num">{line.lineNo}</span>
          {line.reference !== '' && (
            <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
              <OneLine width={110}>{line.reference}</OneLine>
            </Typography.Text>
          )}
        </>
      ),
    },
    {
      key: 'standing',
      title: t('standing'),
      width: 100,
      phone: 'extra',
      render: (line) => <StateTag kind="bulkLine" state={line.standing} />,
    },
    {
      key: 'goods',
      title: t('goods'),
      width: 230,
      render: (line) =>
        line.skuId === null ? (
          <Nothing />
        ) : (
          <OneLine width={220}>{`${line.goodsTitle} / ${line.skuTitle} × ${line.quantity}`}</OneLine>
        ),
    },
    {
      key: 'form',
      title: t('filled'),
      width: 190,
      render: (line) =>
        line.form.length === 0 ? (
          <Nothing />
        ) : (
          <OneLine width={180}>{line.form.map(({ label, value }) => `${label} ${value}`).join(' · ')}</OneLine>
        ),
    },
    {
      key: 'amount',
      title: t('amount'),
      width: 100,
      align: 'right',
      render: (line) => (line.skuId === null ? <Nothing /> : <Money fen={line.amountFen} />),
    },
    {
      key: 'order',
      title: t('order'),
      width: 170,
      render: (line) =>
        line.orderNo === null ? (
          <Nothing />
        ) : maySeeOrders ? (
          <Link className="num" to={`/orders/${line.orderNo}`}>
            {line.orderNo}
          </Link>
        ) : (
          <span className="num">{line.orderNo}</span>
        ),
    },
    {
      key: 'arrivedAt',
      title: t('arrivedAt'),
      width: 170,
      hidden: true,
      render: (line) => <Time value={line.deliveredAt} />,
    },
    {
      key: 'reason',
      title: t('reason'),
      width: 240,
      render: (line) => (line.fault ? <OneLine width={230}>{line.fault.message}</OneLine> : <Nothing />),
    },
    {
      key: 'contact',
      title: t('recipient'),
      width: 150,
      hidden: true,
      render: (line) => (line.contactMasked === '' ? <Nothing /> : line.contactMasked),
    },
  ]
}
