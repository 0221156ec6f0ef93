import { Typography } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { isOfSurplus, useDecidedNote, useRefundReason } from '../../shared/parts/refundReason.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { RefundActions } from './RefundActions.tsx'
import { financeText } from './text.ts'

type Refund = Row<'payments.listRefunds'>
type T = Say<keyof typeof financeText.keys>

const MOVING_MS = 4_000

const TARGET_WORDS = { source: 'toSource', balance: 'toBalance', hand: 'toHand', let_go: 'toLetGo' } as const

/** Money on its way back, and what did not get there. */
export function RefundListPage() {
  const t = useText(financeText)
  const reason = useRefundReason()
  const note = useDecidedNote()
  return (
    <ListPage
      id="refunds"
      title={t('refunds')}
      route="payments.listRefunds"
      rowKey={(refund) => refund.id}
      refreshMs={(page) =>
        page?.items.some(({ state }) => state === 'requested' || state === 'processing') ? MOVING_MS : false
      }
      filters={[
        { kind: 'search', placeholder: t('searchRefund') },
        { kind: 'states', name: 'state', label: t('refundState'), of: 'refund' },
      ]}
      columns={columnsOf(t, reason, note)}
      rowActions={(refund) => <RefundActions refund={refund} />}
      rowActionsWidth={150}
      empty={{ title: t('refundsEmpty'), text: t('refundsEmptyText') }}
    />
  )
}

function columnsOf(
  t: T,
  reason: (reason: string) => string,
  note: ReturnType<typeof useDecidedNote>,
): readonly ListColumn<Refund>[] {
  return [
    {
      key: 'order',
      title: t('order'),
      width: 210,
      phone: 'title',
      render: (refund) => (
        <>
          <Link to={`/orders/${refund.orderNo}`} className="num">
            {refund.orderNo}
          </Link>{' '}
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            {isOfSurplus(refund.reason)
              ? ''
              : refund.lineNo === null
                ? t('wholeOrder')
                : `${t('line', { line: refund.lineNo })}${partOf(refund, t)}`}
          </Typography.Text>
        </>
      ),
    },
    {
      key: 'state',
      title: t('refundState'),
      width: 90,
      phone: 'extra',
      render: (refund) => <StateTag kind="refund" state={refund.state} />,
    },
    {
      key: 'amount',
      title: t('refundAmount'),
      width: 105,
      align: 'right',
      render: (refund) => <Money fen={refund.amountFen} strong />,
    },
    {
      key: 'to',
      title: t('to'),
      width: 90,
      render: (refund) => t(TARGET_WORDS[refund.to]),
    },
    {
      key: 'reason',
      title: t('reason'),
      width: 140,
      render: (refund) => <OneLine width={130}>{reason(refund.reason)}</OneLine>,
    },
    {
      key: 'people',
      title: t('refundPeople'),
      width: 130,
      render: (refund) => (
        <OneLine width={120}>
          {[refund.requestedBy, refund.decidedBy !== 'system' && refund.decidedBy].filter(Boolean).join(' → ')}
        </OneLine>
      ),
    },
    {
      key: 'attempts',
      title: t('attempts'),
      width: 60,
      align: 'right',
      phone: 'hide',
      render: (refund) => <span className="num">{refund.attempts}</span>,
    },
    {
      key: 'error',
      title: t('error'),
      width: 130,
      render: (refund) =>
        refund.decidedNote ? (
          <OneLine width={120}>{[refund.handReference, note(refund)].filter(Boolean).join(' · ')}</OneLine>
        ) : refund.lastError ? (
          <Typography.Text type="danger">
            <OneLine width={120}>{refund.lastError}</OneLine>
          </Typography.Text>
        ) : (
          <Nothing />
        ),
    },
    { key: 'createdAt', title: t('createdAt'), width: 170, render: (refund) => <Time value={refund.createdAt} /> },
    { key: 'doneAt', title: t('doneAt'), width: 170, hidden: true, render: (refund) => <Time value={refund.doneAt} /> },
  ]
}

/** Which part of its line: so many pieces, or an amount that takes none. */
function partOf(refund: Refund, t: T): string {
  if (refund.takes === 'pieces') return ` · ${t('pieces', { count: refund.pieces })}`
  return refund.takes === 'nothing' ? ` · ${t('goodwill')}` : ''
}
