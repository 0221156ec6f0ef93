import { Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { formatMoney } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { WaitingClaims } from '../../shared/parts/claims.tsx'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { Difference } from './Difference.tsx'
import { ReceiptDialog } from './ReceiptDialog.tsx'
import { financeText } from './text.ts'

type Receipt = Row<'payments.listReceipts'>
type T = Say<keyof typeof financeText.keys>

const REFRESH_MS = 15_000

/** Money that gateways took. What does not fit its order comes first and waits here for a decision. */
export function ReceiptListPage() {
  const t = useText(financeText)
  const gatewayName = useGatewayName()
  const [values] = useUrlState()
  const [deciding, setDeciding] = useState<Receipt>()
  const all = values.show === 'all'
  return (
    <>
      <ListPage
        id="receipts"
        title={t('receipts')}
        hint={t('receiptsHint')}
        route="payments.listReceipts"
        rowKey={(receipt) => receipt.id}
        refreshMs={REFRESH_MS}
        fixed={{ show: undefined, open: all ? undefined : 'true' }}
        filters={[
          {
            kind: 'tabs',
            name: 'show',
            ownLists: true,
            options: [
              { value: 'open', label: t('receiptsOpen') },
              { value: 'all', label: t('receiptsAll') },
            ],
          },
          { kind: 'search', placeholder: t('searchReceipt') },
          { kind: 'states', name: 'state', label: t('receiptState'), of: 'receipt' },
        ]}
        summary={() => <WaitingClaims />}
        columns={columnsOf(t, gatewayName)}
        rowActions={(receipt) =>
          receipt.isOpen && (
            <ActionButton type="link" permission="orders.refund" onClick={() => setDeciding(receipt)}>
              {t('decide')}
            </ActionButton>
          )
        }
        rowActionsWidth={80}
        empty={
          all
            ? { title: t('receiptsEmpty'), text: t('receiptsEmptyText') }
            : { title: t('receiptsOpenEmpty'), text: t('receiptsOpenEmptyText') }
        }
      />
      {deciding && <ReceiptDialog key={deciding.id} receipt={deciding} onClose={() => setDeciding(undefined)} />}
    </>
  )
}

function columnsOf(t: T, gatewayName: (gateway: string | null) => string): readonly ListColumn<Receipt>[] {
  return [
    {
      key: 'order',
      title: t('order'),
      width: 160,
      phone: 'title',
      render: (receipt) => (
        <Link to={`/orders/${receipt.orderNo}`} className="num">
          {receipt.orderNo}
        </Link>
      ),
    },
    {
      key: 'state',
      title: t('receiptState'),
      width: 100,
      phone: 'extra',
      render: (receipt) => <StateTag kind="receipt" state={receipt.state} />,
    },
    {
      key: 'orderAmount',
      title: t('orderAmount'),
      width: 105,
      align: 'right',
      render: (receipt) => <Money fen={receipt.orderTotalFen} />,
    },
    {
      key: 'amount',
      title: t('receivedAmount'),
      width: 115,
      align: 'right',
      render: (receipt) => (
        <>
          <Money fen={receipt.amountFen} strong />
          {receipt.feeFen > 0 && (
            <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
              {t('ofItFee', { amount: formatMoney(receipt.feeFen) })}
            </Typography.Text>
          )}
          {receipt.disputedFen > 0 && (
            <Typography.Text type="danger" style={{ display: 'block', fontSize: 12 }}>
              {t('ofItDisputed', { amount: formatMoney(receipt.disputedFen) })}
            </Typography.Text>
          )}
        </>
      ),
    },
    {
      key: 'difference',
      title: t('difference'),
      width: 100,
      align: 'right',
      render: (receipt) => <Difference receipt={receipt} />,
    },
    {
      key: 'orderState',
      title: t('orderState'),
      width: 95,
      render: (receipt) => <StateTag kind="order" state={receipt.orderState} />,
    },
    { key: 'gateway', title: t('gateway'), width: 100, render: (receipt) => gatewayName(receipt.gateway) },
    {
      key: 'tradeNo',
      title: t('tradeNo'),
      width: 220,
      hidden: true,
      render: (receipt) => <Copyable text={receipt.tradeNo} />,
    },
    {
      key: 'receivedAt',
      title: t('receivedAt'),
      width: 155,
      render: (receipt) => <Time value={receipt.receivedAt} />,
    },
    {
      key: 'decision',
      title: t('decision'),
      width: 120,
      render: (receipt) =>
        receipt.handledBy === '' ? (
          <Nothing />
        ) : (
          <OneLine width={110}>{t('handledBy', { name: receipt.handledBy, note: receipt.handledNote })}</OneLine>
        ),
    },
  ]
}
