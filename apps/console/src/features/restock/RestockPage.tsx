import { Alert, Empty, Progress, Skeleton, Space, Typography } from 'antd'
import { Link, useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatMoney, formatTime } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, Time } from '../../shared/parts/values.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { restockText } from './text.ts'
import { useRestockActions } from './useRestockActions.tsx'
import { nameOf } from './words.ts'

type Restock = Output<'restock.get'>

const [MOVING_MS, RESTING_MS] = [2_000, 15_000]
const PURCHASES_SHOWN = 100

/** One filling up: how far it is, what it cost, why it stopped, and its purchases. */
export function RestockPage() {
  const t = useText(restockText)
  const params = { restockId: Number(useParams().restockId) }
  const first = useRead('restock.get', { params })
  const refreshMs = first.data?.state === 'ordering' ? MOVING_MS : RESTING_MS
  const read = useRead('restock.get', { params }, { refreshMs })
  return (
    <DetailPage
      read={read}
      back="/restocks"
      title={(restock) => (restock ? nameOf(restock) : t('detail', { id: params.restockId }))}
      tags={(restock) => <StateTag kind="restock" state={restock.state} />}
      actions={(restock) => <Actions restock={restock} />}
    >
      {(restock) => (
        <>
          <Standing restock={restock} />
          <Section title={t('facts')}>
            <RestockFacts restock={restock} />
          </Section>
          <Section title={t('purchases')}>
            <Purchases restockId={restock.id} refreshMs={refreshMs} />
          </Section>
        </>
      )}
    </DetailPage>
  )
}

function Actions({ restock }: { readonly restock: Restock }) {
  const t = useText(restockText)
  const { approve, reject, cancel } = useRestockActions()
  return (
    <Space wrap>
      {restock.state === 'proposed' && (
        <>
          <ActionButton danger permission="restock.approve" onClick={() => reject(restock)}>
            {t('reject')}
          </ActionButton>
          <ActionButton type="primary" permission="restock.approve" onClick={() => approve(restock)}>
            {t('approve')}
          </ActionButton>
        </>
      )}
      {(restock.state === 'ordering' || restock.state === 'proposed') && !restock.isEnding && (
        <ActionButton permission="suppliers.manage" onClick={() => cancel(restock)}>
          {t('cancel')}
        </ActionButton>
      )}
    </Space>
  )
}

/** What somebody has to know or do now. */
function Standing({ restock: { state, askedFen, trouble, troubleNote, isEnding } }: { readonly restock: Restock }) {
  const t = useText(restockText)
  if (state === 'proposed') {
    return <Alert type="warning" showIcon title={t('approvalAsk', { amount: formatMoney(askedFen ?? 0) })} />
  }
  if (isEnding) return <Alert type="info" showIcon title={t('ending')} />
  if (!trouble) return null
  return (
    <Alert
      type={state === 'stopped' ? 'error' : 'warning'}
      showIcon
      title={t(`trouble_${trouble}`)}
      description={
        <>
          {t(`do_${trouble}`)}
          {troubleNote && (
            <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
              {t('sourcesSaid')}: {troubleNote}
            </Typography.Text>
          )}
        </>
      }
    />
  )
}

function RestockFacts({ restock }: { readonly restock: Restock }) {
  const t = useText(restockText)
  const { filled, quantity, spentFen, maxUnitFen, decidedBy, decidedAt, reason, endedAt } = restock
  return (
    <Facts
      items={[
        [
          t('progress'),
          <span key="progress">
            <span className="num">
              {filled} / {quantity}
            </span>
            <Progress
              percent={Math.floor((filled / quantity) * 100)}
              size="small"
              showInfo={false}
              aria-label={t('progress')}
            />
          </span>,
        ],
        [t('spent'), <Money key="spent" fen={spentFen} />],
        [t('maxUnit'), maxUnitFen === null ? t('byGuard') : <Money key="max" fen={maxUnitFen} />],
        [
          t('budget'),
          <Link key="budget" to="/restocks/budgets">
            {restock.budget}
          </Link>,
        ],
        [t('wanted'), restock.askedBy || t('byRule')],
        restock.demand !== null && [t('demand'), t('demandWhy', restock.demand)],
        [t('created'), <Time key="created" value={restock.createdAt} />],
        endedAt !== null && [t('ended'), <Time key="ended" value={endedAt} />],
        decidedAt !== null && [t('approval'), t('decided', { who: decidedBy, time: formatTime(decidedAt), reason })],
      ]}
    />
  )
}

function Purchases({ restockId, refreshMs }: { readonly restockId: number; readonly refreshMs: number }) {
  const t = useText(restockText)
  const query = { restockId, pageSize: PURCHASES_SHOWN }
  const { data, error, refetch } = useRead('suppliers.listPurchases', { query }, { refreshMs })
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton active />
  if (data.items.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noPurchases')} />
  return data.items.map((purchase) => (
    <div key={purchase.id} className="line-item">
      <span className="line-main">
        <Link to={`/purchases?purchase=${purchase.id}`}>{purchase.supplier}</Link>{' '}
        <StateTag kind="purchase" state={purchase.state} />
        <div>
          <Typography.Text type="secondary" style={{ fontSize: 13 }}>
            {purchase.product} · <Time value={purchase.createdAt} />
          </Typography.Text>
        </div>
        {purchase.message && <Typography.Text type="secondary">{purchase.message}</Typography.Text>}
      </span>
      <span className="num">
        {purchase.arrived} / {purchase.quantity}
        {purchase.costFen !== null && (
          <div>
            <Money fen={purchase.costFen} />
          </div>
        )}
      </span>
    </div>
  ))
}
