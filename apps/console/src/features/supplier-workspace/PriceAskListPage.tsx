import { Typography } from 'antd'
import { Link } from 'react-router'
import { useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatHao } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Hao, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { workspaceText } from './text.ts'

type Ask = Row<'workspace.listPriceAsks'>
type T = Say<keyof typeof workspaceText.keys>

/** Prices that suppliers ask for beyond what they may move alone. */
export function PriceAskListPage() {
  const t = useText(workspaceText)
  const confirm = useConfirmDanger()
  const refresh = ['workspace.', 'suppliers.'] as const
  const agree = useAction('workspace.decidePrice', { refresh, done: t('agreed'), showProblem: false })
  const decline = useAction('workspace.decidePrice', { refresh, done: t('declined'), showProblem: false })
  const decide = (ask: Ask, accept: boolean) =>
    confirm({
      title: t(accept ? 'agree' : 'decline'),
      object: `${ask.supplier} · ${ask.product}: ${formatHao(ask.fromHao)} → ${formatHao(ask.toHao)}`,
      consequence: t(accept ? 'agreeText' : 'declineText'),
      askReason: true,
      danger: false,
      onConfirm: (reason) =>
        (accept ? agree : decline).run({ params: { askId: ask.id }, body: { accept, toHao: ask.toHao, reason } }),
    })
  return (
    <ListPage
      id="priceAsks"
      title={t('asksTitle')}
      hint={t('asksHint')}
      route="workspace.listPriceAsks"
      exportRoute="workspace.exportPriceAsks"
      rowKey={(ask) => ask.id}
      refreshMs={30_000}
      filters={[
        { kind: 'search', placeholder: t('productSearch') },
        { kind: 'states', name: 'state', label: t('state'), of: 'priceAsk' },
      ]}
      columns={columnsOf(t)}
      rowActions={(ask) =>
        ask.state === 'waiting' ? (
          <>
            <ActionButton type="link" permission="suppliers.manage" onClick={() => decide(ask, true)}>
              {t('agree')}
            </ActionButton>
            <ActionButton type="link" danger permission="suppliers.manage" onClick={() => decide(ask, false)}>
              {t('decline')}
            </ActionButton>
          </>
        ) : null
      }
      rowActionsWidth={130}
      empty={{ title: t('noAsks') }}
    />
  )
}

function columnsOf(t: T): readonly ListColumn<Ask>[] {
  return [
    {
      key: 'product',
      title: t('product'),
      width: 210,
      phone: 'title',
      render: (ask) => (
        <div>
          <OneLine width={200}>{ask.product}</OneLine>
          <div>
            <Typography.Text type="secondary" className="num" style={{ fontSize: 12 }}>
              {ask.remoteId}
            </Typography.Text>
          </div>
        </div>
      ),
    },
    {
      key: 'supplier',
      title: t('supplier'),
      width: 130,
      render: (ask) => <Link to={`/suppliers/${ask.supplierId}`}>{ask.supplier}</Link>,
    },
    {
      key: 'change',
      title: t('change'),
      width: 210,
      render: (ask) => (
        <span>
          <Hao hao={ask.fromHao} /> → <Hao hao={ask.toHao} />{' '}
          <Typography.Text
            className="num"
            type={ask.toHao > ask.fromHao ? 'danger' : 'success'}
            style={{ fontSize: 13 }}
          >
            {ask.fromHao === 0 ? '' : `${ask.toHao > ask.fromHao ? '+' : '−'}${percent(ask)}%`}
          </Typography.Text>
        </span>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 100,
      phone: 'extra',
      render: (ask) => <StateTag kind="priceAsk" state={ask.state} />,
    },
    { key: 'askedBy', title: t('askedBy'), width: 100, render: (ask) => ask.askedBy },
    { key: 'askedAt', title: t('askedAt'), width: 170, render: (ask) => <Time value={ask.askedAt} /> },
    { key: 'decidedBy', title: t('decidedBy'), width: 100, phone: 'hide', render: (ask) => ask.decidedBy },
    { key: 'reason', title: t('note'), width: 150, phone: 'hide', render: (ask) => ask.reason },
  ]
}

const percent = ({ fromHao, toHao }: Ask): string => (Math.abs((toHao - fromHao) / fromHao) * 100).toFixed(1)
