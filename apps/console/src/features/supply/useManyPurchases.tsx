import { App } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { purchaseText } from './purchaseText.ts'
import { REFRESH_AFTER_PURCHASE } from './refresh.ts'
import { SureBox } from './SureBox.tsx'

type Purchase = Row<'suppliers.listPurchases'>
type Deed = (purchases: readonly Purchase[], then: () => void) => void

const AT_ONCE_MAX = 50
const MAY_BE_ASKED: ReadonlySet<string> = new Set(['sending', 'accepted', 'unknown'])
const MAY_BE_SETTLED: ReadonlySet<string> = new Set(['accepted', 'unknown'])

/** Asks about several purchases, or says after asking that none of them was bought, on evidence that goes to the audit log. */
export function useManyPurchases(): { readonly ask: Deed; readonly notBought: Deed } {
  const t = useText(purchaseText)
  const { message } = App.useApp()
  const confirm = useConfirmDanger()
  const handle = useAction('suppliers.handlePurchases', { refresh: REFRESH_AFTER_PURCHASE })
  /** @param left of those that were chosen cannot take part; whoever chose them is told. */
  const run = async (purchases: readonly Purchase[], left: number, action: 'ask' | 'not_bought', note: string) => {
    let [done, refused] = [0, left]
    for (let from = 0; from < purchases.length; from += AT_ONCE_MAX) {
      const ids = purchases.slice(from, from + AT_ONCE_MAX).map(({ id }) => id)
      const answer = await handle.run({ body: { ids, action, note } })
      done += answer.done
      refused += answer.refused.length
    }
    if (done > 0) message.success(t(action === 'ask' ? 'manyAsked' : 'manySettled', { count: done }))
    if (refused > 0) message.warning(t('manyRefused', { count: refused }))
  }
  const fitting = (all: readonly Purchase[], states: ReadonlySet<string>): readonly Purchase[] => {
    const some = all.filter(({ state }) => states.has(state))
    if (some.length === 0) message.warning(t('manyRefused', { count: all.length }))
    return some
  }
  return {
    ask: (all, then) => {
      const purchases = fitting(all, MAY_BE_ASKED)
      if (purchases.length === 0) return
      // What went wrong has been shown.
      run(purchases, all.length - purchases.length, 'ask', '').then(then, () => undefined)
    },
    notBought: (all, then) => {
      const purchases = fitting(all, MAY_BE_SETTLED)
      if (purchases.length === 0) return
      confirm({
        title: t('notBought'),
        object: t('manyPurchases', { count: purchases.length }),
        consequence: t('settleRefusedText'),
        askReason: true,
        reasonAs: { label: t('settleNote'), missing: t('settleNoteRequired') },
        reasonHint: t('settleNoteHint'),
        extra: <SureBox />,
        onConfirm: async (note) => {
          await run(purchases, all.length - purchases.length, 'not_bought', note)
          then()
        },
      })
    },
  }
}
