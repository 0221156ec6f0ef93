import { Button } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { skuFilter } from '../../shared/parts/skuFilter.tsx'
import { Copyable, Money, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { TimeLeft } from './TimeLeft.tsx'
import { serviceText } from './text.ts'
import { useTake } from './useTake.tsx'

type Task = Row<'fulfilment.listTasks'>
type T = Say<keyof typeof serviceText.keys>

/** The desk of services: what waits, who works on what, and what is late. */
export function TaskListPage() {
  const t = useText(serviceText)
  const take = useTake()
  return (
    <ListPage
      id="services"
      title={t('title')}
      hint={t('hint')}
      route="fulfilment.listTasks"
      rowKey={(task) => task.id}
      href={(task) => `/services/${task.id}`}
      refreshMs={10_000}
      actions={
        <Link to="/services/rules">
          <Button>{t('rules')}</Button>
        </Link>
      }
      filters={[
        { kind: 'search', placeholder: t('search') },
        { kind: 'states', name: 'state', label: t('state'), of: 'task' },
        { kind: 'flag', name: 'mine', label: t('mine') },
        { kind: 'flag', name: 'overdue', label: t('overdue') },
        skuFilter(t('sku')),
      ]}
      columns={columnsOf(t)}
      rowActions={(task) =>
        task.state === 'waiting' ? (
          <ActionButton type="link" permission="services.work" onClick={() => void take([task.id])}>
            {t('take')}
          </ActionButton>
        ) : task.isMine && task.endedAt === null ? (
          <Link to={`/services/${task.id}`}>{t('open')}</Link>
        ) : null
      }
      rowActionsWidth={90}
      bulk={(tasks, clear) => (
        <ActionButton
          size="small"
          permission="services.work"
          onClick={() =>
            void take(
              tasks.map(({ id }) => id),
              clear,
            )
          }
        >
          {t('takeSome')}
        </ActionButton>
      )}
      empty={{ title: t('emptyTitle'), text: t('emptyText') }}
    />
  )
}

function columnsOf(t: T): readonly ListColumn<Task>[] {
  return [
    {
      key: 'service',
      title: t('service'),
      width: 200,
      phone: 'title',
      render: (task) => (
        <Link to={`/services/${task.id}`}>
          <OneLine width={190}>
            {[task.goodsTitle, task.skuTitle].filter(Boolean).join(' / ') +
              (task.quantity > 1 ? ` × ${task.quantity}` : '')}
          </OneLine>
        </Link>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 110,
      phone: 'extra',
      render: (task) => <StateTag kind="task" state={task.state} />,
    },
    { key: 'dueAt', title: t('due'), sort: true, width: 150, render: (task) => <TimeLeft task={task} /> },
    {
      key: 'holder',
      title: t('holder'),
      width: 90,
      render: (task) => (task.isMine ? t('me') : task.staffName || t('nobody')),
    },
    {
      key: 'order',
      title: t('order'),
      width: 190,
      render: (task) => (
        <Copyable text={String(task.orderNo)}>
          <Link to={`/orders/${task.orderNo}`}>{task.orderNo}</Link>
        </Copyable>
      ),
    },
    {
      key: 'contact',
      title: t('contact'),
      width: 140,
      phone: 'hide',
      render: (task) => <span className="num">{task.contactMasked}</span>,
    },
    {
      key: 'amountFen',
      title: t('amount'),
      sort: true,
      width: 100,
      align: 'right',
      render: (task) => <Money fen={task.amountFen} strong />,
    },
    {
      key: 'openedAt',
      title: t('opened'),
      sort: true,
      width: 170,
      hidden: true,
      render: (task) => <Time value={task.openedAt} />,
    },
  ]
}
