import { App, Form, Radio } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { recallText } from './text.ts'

export type Recall = NonNullable<Output<'fulfilment.getRecall'>['recall']>
export type PieceAction = 'replace' | 'refund' | 'leave'
const REFRESH = ['fulfilment.', 'vault.', 'stock.', 'orders.', 'payments.']

/** What waits for a decision; the rest is decided or on its way. */
export const waitingOf = ({ pieces }: Recall): number => pieces.open + pieces.failed

/** Deciding about pieces of a recall, some or all that wait, and ending it. */
export function useRecallActions(batchId: number) {
  const t = useText(recallText)
  const confirm = useConfirmDanger()
  const { message } = App.useApp()
  const handle = useAction('fulfilment.handleRecalledPieces', { refresh: REFRESH })
  const withdraw = useAction('fulfilment.withdrawRecall', { refresh: REFRESH, done: t('withdrawn') })
  const close = useAction('fulfilment.closeRecall', { refresh: REFRESH, done: t('closedDone') })
  const params = { batchId }

  return {
    /** @param grantIds null: all that wait. */
    decide: (action: PieceAction, grantIds: readonly number[] | null, count: number, then?: () => void) =>
      confirm({
        title: t(action === 'refund' ? 'refundIt' : action),
        object: t(grantIds ? 'objectSome' : 'objectAll', { count: formatCount(count) }),
        consequence: t(`${action}Text`),
        askReason: true,
        danger: action !== 'leave',
        initialValues: { to: 'source' },
        ...(action === 'refund'
          ? {
              extra: (
                <Form.Item name="to" label={t('refundTo')}>
                  <Radio.Group
                    options={[
                      { value: 'source', label: t('toSource') },
                      { value: 'balance', label: t('toBalance') },
                    ]}
                  />
                </Form.Item>
              ),
            }
          : {}),
        onConfirm: async (reason, values) => {
          const to = values.to === 'balance' ? 'balance' : 'source'
          const ids = grantIds && [...grantIds]
          const { chosen } = await handle.run({ params, body: { action, to, grantIds: ids, reason } })
          if (chosen === 0) void message.info(t('noneChosen'))
          else void message.success(t(action === 'leave' ? 'chosenLeft' : 'chosen', { count: formatCount(chosen) }))
          then?.()
        },
      }),
    withdraw: () =>
      confirm({
        title: t('withdraw'),
        object: t('title', { id: batchId }),
        consequence: t('withdrawText'),
        askReason: true,
        onConfirm: (note) => withdraw.run({ params, body: { note } }),
      }),
    close: (stopped: number) =>
      confirm({
        title: t('close'),
        object: t('title', { id: batchId }),
        consequence: t('closeText', { count: formatCount(stopped) }),
        askReason: true,
        onConfirm: (note) => close.run({ params, body: { note } }),
      }),
  }
}
