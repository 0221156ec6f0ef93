import { Button, Space, Typography } from 'antd'
import { useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Hao, Time } from '../../shared/parts/values.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { DeliverCodes } from './DeliverCodes.tsx'
import { workspaceText } from './text.ts'
import { TaskTime } from './time.tsx'
import { useAccept } from './useAccept.tsx'
import { useEndTask } from './useEndTask.tsx'
import './workspace.css'

export type Task = Output<'workspace.getTask'>

/** One order of the shop: what it wants, how long there is, and how it ends. */
export function WorkspaceTaskPage() {
  const t = useText(workspaceText)
  const workTaskId = Number(useParams().workTaskId)
  const read = useRead('workspace.getTask', { params: { workTaskId } }, { refreshMs: 10_000 })
  return (
    <DetailPage
      read={read}
      back="/workspace/tasks"
      title={(task) => (task ? `${task.product} × ${formatCount(task.quantity)}` : t('task', { no: workTaskId }))}
      tags={(task) => <StateTag kind="supplyTask" state={task.state} />}
      actions={(task) => <Deeds task={task} />}
    >
      {(task) => (
        <>
          <Section title={t('facts')}>
            <Facts
              items={[
                [t('no'), <Copyable key="no" text={task.no} />],
                task.endedAt === null && [t('timeLeft'), <TaskTime key="time" task={task} />],
                [t('code'), task.remoteId],
                [t('unitCost'), <Hao key="cost" hao={task.costHao} />],
                [t('amount'), <Hao key="amount" hao={task.costHao * task.quantity} />],
                [t('holder'), task.staffName],
                [t('openedAt'), <Time key="opened" value={task.openedAt} />],
                task.endedAt !== null && [t('endedAt'), <Time key="ended" value={task.endedAt} />],
              ]}
            />
          </Section>
          <Needs task={task} />
          {task.state === 'accepted' && task.kind !== 'direct' && <DeliverCodes task={task} />}
          {task.endedAt !== null && <Outcome task={task} />}
        </>
      )}
    </DetailPage>
  )
}

function Deeds({ task }: { readonly task: Task }) {
  const t = useText(workspaceText)
  const accept = useAccept()
  const { finish, refuse } = useEndTask(task)
  if (task.endedAt !== null) return null
  return (
    <Space wrap>
      <Button danger onClick={refuse}>
        {t('refuse')}
      </Button>
      {task.state === 'waiting' && (
        <Button type="primary" onClick={() => void accept([task.id])}>
          {t('accept')}
        </Button>
      )}
      {task.state === 'accepted' && task.kind === 'direct' && (
        <Button type="primary" onClick={finish}>
          {t('finish')}
        </Button>
      )}
    </Space>
  )
}

function Needs({ task }: { readonly task: Task }) {
  const t = useText(workspaceText)
  const both = useBoth()
  if (task.kind !== 'direct' && task.fields.length === 0) return null
  return (
    <Section title={t('toFill')}>
      {task.fields.length === 0 ? (
        <Typography.Text type="secondary">{t(task.endedAt === null ? 'noFields' : 'fieldsGone')}</Typography.Text>
      ) : (
        <Facts
          items={task.fields.map(({ key, labelZh, labelEn, value }) => [
            both(labelZh, labelEn || labelZh),
            <Typography.Text key={key} copyable={{ text: value }} className="workspace-value">
              {value}
            </Typography.Text>,
          ])}
        />
      )}
    </Section>
  )
}

function Outcome({ task }: { readonly task: Task }) {
  const t = useText(workspaceText)
  return (
    <Section title={t('outcome')}>
      <Facts
        items={[
          [t('state'), <StateTag key="state" kind="supplyTask" state={task.state} />],
          [t('arrived'), formatCount(task.arrived)],
          [t('total'), <Hao key="total" hao={task.costHao * task.arrived} />],
          task.serial !== '' && [t('serial'), task.serial],
          task.note !== '' && [t('remark'), task.note],
        ]}
      />
    </Section>
  )
}
