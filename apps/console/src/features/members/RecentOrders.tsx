import { Skeleton, Table, Typography } from 'antd'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import { formatMoney } from '../../shared/format.ts'
import { useList, useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, OneLine, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { memberText } from './text.ts'

const SHOWN = 8

/** The member's last orders. */
export function RecentOrders({ memberId }: { readonly memberId: number }) {
  const t = useText(memberText)
  const list = useList()
  const may = useMay()
  const { data } = useRead('orders.list', { query: { memberId, pageSize: SHOWN } }, { enabled: may('orders.read') })
  if (!may('orders.read')) return null
  return (
    <Section
      title={t('recentOrders')}
      flush
      extra={
        <>
          <Link to={`/orders?memberId=${memberId}&purpose=recharge`}>{t('seeRecharges')}</Link>
          {(data?.total ?? 0) > SHOWN && (
            <Link to={`/orders?memberId=${memberId}`} style={{ marginInlineStart: 16 }}>
              {t('seeOrders')}
            </Link>
          )}
        </>
      }
    >
      {!data ? (
        <div style={{ padding: 16 }}>
          <Skeleton active />
        </div>
      ) : data.items.length === 0 ? (
        <Typography.Paragraph type="secondary" style={{ padding: 16, margin: 0 }}>
          {t('noOrders')}
        </Typography.Paragraph>
      ) : (
        <Table
          size="small"
          rowKey="no"
          showHeader={false}
          pagination={false}
          dataSource={[...data.items]}
          columns={[
            {
              dataIndex: 'no',
              render: (no: number) => (
                <Link to={`/orders/${no}`} className="num">
                  {no}
                </Link>
              ),
            },
            {
              dataIndex: 'goodsTitles',
              render: (titles: readonly string[], { purpose, creditFen }) => (
                <OneLine width={200}>
                  {purpose === 'recharge' ? t('rechargeOf', { amount: formatMoney(creditFen) }) : list(titles)}
                </OneLine>
              ),
            },
            {
              dataIndex: 'state',
              render: (_, order) => (
                <StateTag kind={order.purpose === 'recharge' ? 'recharge' : 'order'} state={order.state} />
              ),
            },
            { dataIndex: 'totalFen', align: 'right', render: (fen: number) => <Money fen={fen} /> },
            { dataIndex: 'placedAt', align: 'right', render: (at: string) => <Time value={at} /> },
          ]}
        />
      )}
    </Section>
  )
}
