import type { FormField, RedeemFace } from '../../shared/api/types.ts'
import type { BuyerFault } from '../../shared/buyer-question.tsx'
import { faultOf, isContact, isQueryPassword } from '../../shared/form-check.ts'

export type Draft = {
  readonly contact: string
  readonly queryPassword: string
  /** By field key; `repeats` is the second typing of fields that ask for it. */
  readonly answers: Readonly<Record<string, string>>
  readonly repeats: Readonly<Record<string, string>>
}

/** By `field.<key>`, `repeat.<key>`, `contact` and `queryPassword`. Members sign in to find their orders again. */
export function faultsOf(draft: Draft, face: RedeemFace, isGuest: boolean): Readonly<Record<string, BuyerFault>> {
  const faults: Record<string, BuyerFault> = {}
  for (const field of face.formFields) {
    const fault = faultOf(field, draft.answers[field.key] ?? '')
    if (fault) faults[`field.${field.key}`] = fault
    else if (field.confirmTwice && answerOf(draft, field) !== (draft.repeats[field.key] ?? '').trim()) {
      faults[`repeat.${field.key}`] = 'mismatch'
    }
  }
  if (!isContact(draft.contact)) faults.contact = 'contact'
  if (isGuest && !isQueryPassword(draft.queryPassword, face.queryPasswordRequired)) faults.queryPassword = 'password'
  return faults
}

const answerOf = (draft: Draft, { key }: FormField): string => (draft.answers[key] ?? '').trim()

export const formOf = (draft: Draft, face: RedeemFace): Record<string, string> =>
  Object.fromEntries(
    face.formFields.map((field) => [field.key, answerOf(draft, field)] as const).filter(([, value]) => value !== ''),
  )
