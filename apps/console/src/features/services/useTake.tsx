import { App } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import { useText } from '../../shared/i18n/index.ts'
import { serviceText } from './text.ts'

export const REFRESH_AFTER: readonly string[] = ['fulfilment.', 'orders.']

/** Takes tasks, one or many; of each that somebody else was faster with it says who. */
export function useTake(): (taskIds: readonly number[], then?: () => void) => Promise<boolean> {
  const t = useText(serviceText)
  const { message, modal } = App.useApp()
  const take = useAction('fulfilment.takeTasks', { refresh: REFRESH_AFTER })
  return async (taskIds, then) => {
    const answer = await take.go({ body: { taskIds: [...taskIds] } })
    if (!answer) return false
    const { taken, lost } = answer
    then?.()
    if (lost.length === 0) {
      void message.success(t('taken', { count: taken.length }))
      return true
    }
    modal.warning({
      title: t('lostSome', { taken: taken.length, lost: lost.length }),
      content: (
        <ul style={{ listStyle: 'none', padding: 0, margin: 0, maxHeight: '50vh', overflowY: 'auto' }}>
          {lost.map((one) => (
            <li key={one.id} style={{ paddingBlock: 4 }}>
              {t('taskNo', { id: one.id })} · {one.message}
            </li>
          ))}
        </ul>
      ),
    })
    return taken.length > 0
  }
}
