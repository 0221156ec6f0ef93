import { Form } from 'antd'
import { useAction } from '../../../shared/api/hooks.ts'
import type { Row } from '../../../shared/api/index.ts'
import { formatCount, formatHao, formatMoney } from '../../../shared/format.ts'
import { type Say, useText } from '../../../shared/i18n/index.ts'
import { ActionButton } from '../../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../../shared/parts/danger.tsx'
import { SkuPicker } from '../../../shared/parts/inputs.tsx'
import { StateTag } from '../../../shared/parts/StateTag.tsx'
import { Hao, OneLine, Time } from '../../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../../shared/templates/ListPage.tsx'
import { inboxText } from './text.ts'

type Offer = Row<'workspace.listSupplierCodes'>
type T = Say<keyof typeof inboxText.keys>
const REFRESH = ['workspace.', 'suppliers.', 'vault.', 'stock.'] as const

/** Codes that a supplier offers without an order, and taking or declining them. */
export function OfferedCodes({ supplierId }: { readonly supplierId: number }) {
  const t = useText(inboxText)
  const confirm = useConfirmDanger()
  const take = useAction('workspace.takeCodes', { refresh: REFRESH, done: t('took_'), showProblem: false })
  const decline = useAction('workspace.declineCodes', { refresh: REFRESH, done: t('declined'), showProblem: false })
  const objectOf = ({ product, pieces }: Offer) => `${product} × ${formatCount(pieces)}`
  const askTake = (offer: Offer) =>
    confirm({
      title: t('takeTitle'),
      object: objectOf(offer),
      consequence: t('takeText', { cost: formatHao(offer.costHao) }),
      askReason: true,
      danger: false,
      initialValues: { skuId: offer.skus[0]?.id },
      extra: (
        <Form.Item name="skuId" label={t('sku')} rules={[{ required: true, message: t('skuNeeded') }]}>
          <SkuPicker />
        </Form.Item>
      ),
      onConfirm: (reason, { skuId }) =>
        take.run({
          params: { offeredId: offer.id },
          body: { skuId: Number(skuId), pieces: offer.pieces, costHao: offer.costHao, reason },
        }),
    })
  const askDecline = (offer: Offer) =>
    confirm({
      title: t('decline'),
      object: objectOf(offer),
      consequence: t('declineText'),
      askReason: true,
      onConfirm: (reason) => decline.run({ params: { offeredId: offer.id }, body: { reason } }),
    })
  return (
    <ListPage
      id="supplierCodes"
      title={t('codes')}
      embedded
      route="workspace.listSupplierCodes"
      params={{ supplierId }}
      rowKey={(offer) => offer.id}
      filters={[{ kind: 'states', name: 'state', label: t('state'), of: 'offeredCodes' }]}
      columns={offerColumns(t)}
      rowActions={(offer) =>
        offer.state === 'offered' ? (
          <>
            <ActionButton type="link" permission="suppliers.manage" onClick={() => askTake(offer)}>
              {t('take')}
            </ActionButton>
            <ActionButton type="link" permission="suppliers.manage" danger onClick={() => askDecline(offer)}>
              {t('decline')}
            </ActionButton>
          </>
        ) : null
      }
      rowActionsWidth={140}
      empty={{ title: t('noCodes'), text: t('noCodesText') }}
    />
  )
}

type Shown = Omit<Row<'workspace.listOfferedCodes'>, 'offeredBy'>

/** The same for both sides. */
export function offerColumns(t: T): readonly ListColumn<Shown>[] {
  return [
    {
      key: 'product',
      title: t('product'),
      width: 200,
      phone: 'title',
      render: ({ product, pieces }) => <OneLine width={190}>{`${product} × ${formatCount(pieces)}`}</OneLine>,
    },
    {
      key: 'state',
      title: t('state'),
      width: 100,
      phone: 'extra',
      render: ({ state }) => <StateTag kind="offeredCodes" state={state} />,
    },
    { key: 'cost', title: t('cost'), width: 100, align: 'right', render: ({ costHao }) => <Hao hao={costHao} /> },
    {
      key: 'outcome',
      title: t('outcome'),
      width: 260,
      render: ({ taken, bad, costFen, reason }) =>
        taken === null
          ? reason || null
          : t('took', { taken: formatCount(taken), bad: formatCount(bad ?? 0), cost: formatMoney(costFen ?? 0) }),
    },
    { key: 'validTo', title: t('validTo'), width: 170, render: ({ validTo }) => <Time value={validTo} /> },
    { key: 'note', title: t('note'), width: 140, render: ({ note }) => note || null },
    { key: 'offeredAt', title: t('offeredAt'), width: 170, render: ({ offeredAt }) => <Time value={offeredAt} /> },
  ]
}
