import { useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { booksText } from './text.ts'

type Violation = Row<'books.listViolations'>

/** Marks violations as dealt with, with a note that goes to the audit log. */
export function useHandle(): (violations: readonly Violation[], then?: () => void) => void {
  const t = useText(booksText)
  const confirm = useConfirmDanger()
  const handle = useAction('books.handleViolations', { refresh: ['books.'], done: t('handled') })
  return (all, then) => {
    const violations = all.filter(({ state }) => state === 'open')
    const [only] = violations
    if (!only) return
    confirm({
      title: t('handle'),
      object: violations.length === 1 ? only.what : t('many', { count: violations.length }),
      consequence: t('handleText'),
      askReason: true,
      danger: false,
      onConfirm: async (note) => {
        await handle.run({ body: { ids: violations.map(({ id }) => id), note } })
        then?.()
      },
    })
  }
}
