import { Card, DatePicker } from 'antd'
import dayjs from 'dayjs'
import type { Output, Row } from '../../shared/api/index.ts'
import { formatCount, formatMoney, wallNow } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, OneLine, Time } from '../../shared/parts/values.tsx'
import { Figure } from '../../shared/templates/BoardPage.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { workspaceText } from './text.ts'
import './workspace.css'

type Line = Row<'workspace.settlement'>
type T = Say<keyof typeof workspaceText.keys>
const MONTH = 'YYYY-MM'

/** What was delivered in a month and at what cost, as the shop's books have it. */
export function WorkspaceSettlementPage() {
  const t = useText(workspaceText)
  const [values, change] = useUrlState()
  const month = /^20\d\d-(0[1-9]|1[0-2])$/.test(values.month ?? '') ? (values.month ?? '') : wallNow().format(MONTH)
  return (
    <ListPage
      id="workspaceSettlement"
      title={t('settlementTitle')}
      hint={t('settlementHint')}
      route="workspace.settlement"
      rowKey={(line) => line.id}
      fixed={{ month }}
      columns={columnsOf(t)}
      exportRoute="workspace.exportSettlement"
      exportText={t('statement')}
      actions={
        <DatePicker
          picker="month"
          allowClear={false}
          aria-label={t('month')}
          value={dayjs(`${month}-01`)}
          maxDate={wallNow()}
          onChange={(picked) => change({ month: picked?.format(MONTH), page: undefined })}
        />
      }
      summary={(sums) => <Sums sums={sums} />}
      empty={{ title: t('noSettlement') }}
    />
  )
}

function Sums({ sums }: { readonly sums: Output<'workspace.settlement'> }) {
  const t = useText(workspaceText)
  if (sums.orders === 0) return null
  return (
    <>
      <div className="workspace-figures">
        <Figure label={t('total')} value={formatMoney(sums.costFen)} />
        <Figure label={t('orders')} value={formatCount(sums.orders)} />
        <Figure label={t('pieces')} value={formatCount(sums.pieces)} />
      </div>
      <Card size="small" title={t('byProduct')} style={{ marginBottom: 16 }}>
        {sums.products.map((product) => (
          <div key={product.id} className="line-item">
            <span className="line-main">{product.product}</span>
            <span className="num">× {formatCount(product.pieces)}</span>
            <Money fen={product.costFen} strong />
          </div>
        ))}
      </Card>
    </>
  )
}

function columnsOf(t: T): readonly ListColumn<Line>[] {
  return [
    { key: 'endedAt', title: t('endedAt'), width: 170, render: (line) => <Time value={line.endedAt} /> },
    {
      key: 'product',
      title: t('product'),
      width: 220,
      phone: 'title',
      render: (line) => <OneLine width={210}>{line.product}</OneLine>,
    },
    { key: 'no', title: t('no'), width: 220, render: (line) => <Copyable text={line.no} /> },
    {
      key: 'quantity',
      title: t('quantity'),
      width: 80,
      align: 'right',
      phone: 'hide',
      render: (line) => formatCount(line.quantity),
    },
    {
      key: 'arrived',
      title: t('arrived'),
      width: 90,
      align: 'right',
      render: (line) => <span className="num">{formatCount(line.arrived)}</span>,
    },
    {
      key: 'costFen',
      title: t('amount'),
      width: 110,
      align: 'right',
      render: (line) => <Money fen={line.costFen} strong />,
    },
    {
      key: 'state',
      title: t('state'),
      width: 110,
      phone: 'extra',
      render: (line) => <StateTag kind="purchase" state={line.state} />,
    },
  ]
}
