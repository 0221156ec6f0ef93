import { Typography } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { financeText } from './text.ts'

type Chargeback = Row<'payments.listChargebacks'>
type T = Say<keyof typeof financeText.keys>

/** Money that payers had taken back from outside, and what of it is lost. */
export function ChargebackListPage() {
  const t = useText(financeText)
  const gatewayName = useGatewayName()
  return (
    <ListPage
      id="chargebacks"
      title={t('chargebacks')}
      hint={t('chargebacksHint')}
      route="payments.listChargebacks"
      rowKey={(chargeback) => chargeback.id}
      filters={[
        { kind: 'search', placeholder: t('searchChargeback') },
        { kind: 'states', name: 'state', label: t('chargebackState'), of: 'chargeback' },
      ]}
      columns={columnsOf(t, gatewayName)}
      empty={{ title: t('chargebacksEmpty'), text: t('chargebacksEmptyText') }}
    />
  )
}

function columnsOf(t: T, gatewayName: (gateway: string | null) => string): readonly ListColumn<Chargeback>[] {
  return [
    {
      key: 'order',
      title: t('order'),
      width: 170,
      phone: 'title',
      render: (chargeback) => (
        <Link to={`/orders/${chargeback.orderNo}`} className="num">
          {chargeback.orderNo}
        </Link>
      ),
    },
    {
      key: 'state',
      title: t('chargebackState'),
      width: 90,
      phone: 'extra',
      render: (chargeback) => <StateTag kind="chargeback" state={chargeback.state} />,
    },
    {
      key: 'amount',
      title: t('chargebackAmount'),
      width: 110,
      align: 'right',
      render: (chargeback) => <Money fen={chargeback.amountFen} strong />,
    },
    {
      key: 'loss',
      title: t('loss'),
      width: 100,
      align: 'right',
      render: (chargeback) => (chargeback.lossFen === 0 ? <Nothing /> : <Money fen={-chargeback.lossFen} />),
    },
    { key: 'gateway', title: t('gateway'), width: 100, render: (chargeback) => gatewayName(chargeback.gateway) },
    {
      key: 'disputeNo',
      title: t('disputeNo'),
      width: 210,
      render: (chargeback) => <Copyable text={chargeback.disputeNo} />,
    },
    {
      key: 'tradeNo',
      title: t('tradeNo'),
      width: 220,
      hidden: true,
      render: (chargeback) => <Copyable text={chargeback.tradeNo} />,
    },
    {
      key: 'reason',
      title: t('chargebackReason'),
      width: 150,
      render: (chargeback) =>
        chargeback.reason === '' ? (
          <Nothing />
        ) : (
          <Typography.Text type="secondary">
            <OneLine width={140}>{chargeback.reason}</OneLine>
          </Typography.Text>
        ),
    },
    { key: 'openedAt', title: t('openedAt'), width: 165, render: (chargeback) => <Time value={chargeback.openedAt} /> },
    {
      key: 'endedAt',
      title: t('endedAt'),
      width: 165,
      hidden: true,
      render: (chargeback) => <Time value={chargeback.endedAt} />,
    },
  ]
}
