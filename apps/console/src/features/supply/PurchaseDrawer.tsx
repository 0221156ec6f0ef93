import { Alert, Drawer, Skeleton, Typography } from 'antd'
import { Link } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useLineNote } from '../../shared/parts/passedOver.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Hao, Money, Nothing, Time } from '../../shared/parts/values.tsx'
import { Facts } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { BoughtCards } from './BoughtCards.tsx'
import { Choice } from './Choice.tsx'
import { PurchaseTimeline } from './PurchaseTimeline.tsx'
import { isOpen } from './purchase.ts'
import { OrderOf } from './purchaseParts.tsx'
import { purchaseText } from './purchaseText.ts'
import { REFRESH_AFTER_PURCHASE } from './refresh.ts'
import { useCancelPurchase } from './useCancelPurchase.tsx'
import { useSettle } from './useSettle.tsx'

type Purchase = Output<'suppliers.readPurchase'>

const [MOVING_MS, RESTING_MS] = [2_000, 30_000]

/** One purchase: how it stands, what the supplier said, why it was bought there, and what a person can do about it. */
export function PurchaseDrawer({ id, onClose }: { readonly id: number | undefined; readonly onClose: () => void }) {
  const t = useText(purchaseText)
  const input = { params: { purchaseId: id ?? 0 } }
  const seen = useRead('suppliers.readPurchase', input, { enabled: id !== undefined })
  const moving = seen.data !== undefined && isOpen(seen.data.state)
  const { data, error, refetch } = useRead('suppliers.readPurchase', input, {
    enabled: id !== undefined,
    refreshMs: moving ? MOVING_MS : RESTING_MS,
  })
  return (
    <Drawer
      open={id !== undefined}
      onClose={onClose}
      size="min(720px, 100vw)"
      title={
        data ? (
          <>
            {t('purchase', { no: data.no })} <StateTag kind="purchase" state={data.state} />
          </>
        ) : (
          t('title')
        )
      }
      footer={data && isOpen(data.state) && <Actions purchase={data} />}
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton active paragraph={{ rows: 8 }} />}
      {data && <Body purchase={data} />}
    </Drawer>
  )
}

function Actions({ purchase }: { readonly purchase: Purchase }) {
  const t = useText(purchaseText)
  const settle = useSettle(purchase)
  const cancel = useCancelPurchase(purchase)
  const ask = useAction('suppliers.askPurchase', { refresh: REFRESH_AFTER_PURCHASE, done: t('asked') })
  return (
    <div className="supply-foot">
      {purchase.canCancel && (
        <ActionButton danger permission="orders.handle" without="explain" onClick={cancel}>
          {t('cancel')}
        </ActionButton>
      )}
      <ActionButton permission="orders.handle" without="explain" onClick={settle}>
        {t('settle')}
      </ActionButton>
      <ActionButton
        type="primary"
        permission="orders.handle"
        without="explain"
        loading={ask.running}
        onClick={() => void ask.go({ params: { purchaseId: purchase.id }, body: {} })}
      >
        {t('ask')}
      </ActionButton>
    </div>
  )
}

function Body({ purchase }: { readonly purchase: Purchase }) {
  const t = useText(purchaseText)
  const fields = Object.entries(purchase.fields)
  return (
    <div className="stack" style={{ gap: 20 }}>
      {purchase.message && purchase.bad === 0 && <Refusal purchase={purchase} />}
      <Facts
        items={[
          [t('order'), <OrderOf key="order" purchase={purchase} />],
          [
            t('supplier'),
            <Link key="supplier" to={`/suppliers/${purchase.supplierId}`}>
              {purchase.supplier}
            </Link>,
          ],
          [t('product'), purchase.product],
          [
            t('quantity'),
            purchase.quantity === 1 ? 1 : t('arrivedOf', { arrived: purchase.arrived, quantity: purchase.quantity }),
          ],
          [
            t('costOf'),
            purchase.costFen === null ? '' : <Cost key="cost" fen={purchase.costFen} purchase={purchase} />,
          ],
          [t('quotedOf'), <Hao key="quoted" hao={purchase.quotedHao} />],
          [t('ceiling'), <Hao key="ceiling" hao={purchase.ceilingHao} />],
          [t('no'), <Copyable key="no" text={purchase.no} />],
          [t('remoteNo'), purchase.remoteNo && <Copyable key="remote" text={purchase.remoteNo} />],
          purchase.serial !== null && [t('serial'), <Copyable key="serial" text={purchase.serial} />],
          ...fields.map(([name, value]) => [name, <Copyable key={name} text={value} />] as const),
        ]}
      />
      <BoughtCards purchase={purchase} />
      <section>
        <Typography.Title level={5}>{t('timeline')}</Typography.Title>
        <PurchaseTimeline purchase={purchase} />
      </section>
      <section>
        <Typography.Title level={5}>{t('why')}</Typography.Title>
        <Choice purchase={purchase} />
      </section>
      <section>
        <Typography.Title level={5}>{t('callbacks')}</Typography.Title>
        {purchase.callbacks.length === 0 && <Typography.Text type="secondary">{t('noCallbacks')}</Typography.Text>}
        {purchase.callbacks.map((callback) => (
          <div key={callback.id} style={{ marginBottom: 10 }}>
            <Typography.Text type="secondary" copyable={{ text: callback.body }}>
              <Time value={callback.receivedAt} /> · {callback.verdict}
            </Typography.Text>
            <pre className="raw">{callback.body}</pre>
          </div>
        ))}
      </section>
    </div>
  )
}

/** Some suppliers take no ceiling: then what came dearer than it is named. */
function Cost({ fen, purchase: { ceilingHao, arrived } }: { readonly fen: number; readonly purchase: Purchase }) {
  const t = useText(purchaseText)
  const isDear = fen > Math.ceil((ceilingHao * arrived) / 100)
  return (
    <>
      <Money fen={fen} strong />
      {isDear && <Typography.Text type="danger"> · {t('aboveCeiling')}</Typography.Text>}
    </>
  )
}

/** What the supplier said, in its own words: it is for staff and never shown to a buyer. */
function Refusal({ purchase: { state, code, message, about } }: { readonly purchase: Purchase }) {
  const t = useText(purchaseText)
  const noteOf = useLineNote()
  return (
    <Alert
      type={state === 'refused' || state === 'contradicted' ? 'error' : state === 'unknown' ? 'warning' : 'info'}
      showIcon
      title={
        <>
          {t('refusal')}
          {about && (
            <Typography.Text type="secondary" style={{ fontSize: 13 }}>
              {' '}
              {t('about')}: {t(`about_${about}`)}
            </Typography.Text>
          )}
        </>
      }
      description={
        <>
          {message && noteOf(message)} {code ? <Typography.Text code>{code}</Typography.Text> : <Nothing />}
        </>
      }
    />
  )
}
