import { Typography } from 'antd'
import { Link } from 'react-router'
import { useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { isOfSurplus, useRefundReason } from '../../shared/parts/refundReason.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { financeText } from './text.ts'

type Refund = Row<'payments.listRefunds'>
type T = Say<keyof typeof financeText.keys>

const MOVING_MS = 4_000

/** Money on its way back, and what did not get there. */
export function RefundListPage() {
  const t = useText(financeText)
  const reason = useRefundReason()
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
      columns={columnsOf(t, reason)}
      rowActions={(refund) => <RowActions refund={refund} />}
      rowActionsWidth={100}
      empty={{ title: t('refundsEmpty'), text: t('refundsEmptyText') }}
    />
  )
}

function columnsOf(t: T, reason: (reason: string) => string): readonly ListColumn<Refund>[] {
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
                : t('line', { line: refund.lineNo })}
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
      render: (refund) => t(refund.to === 'balance' ? 'toBalance' : 'toSource'),
    },
    {
      key: 'reason',
      title: t('reason'),
      width: 140,
      render: (refund) => <OneLine width={130}>{reason(refund.reason)}</OneLine>,
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
        refund.lastError ? (
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

function RowActions({ refund }: { readonly refund: Refund }) {
  const t = useText(financeText)
  const confirm = useConfirmDanger()
  const retry = useAction('payments.retryRefund', {
    refresh: ['payments.', 'orders.', 'fulfilment.'],
    done: t('refundRetried'),
  })
  if (refund.state !== 'failed') return null
  const ask = () =>
    confirm({
      title: t('retryRefund'),
      object: t('causeOrder', { no: refund.orderNo }),
      amountFen: refund.amountFen,
      consequence: t('retryRefundText'),
      askReason: true,
      danger: false,
      onConfirm: (reason) => retry.run({ params: { refundId: refund.id }, body: { reason } }),
    })
  return (
    <ActionButton type="link" permission="orders.refund" onClick={ask}>
      {t('retryRefund')}
    </ActionButton>
  )
}
