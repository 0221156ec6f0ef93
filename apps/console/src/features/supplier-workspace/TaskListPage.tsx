import { Button } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Hao, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { workspaceText } from './text.ts'
import { TaskTime } from './time.tsx'
import { useAccept } from './useAccept.tsx'

type Task = Row<'workspace.listTasks'>
type T = Say<keyof typeof workspaceText.keys>

/** What the shop has ordered: what waits first. */
export function WorkspaceTaskListPage() {
  const t = useText(workspaceText)
  const accept = useAccept()
  return (
    <ListPage
      id="workspaceTasks"
      title={t('tasksTitle')}
      hint={t('tasksHint')}
      route="workspace.listTasks"
      rowKey={(task) => task.id}
      href={(task) => `/workspace/tasks/${task.id}`}
      refreshMs={10_000}
      filters={[
        { kind: 'search', placeholder: t('taskSearch') },
        { kind: 'states', name: 'state', label: t('state'), of: 'supplyTask' },
        { kind: 'flag', name: 'overdue', label: t('overdue') },
      ]}
      columns={columnsOf(t)}
      rowActions={(task) =>
        task.state === 'waiting' ? (
          <Button type="link" onClick={() => void accept([task.id])}>
            {t('accept')}
          </Button>
        ) : task.state === 'accepted' ? (
          <Link to={`/workspace/tasks/${task.id}`}>{t('open')}</Link>
        ) : null
      }
      rowActionsWidth={90}
      bulk={(tasks, clear) => (
        <Button
          size="small"
          onClick={() =>
            void accept(
              tasks.map(({ id }) => id),
              clear,
            )
          }
        >
          {t('acceptSome')}
        </Button>
      )}
      empty={{ title: t('noTasks'), text: t('noTasksText') }}
    />
  )
}

function columnsOf(t: T): readonly ListColumn<Task>[] {
  return [
    {
      key: 'product',
      title: t('product'),
      width: 220,
      phone: 'title',
      render: (task) => (
        <Link to={`/workspace/tasks/${task.id}`}>
          <OneLine width={210}>{`${task.product} × ${formatCount(task.quantity)}`}</OneLine>
        </Link>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 110,
      phone: 'extra',
      render: (task) => <StateTag kind="supplyTask" state={task.state} />,
    },
    { key: 'dueAt', title: t('timeLeft'), sort: true, width: 150, render: (task) => <TaskTime task={task} /> },
    { key: 'holder', title: t('holder'), width: 100, render: (task) => task.staffName },
    { key: 'no', title: t('no'), width: 220, render: (task) => <Copyable text={task.no} /> },
    {
      key: 'amount',
      title: t('amount'),
      width: 110,
      align: 'right',
      render: (task) => <Hao hao={task.costHao * (task.state === 'done' ? task.arrived : task.quantity)} />,
    },
    {
      key: 'openedAt',
      title: t('openedAt'),
      sort: true,
      width: 170,
      phone: 'hide',
      render: (task) => <Time value={task.openedAt} />,
    },
  ]
}
