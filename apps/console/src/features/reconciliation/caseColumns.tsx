import { Typography } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { formatHao, formatMoney } from '../../shared/format.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, Nothing, OneLine } from '../../shared/parts/values.tsx'
import type { ListColumn } from '../../shared/templates/ListPage.tsx'
import { useKindName, useOutcomeName, useSourceName, useSourceText } from './text.ts'

type Case = Row<'reconciliation.listCases'>

/** In yuan, and below it in the supplier's own money. */
function Side({ side }: { readonly side: Pick<NonNullable<Case['ours']>, 'amountFen' | 'own'> | null }) {
  if (!side) return <Nothing />
  return (
    <span className="num">
      {formatMoney(side.amountFen)}
      {side.own && <small className="recon-rate">{formatHao(side.own.hao, side.own.currency)}</small>}
    </span>
  )
}

/** Columns of a list of differences; gateway and day only where it is of several. */
export function useCaseColumns({
  ofDay,
  gateway = '',
}: {
  readonly ofDay: boolean
  readonly gateway?: string
}): readonly ListColumn<Case>[] {
  const t = useSourceText(gateway)
  const outcomeName = useOutcomeName()
  const kindName = useKindName()
  const sourceName = useSourceName()
  const place: readonly ListColumn<Case>[] = [
    { key: 'gateway', title: t('gateway'), width: 110, render: (row) => sourceName(row.gateway) },
    {
      key: 'day',
      title: t('day'),
      width: 105,
      render: (row) => (
        <Link to={`/reconciliation/${row.gateway}/${row.day}`} className="num">
          {row.day}
        </Link>
      ),
    },
  ]
  return [
    {
      key: 'outcome',
      title: t('outcome'),
      width: 250,
      phone: 'title',
      render: (row) => (
        <div className="recon-what">
          <Link to={`/reconciliation/cases/${row.id}`}>
            {outcomeName(row.outcome)} · {kindName(row.kind)}
          </Link>
          <Typography.Text type="secondary">{row.what}</Typography.Text>
        </div>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 95,
      phone: 'extra',
      render: (row) => <StateTag kind="reconCase" state={row.state} />,
    },
    ...(ofDay ? [] : place),
    {
      key: 'number',
      title: t('number'),
      // A gateway's number of 28 digits, whose last ones tell it from the others.
      width: 250,
      render: (row) => <OneLine width={240}>{row.number}</OneLine>,
    },
    {
      key: 'order',
      title: t('order'),
      width: 165,
      render: (row) =>
        row.orderNo === null ? (
          <Nothing />
        ) : (
          <Link to={`/orders/${row.orderNo}`} className="num">
            {row.orderNo}
          </Link>
        ),
    },
    {
      key: 'theirs',
      title: t('theirs'),
      width: 105,
      align: 'right',
      render: (row) => <Side side={row.theirs} />,
    },
    {
      key: 'ours',
      title: t('ours'),
      width: 105,
      align: 'right',
      render: (row) => <Side side={row.ours} />,
    },
    {
      key: 'difference',
      title: t('difference'),
      width: 105,
      align: 'right',
      render: (row) => (row.differenceFen === 0 ? <Nothing /> : <Money fen={row.differenceFen} strong />),
    },
    {
      key: 'age',
      title: t('age'),
      width: 70,
      align: 'right',
      render: (row) => <span className="num">{t('ageDays', { count: row.ageDays })}</span>,
    },
  ]
}
