import { Typography } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { formatTime } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Count, Money, OneLine } from '../../shared/parts/values.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { restockText } from './text.ts'
import { useRestockActions } from './useRestockActions.tsx'
import { nameOf } from './words.ts'

type Rule = Row<'restock.listRules'>

const REFRESH_MS = 15_000

/** Variants that are filled up by themselves. */
export function RuleListPage() {
  const t = useText(restockText)
  return (
    <ListPage
      id="restock-rules"
      title={t('rules')}
      hint={t('rulesHint')}
      back="/restocks"
      route="restock.listRules"
      rowKey={(rule) => rule.skuId}
      refreshMs={REFRESH_MS}
      filters={[
        {
          kind: 'tabs',
          name: 'low',
          options: [
            { value: '', label: t('all') },
            { value: 'true', label: t('onlyLow') },
          ],
        },
        { kind: 'search', placeholder: t('search') },
      ]}
      columns={[
        {
          key: 'sku',
          title: t('sku'),
          phone: 'title',
          width: 230,
          render: (rule) => (
            <Link to={`/skus/${rule.skuId}/restock`}>
              <OneLine width={220}>{nameOf(rule)}</OneLine>
            </Link>
          ),
        },
        {
          key: 'available',
          title: t('available'),
          width: 90,
          align: 'right',
          phone: 'extra',
          render: ({ available, thresholdNow }) => (
            <Typography.Text {...(available < thresholdNow ? { type: 'danger' as const } : {})}>
              <Count value={available} />
            </Typography.Text>
          ),
        },
        {
          key: 'filling',
          title: t('filling'),
          width: 130,
          align: 'right',
          render: (rule) => <Filling rule={rule} />,
        },
        {
          key: 'maxUnit',
          title: t('maxUnit'),
          width: 130,
          align: 'right',
          render: ({ maxUnitFen }) =>
            maxUnitFen === null ? (
              <Typography.Text type="secondary">{t('byGuard')}</Typography.Text>
            ) : (
              <Money fen={maxUnitFen} />
            ),
        },
        { key: 'budget', title: t('budget'), width: 130, render: ({ budget }) => budget },
        { key: 'standing', title: t('standing'), width: 200, render: (rule) => <Standing rule={rule} /> },
      ]}
      rowActions={(rule) => <RowActions rule={rule} />}
      rowActionsWidth={190}
      empty={{ title: t('rulesEmpty'), text: t('rulesEmptyText') }}
    />
  )
}

function Filling({ rule: { thresholdNow, targetNow, cover, byDemand } }: { readonly rule: Rule }) {
  const t = useText(restockText)
  return (
    <>
      <span className="num">
        {thresholdNow} → {targetNow}
      </span>
      {cover && (
        <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
          {byDemand ? t('followsDemand', { coverDays: cover.days }) : t('fixedYet')}
        </Typography.Text>
      )}
    </>
  )
}

function Standing({ rule }: { readonly rule: Rule }) {
  const t = useText(restockText)
  const { openId, openState, enabled, trouble, lookAt, available, thresholdNow } = rule
  if (openId !== null && openState !== null) {
    return (
      <Link to={`/restocks/${openId}`}>
        <StateTag kind="restock" state={openState} />
      </Link>
    )
  }
  if (!enabled) return <Typography.Text type="secondary">{t('off')}</Typography.Text>
  if (!trouble) return available < thresholdNow ? t('low') : t('enough')
  return (
    <>
      <Typography.Text type="warning">{t(`trouble_${trouble}`)}</Typography.Text>
      <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
        {t('retryAt', { time: formatTime(lookAt) })}
      </Typography.Text>
    </>
  )
}

function RowActions({ rule }: { readonly rule: Rule }) {
  const t = useText(restockText)
  const { ask, removeRule } = useRestockActions()
  const { skuId, goodsTitle, skuTitle, budgetId, targetNow, available } = rule
  return (
    <>
      {rule.openId === null && (
        <ActionButton
          type="link"
          permission="suppliers.manage"
          onClick={() => ask({ skuId, goodsTitle, skuTitle, budgetId, quantity: Math.max(targetNow - available, 1) })}
        >
          {t('askNow')}
        </ActionButton>
      )}
      <ActionButton type="link" danger permission="suppliers.manage" onClick={() => removeRule(rule)}>
        {t('removeRule')}
      </ActionButton>
    </>
  )
}
