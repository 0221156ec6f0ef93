import { PlusOutlined } from '@ant-design/icons'
import { Card, Empty, Form, Input, Progress, Skeleton, Table } from 'antd'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { Count, Money } from '../../shared/parts/values.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { PageFrame } from '../../shared/templates/PageFrame.tsx'
import { restockText } from './text.ts'

type Budget = Output<'restock.listBudgets'>['items'][number]

const REFRESH_MS = 10_000
const YUAN_MAX = 100_000_000

/** What filling up may cost a month, and how much of it is used. */
export function BudgetListPage() {
  const t = useText(restockText)
  const common = useText(commonText)
  const { data, error, refetch } = useRead('restock.listBudgets', {}, { refreshMs: REFRESH_MS })
  const { edit, remove } = useBudgetActions()
  const add = (
    <ActionButton type="primary" icon={<PlusOutlined />} permission="restock.approve" onClick={() => edit(undefined)}>
      {t('addBudget')}
    </ActionButton>
  )
  return (
    <PageFrame title={t('budgets')} hint={t('budgetsHint')} back="/restocks" actions={add}>
      <Card styles={{ body: { padding: 0, overflowX: 'auto' } }}>
        {error && !data ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : !data ? (
          <Skeleton active style={{ padding: 16 }} />
        ) : (
          <Table<Budget>
            size="small"
            rowKey="id"
            pagination={false}
            dataSource={data.items}
            scroll={{ x: 'max-content' }}
            locale={{
              emptyText: (
                <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('budgetsEmpty')}>
                  <p>{t('budgetsEmptyText')}</p>
                </Empty>
              ),
            }}
            columns={[
              { key: 'name', title: t('budgetName'), render: (_, { name }) => name },
              {
                key: 'monthly',
                title: t('monthly'),
                align: 'right',
                render: (_, { monthlyFen }) => <Money fen={monthlyFen} />,
              },
              { key: 'used', title: t('used'), width: 170, render: (_, budget) => <Used budget={budget} /> },
              {
                key: 'held',
                title: t('held'),
                align: 'right',
                render: (_, { heldFen }) => <Money fen={heldFen} />,
              },
              {
                key: 'left',
                title: t('left'),
                align: 'right',
                render: (_, { monthlyFen, usedFen, heldFen }) => (
                  <Money fen={Math.max(monthlyFen - usedFen - heldFen, 0)} />
                ),
              },
              {
                key: 'approve',
                title: t('approveAbove'),
                align: 'right',
                render: (_, { approveAboveFen }) =>
                  approveAboveFen === null ? t('never') : <Money fen={approveAboveFen} />,
              },
              {
                key: 'rules',
                title: t('rulesUsing'),
                align: 'right',
                render: (_, { rules }) => <Count value={rules} />,
              },
              {
                key: 'actions',
                title: common('actions'),
                render: (_, budget) => (
                  <>
                    <ActionButton type="link" permission="restock.approve" onClick={() => edit(budget)}>
                      {t('edit')}
                    </ActionButton>
                    <ActionButton type="link" danger permission="restock.approve" onClick={() => remove(budget)}>
                      {t('remove')}
                    </ActionButton>
                  </>
                ),
              },
            ]}
          />
        )}
      </Card>
    </PageFrame>
  )
}

function Used({ budget: { usedFen, heldFen, monthlyFen } }: { readonly budget: Budget }) {
  const t = useText(restockText)
  const of = (fen: number) => (monthlyFen === 0 ? 0 : Math.min(Math.round((fen / monthlyFen) * 100), 100))
  return (
    <>
      <Money fen={usedFen} />
      <Progress
        size="small"
        showInfo={false}
        aria-label={t('used')}
        percent={of(usedFen + heldFen)}
        success={{ percent: of(usedFen) }}
        style={{ margin: 0 }}
      />
    </>
  )
}

function useBudgetActions() {
  const t = useText(restockText)
  const confirm = useConfirmDanger()
  const refresh = ['restock.']
  const save = useAction('restock.saveBudget', { showProblem: false, refresh, done: t('saved') })
  const drop = useAction('restock.removeBudget', { showProblem: false, refresh, done: t('removed') })
  return {
    edit: (budget: Budget | undefined) =>
      confirm({
        title: budget ? t('edit') : t('addBudget'),
        ...(budget ? { object: budget.name } : {}),
        confirmText: t('save'),
        danger: false,
        initialValues: budget ? { ...budget } : { approveAboveFen: null },
        extra: (
          <>
            <Form.Item name="name" label={t('budgetName')} rules={[{ required: true, max: 60 }]}>
              <Input maxLength={60} />
            </Form.Item>
            <Form.Item name="monthlyFen" label={t('monthly')} rules={[{ required: true }]}>
              <MoneyInput max={YUAN_MAX} />
            </Form.Item>
            <Form.Item name="approveAboveFen" label={t('approveAbove')} extra={t('approveAboveHint')}>
              <MoneyInput max={YUAN_MAX} />
            </Form.Item>
          </>
        ),
        onConfirm: (_reason, values) =>
          save.run({
            body: {
              ...(budget ? { id: budget.id, version: budget.version } : {}),
              name: String(values.name ?? ''),
              monthlyFen: Number(values.monthlyFen),
              approveAboveFen: (values.approveAboveFen as number | null | undefined) ?? null,
            },
          }),
      }),
    remove: (budget: Budget) =>
      confirm({
        title: t('remove'),
        object: budget.name,
        consequence: t('removeText'),
        confirmText: t('remove'),
        onConfirm: () => drop.run({ params: { budgetId: budget.id } }),
      }),
  }
}
