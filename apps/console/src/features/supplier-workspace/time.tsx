import { Typography } from 'antd'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Nothing, Time } from '../../shared/parts/values.tsx'
import { workspaceText } from './text.ts'

/** `45 分钟`, `3.5 小时`, `2 天`: as exact as a promise is. */
export function useMinutes(): (minutes: number) => string {
  const t = useText(workspaceText)
  return (minutes) => {
    const count = (value: number) => String(Math.round(value * 10) / 10)
    if (minutes < 90) return t('minutes', { count: Math.max(1, Math.round(minutes)) })
    return minutes < 2_880 ? t('hours', { count: count(minutes / 60) }) : t('days', { count: count(minutes / 1_440) })
  }
}

const PRESSING_MINUTES = 15

/** How long there is to accept or deliver, in the colour of how pressing it is. */
export function TaskTime({
  task,
}: {
  readonly task: Pick<Row<'workspace.listTasks'>, 'acceptBy' | 'dueAt' | 'state' | 'endedAt'>
}) {
  const t = useText(workspaceText)
  const said = useMinutes()
  if (task.endedAt !== null) return <Time value={task.endedAt} relative />
  const until = task.state === 'waiting' ? task.acceptBy : task.dueAt
  if (until === null) return <Nothing />
  const left = (Date.parse(until) - Date.now()) / 60_000
  if (left <= 0) {
    return (
      <Typography.Text type="danger" strong>
        {t('lateBy', { time: said(-left) })}
      </Typography.Text>
    )
  }
  return (
    <Typography.Text {...(left < PRESSING_MINUTES ? { type: 'warning' as const } : {})}>
      {t(task.state === 'waiting' ? 'toAccept' : 'toDeliver', { time: said(left) })}
    </Typography.Text>
  )
}
