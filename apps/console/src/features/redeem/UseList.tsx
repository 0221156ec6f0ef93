import { Button, Form, InputNumber } from 'antd'
import { Link } from 'react-router'
import { useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { CheckGroup } from '../../shared/parts/CheckGroup.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Nothing, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { redeemText } from './text.ts'
import { REFRESH } from './useRedeemActions.tsx'

type Use = Row<'redeem.listUses'>

/** Who redeemed, and the orders that came of it. */
export function UseList({ batchId }: { readonly batchId: number }) {
  const t = useText(redeemText)
  const may = useMay()
  return (
    <ListPage
      embedded
      id="redeemUses"
      title={t('tabUses')}
      route="redeem.listUses"
      params={{ redeemBatchId: batchId }}
      rowKey={(use) => use.orderNo}
      filters={[{ kind: 'text', name: 'codeId', label: t('codeNo') }]}
      rowActions={(use) => <TakeBack use={use} />}
      rowActionsWidth={90}
      columns={[
        {
          key: 'order',
          title: t('order'),
          width: 180,
          phone: 'title',
          render: (use) =>
            may('orders.read') ? (
              <Link className="num" to={`/orders/${use.orderNo}`}>
                {use.orderNo}
              </Link>
            ) : (
              <span className="num">{use.orderNo}</span>
            ),
        },
        {
          key: 'orderState',
          title: t('orderState'),
          width: 100,
          phone: 'extra',
          render: (use) => <StateTag kind="order" state={use.orderState} />,
        },
        { key: 'code', title: t('code'), width: 200, render: (use) => <code>{use.masked}</code> },
        {
          key: 'contact',
          title: t('contact'),
          width: 160,
          render: (use) =>
            use.memberId !== null && may('members.read') ? (
              <Link to={`/members/${use.memberId}`}>{use.contactMasked}</Link>
            ) : (
              use.contactMasked
            ),
        },
        { key: 'at', title: t('at'), width: 170, render: (use) => <Time value={use.at} /> },
        {
          key: 'takenBack',
          title: t('takenBack'),
          width: 140,
          phone: 'hide',
          render: (use) => (use.takenBackAt === null ? <Nothing /> : t(use.gaveBack ? 'takenBackFreed' : 'takenBack')),
        },
      ]}
      empty={{ title: t('noUses') }}
    />
  )
}

function TakeBack({ use }: { readonly use: Use }) {
  const t = useText(redeemText)
  const may = useMay()
  const confirm = useConfirmDanger()
  const takeBack = useAction('redeem.takeBack', {
    refresh: [...REFRESH, 'orders.', 'stock.', 'vault.'],
    done: t('tookBack'),
  })
  if (use.takenBackAt !== null || !may('redeem.manage')) return null
  const left = use.parts.filter(({ isTakenBack }) => !isTakenBack)
  const givesPoints = use.memberId !== null && left.some(({ hasFailed }) => hasFailed)
  return (
    <Button
      type="link"
      size="small"
      danger
      onClick={() =>
        confirm({
          title: t('takeBack'),
          object: `${t('order')} ${use.orderNo} · ${use.contactMasked}`,
          consequence: t('takeBackText'),
          askReason: true,
          ...(left.length > 1 || givesPoints
            ? {
                initialValues: { lines: left.map(({ lineNo }) => lineNo) },
                extra: (
                  <>
                    <Form.Item
                      name="lines"
                      label={t('parts')}
                      extra={t('partsHint')}
                      rules={[{ required: true, message: t('partsRequired') }]}
                    >
                      <CheckGroup options={left.map(({ lineNo, title }) => ({ value: lineNo, label: title }))} />
                    </Form.Item>
                    {givesPoints && (
                      <Form.Item name="points" label={t('instead')} extra={t('insteadHint')}>
                        <InputNumber<number> min={1} max={1_000_000} precision={0} style={{ width: '100%' }} />
                      </Form.Item>
                    )}
                  </>
                ),
              }
            : {}),
          onConfirm: (reason, { lines, points }) =>
            takeBack.run({
              params: { redeemedNo: use.orderNo },
              body: {
                reason,
                ...(Array.isArray(lines) ? { lines: lines as number[] } : {}),
                ...(typeof points === 'number' ? { points } : {}),
              },
            }),
        })
      }
    >
      {t('takeBack')}
    </Button>
  )
}
