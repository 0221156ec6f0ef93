import { Alert, Button, Typography } from 'antd'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatSeconds } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useLineNote } from '../../shared/parts/passedOver.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import type { Filter } from '../../shared/templates/filters.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { PurchaseDrawer } from './PurchaseDrawer.tsx'
import { isOpen } from './purchase.ts'
import { Cost, OrderOf } from './purchaseParts.tsx'
import { purchaseText } from './purchaseText.ts'
import { useManyPurchases } from './useManyPurchases.tsx'
import './supply.css'

type Purchase = Row<'suppliers.listPurchases'>
type T = Say<keyof typeof purchaseText.keys>

const [MOVING_MS, RESTING_MS] = [3_000, 15_000]
const SUPPLIERS_MAX = 200
/** What a figure of a supplier's quality leads to; stands in the address. */
const PICKED = ['productId', 'sentFrom', 'sentTo', 'about', 'wasUnknown', 'hasArrived', 'takenBack', 'hasBad'] as const

/** Purchases at one supplier, or at all of them. The one that is looked at stands in the address. */
export function PurchaseList({ supplierId }: { readonly supplierId?: number }) {
  const t = useText(purchaseText)
  const many = useManyPurchases()
  const noteOf = useLineNote()
  const [values, change] = useUrlState()
  const suppliers = useRead(
    'suppliers.list',
    { query: { pageSize: SUPPLIERS_MAX } },
    { enabled: supplierId === undefined, staleMs: 60_000 },
  )
  const show = (id: number | undefined) => change({ purchase: id === undefined ? undefined : String(id) })
  const shown = values.purchase ? Number(values.purchase) : undefined
  const filters: Filter[] = [
    { kind: 'search', placeholder: t('search') },
    { kind: 'states', name: 'state', label: t('state'), of: 'purchase' },
    ...(supplierId === undefined
      ? [
          {
            kind: 'select',
            name: 'supplierId',
            label: t('supplier'),
            options: (suppliers.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
          } as const,
          { kind: 'text', name: 'orderNo', label: t('orderNo') } as const,
        ]
      : []),
  ]
  const picked = Object.fromEntries(PICKED.map((name) => [name, values[name]]))
  const isPicked = Object.values(picked).some((value) => value !== undefined)
  const forget = () => change(Object.fromEntries(PICKED.map((name) => [name, undefined])))
  return (
    <>
      {isPicked && (
        <Alert
          type="info"
          style={{ marginBottom: 12 }}
          title={t('picked', { from: values.sentFrom ?? '–', to: values.sentTo ?? '–' })}
          action={
            <Button size="small" onClick={forget}>
              {t('showAll')}
            </Button>
          }
        />
      )}
      <ListPage
        id={supplierId === undefined ? 'purchases' : 'purchasesOfSupplier'}
        title={t('title')}
        {...(supplierId === undefined ? { hint: t('hint') } : {})}
        embedded={supplierId !== undefined}
        route="suppliers.listPurchases"
        rowKey={(row) => row.id}
        fixed={{ supplierId, ...picked }}
        refreshMs={(data) => (data?.items.some(({ state }) => isOpen(state)) ? MOVING_MS : RESTING_MS)}
        filters={filters}
        columns={columnsOf(t, noteOf, supplierId === undefined, show)}
        bulk={(purchases, clear) => (
          <>
            <ActionButton size="small" permission="orders.handle" onClick={() => many.ask(purchases, clear)}>
              {t('ask')}
            </ActionButton>
            <ActionButton
              size="small"
              danger
              permission="orders.handle"
              onClick={() => many.notBought(purchases, clear)}
            >
              {t('notBought')}
            </ActionButton>
          </>
        )}
        empty={{
          title: t('emptyTitle'),
          text: t('emptyText'),
          action: supplierId === undefined && (
            <Link to="/suppliers">
              <Button tabIndex={-1}>{t('setUp')}</Button>
            </Link>
          ),
        }}
      />
      <PurchaseDrawer id={shown} onClose={() => show(undefined)} />
    </>
  )
}

function columnsOf(
  t: T,
  noteOf: (note: string) => string,
  withSupplier: boolean,
  show: (id: number) => void,
): readonly ListColumn<Purchase>[] {
  return [
    {
      key: 'no',
      title: t('no'),
      width: 215,
      phone: 'title',
      render: (purchase) => (
        <Copyable text={purchase.no}>
          <Typography.Link onClick={() => show(purchase.id)}>{purchase.no}</Typography.Link>
        </Copyable>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 90,
      phone: 'extra',
      render: (purchase) => <StateTag kind="purchase" state={purchase.state} />,
    },
    { key: 'order', title: t('order'), width: 150, render: (purchase) => <OrderOf purchase={purchase} /> },
    ...(withSupplier
      ? [
          {
            key: 'supplier',
            title: t('supplier'),
            width: 115,
            render: (purchase: Purchase) => (
              <Link to={`/suppliers/${purchase.supplierId}`}>
                <OneLine width={110}>{purchase.supplier}</OneLine>
              </Link>
            ),
          },
        ]
      : []),
    {
      key: 'product',
      title: t('product'),
      width: 195,
      render: ({ product, quantity, message }) => (
        <>
          <OneLine width={190}>{quantity === 1 ? product : `${product} × ${quantity}`}</OneLine>
          {message && (
            <Typography.Text
              type="secondary"
              ellipsis={{ tooltip: noteOf(message) }}
              style={{ maxWidth: 190, fontSize: 12, display: 'block' }}
            >
              {noteOf(message)}
            </Typography.Text>
          )}
        </>
      ),
    },
    { key: 'cost', title: t('cost'), width: 125, align: 'right', render: (purchase) => <Cost purchase={purchase} /> },
    { key: 'took', title: t('took'), width: 90, align: 'right', render: (purchase) => <Took purchase={purchase} /> },
    {
      key: 'asks',
      title: t('tries'),
      width: 75,
      align: 'right',
      hidden: true,
      render: ({ asks }) => (asks === 0 ? <Nothing /> : <span className="num">{t('asks', { count: asks })}</span>),
    },
    {
      key: 'createdAt',
      title: t('createdAt'),
      width: 160,
      phone: 'hide',
      render: ({ createdAt }) => <Time value={createdAt} />,
    },
  ]
}

/** From sending to the end; while it is open, how long it has been waited for. */
function Took({ purchase: { state, sentAt, endedAt } }: { readonly purchase: Purchase }) {
  const t = useText(purchaseText)
  if (!sentAt) return <Nothing />
  const seconds = Math.max(0, ((endedAt ? Date.parse(endedAt) : Date.now()) - Date.parse(sentAt)) / 1000)
  if (!isOpen(state))
    return (
      <span className="num" style={{ whiteSpace: 'nowrap' }}>
        {formatSeconds(seconds)}
      </span>
    )
  return (
    <Typography.Text
      className="num"
      style={{ whiteSpace: 'nowrap' }}
      {...(seconds > SLOW_SECONDS ? { type: 'danger' } : { type: 'secondary' })}
    >
      {t('running', { time: formatSeconds(seconds) })}
    </Typography.Text>
  )
}

/** After that long a buyer asks. */
const SLOW_SECONDS = 600
