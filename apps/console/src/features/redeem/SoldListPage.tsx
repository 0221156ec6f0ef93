import { Link } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { OneLine, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { CodeActions } from './CodeActions.tsx'
import { MaskedCode, UsedOf } from './codeCells.tsx'
import { linkText } from './linkText.ts'

/** Redeem codes that were sold: whose, how often used, and the orders that they became. */
export function SoldListPage() {
  const t = useText(linkText)
  const may = useMay()
  return (
    <ListPage
      id="redeemSold"
      title={t('sold')}
      hint={t('soldHint')}
      back="/redeem/links"
      route="redeem.listSold"
      rowKey={(code) => code.id}
      filters={[
        { kind: 'search', placeholder: t('orderNo') },
        { kind: 'states', name: 'standing', label: t('standing'), of: 'redeemCode' },
        { kind: 'text', name: 'skuId', label: t('skuId') },
      ]}
      rowActions={(code) => <CodeActions code={code} />}
      rowActionsWidth={150}
      columns={[
        {
          key: 'code',
          title: t('code'),
          width: 210,
          phone: 'title',
          render: (code) => <MaskedCode code={code} />,
        },
        {
          key: 'standing',
          title: t('standing'),
          width: 110,
          phone: 'extra',
          render: (code) => <StateTag kind="redeemCode" state={code.standing} />,
        },
        {
          key: 'goods',
          title: t('goods'),
          width: 200,
          render: (code) => <OneLine width={190}>{`${code.goodsTitle} / ${code.skuTitle}`}</OneLine>,
        },
        {
          key: 'used',
          title: t('used'),
          width: 110,
          align: 'right',
          render: (code) => <UsedOf code={code} batchId={code.batchId} />,
        },
        {
          key: 'order',
          title: t('soldBy'),
          width: 180,
          render: (code) =>
            may('orders.read') ? (
              <Link className="num" to={`/orders/${code.orderNo}`}>
                {code.orderNo}
              </Link>
            ) : (
              <span className="num">{code.orderNo}</span>
            ),
        },
        {
          key: 'orderState',
          title: t('orderState'),
          width: 100,
          phone: 'hide',
          render: (code) => <StateTag kind="order" state={code.orderState} />,
        },
        {
          key: 'buyer',
          title: t('buyer'),
          width: 150,
          render: (code) =>
            code.memberId !== null && may('members.read') ? (
              <Link to={`/members/${code.memberId}`}>{code.contactMasked}</Link>
            ) : (
              code.contactMasked
            ),
        },
        {
          key: 'soldAt',
          title: t('soldAt'),
          width: 170,
          phone: 'hide',
          render: (code) => code.handedOutAt && <Time value={code.handedOutAt} />,
        },
        {
          key: 'expiresAt',
          title: t('validTo'),
          width: 170,
          render: (code) => (code.expiresAt ? <Time value={code.expiresAt} /> : t('never')),
        },
      ]}
      empty={{ title: t('noneSold'), text: t('noneSoldText') }}
    />
  )
}
