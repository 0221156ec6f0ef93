import { App } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import { useText } from '../../shared/i18n/index.ts'
import { workspaceText } from './text.ts'

export const REFRESH_AFTER = ['workspace.'] as const

/** Accepts orders and says which were no longer to be had. */
export function useAccept(): (taskIds: readonly number[], done?: () => void) => Promise<void> {
  const t = useText(workspaceText)
  const { message } = App.useApp()
  const accept = useAction('workspace.acceptTasks', { refresh: REFRESH_AFTER })
  return async (taskIds, done) => {
    const answer = await accept.go({ body: { taskIds: [...taskIds] } })
    if (!answer) return
    if (answer.accepted.length > 0) void message.success(t('accepted', { count: answer.accepted.length }))
    if (answer.lost.length > 0) void message.warning(t('lost', { count: answer.lost.length }))
    done?.()
  }
}
