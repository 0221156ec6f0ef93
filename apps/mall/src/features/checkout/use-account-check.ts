import { useState } from 'react'
import type { ShownAccount } from '../../shared/accounts/account-dialog.tsx'
import { type Checked, checkAccount } from '../../shared/accounts/check.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { type Draft, type Faults, formOf } from './draft.ts'
import { fieldId, fieldsOf, type Line } from './lines.ts'

type Result =
  | { readonly kind: 'wrong' }
  | { readonly kind: 'fine' }
  | { readonly kind: 'confirm'; readonly accounts: readonly ShownAccount[] }

/** What is typed into a line's form, as one text: what was confirmed is confirmed until it changes. */
const textOf = (lines: readonly Line[], draft: Draft): string =>
  JSON.stringify(lines.map((line) => [line.sku.id, formOf(draft, line)]))

/** Has accounts checked before they are ordered for, and says what the buyer is to confirm. */
export function useAccountCheck(lines: readonly Line[], draft: Draft) {
  const { own } = useI18n()
  const [isChecking, setChecking] = useState(false)
  /** By field id, the answers that a supplier said no to. */
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({})
  const [confirmed, setConfirmed] = useState('')

  const faults: Faults = Object.fromEntries(
    Object.entries(wrong).flatMap(([id, value]) =>
      draft.answers[id]?.trim() === value ? [[id, 'account'] as const] : [],
    ),
  )

  async function check(): Promise<Result> {
    if (confirmed === textOf(lines, draft)) return { kind: 'fine' }
    const asked = lines.filter(({ sku }) => sku.kind === 'topup' || sku.kind === 'bundle')
    const answers = new Map<number, Checked>()
    setChecking(true)
    await Promise.all(
      asked.map(async (line) => {
        const form = formOf(draft, line)
        if (Object.keys(form).length > 0) answers.set(line.sku.id, await checkAccount(line.sku.id, form))
      }),
    )
    setChecking(false)
    const refused = lines.flatMap((line) => {
      const answer = answers.get(line.sku.id)
      if (answer?.verdict !== 'invalid') return []
      const field = fieldsOf(line).find(({ key }) => key === answer.field) ?? fieldsOf(line)[0]
      return field ? [[fieldId(line, field), (draft.answers[fieldId(line, field)] ?? '').trim()] as const] : []
    })
    if (refused.length > 0) {
      setWrong(Object.fromEntries(refused))
      return { kind: 'wrong' }
    }
    const accounts = lines.flatMap((line) => shownOf(line, answers.get(line.sku.id)) ?? [])
    return accounts.length > 0 ? { kind: 'confirm', accounts } : { kind: 'fine' }
  }

  function shownOf(line: Line, answer: Checked | undefined): ShownAccount | undefined {
    const nickname = answer?.nickname ?? null
    const isUnchecked = answer?.verdict === 'unknown'
    const isTold = nickname !== null || isUnchecked
    const shown = fieldsOf(line).flatMap((field) => {
      const value = (draft.answers[fieldId(line, field)] ?? '').trim()
      return value !== '' && (field.confirmShown || isTold) ? [{ field, value }] : []
    })
    if (shown.length === 0) return undefined
    return {
      key: String(line.sku.id),
      title: own(line.goods.title, line.goods.titleEn),
      answers: shown,
      nickname,
      isUnchecked,
    }
  }

  return { check, isChecking, faults, confirm: () => setConfirmed(textOf(lines, draft)) }
}
