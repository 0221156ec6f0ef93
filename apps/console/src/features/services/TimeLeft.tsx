import { Typography } from 'antd'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Nothing, Time } from '../../shared/parts/values.tsx'
import { useDuration } from './duration.ts'
import { serviceText } from './text.ts'

type Task = Pick<Row<'fulfilment.listTasks'>, 'dueAt' | 'leftSeconds' | 'endedAt' | 'openedAt'>

/** A quarter of the promised time, or ten minutes: then it should worry somebody. */
const WORRYING_SHARE = 0.25
const WORRYING_MS = 600_000

/** What is left of the promised time, in the colour of how pressing it is. */
export function TimeLeft({ task }: { readonly task: Task }) {
  const t = useText(serviceText)
  const duration = useDuration()
  if (task.endedAt !== null) return <Time value={task.endedAt} relative />
  if (task.leftSeconds !== null) {
    return <Typography.Text type="secondary">{t('standsAt', { time: duration(task.leftSeconds) })}</Typography.Text>
  }
  if (task.dueAt === null) return <Nothing />
  const left = Date.parse(task.dueAt) - Date.now()
  if (left <= 0) {
    return (
      <Typography.Text type="danger" strong>
        {t('lateBy', { time: duration(left / 1000) })}
      </Typography.Text>
    )
  }
  const all = Date.parse(task.dueAt) - Date.parse(task.openedAt)
  const isPressing = left < Math.max(WORRYING_MS, all * WORRYING_SHARE)
  return (
    <Typography.Text {...(isPressing ? { type: 'warning' as const } : {})}>
      {t('leftOf', { time: duration(left / 1000) })}
    </Typography.Text>
  )
}
