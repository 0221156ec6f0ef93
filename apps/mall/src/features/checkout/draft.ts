import type { Shop } from '../../shared/api/types.ts'
import type { BuyerFault } from '../../shared/buyer-question.tsx'
import { faultOf, isContact, isQueryPassword } from '../../shared/form-check.ts'
import { tabStorage } from '../../shared/storage.ts'
import { fieldId, fieldsOf, type Line } from './lines.ts'

/** All that the buyer typed. Kept while the tab lives, so that no failure or reload costs it; passwords are not kept. */
export type Draft = {
  readonly contact: string
  readonly queryPassword: string
  readonly payWith: string
  /** The balance pays what it can, beside `payWith`. */
  readonly usesBalance: boolean
  /** SKUs that are bought to be activated later. */
  readonly later: readonly number[]
  /** By field id; `repeats` is the second typing of fields that ask for it. */
  readonly answers: Readonly<Record<string, string>>
  readonly repeats: Readonly<Record<string, string>>
}

const EMPTY: Draft = {
  contact: '',
  queryPassword: '',
  payWith: '',
  usesBalance: false,
  later: [],
  answers: {},
  repeats: {},
}
const STORAGE_KEY = 'qs.checkout'
/** Survives a detour to another page of the mall, not a reload. */
let queryPassword = ''

export const draftMemory = {
  read: (): Draft => ({ ...EMPTY, ...tabStorage.read<Draft>(STORAGE_KEY), queryPassword }),
  write: (draft: Draft): void => {
    queryPassword = draft.queryPassword
    tabStorage.write(STORAGE_KEY, { ...draft, queryPassword: '' })
  },
  forget: (): void => {
    queryPassword = ''
    tabStorage.remove(STORAGE_KEY)
  },
}

/** By field id, or `contact` and `queryPassword`. */
export type Faults = Readonly<Record<string, BuyerFault>>

/** @param guest members find their orders by signing in, so only guests choose a query password */
export function faultsOf(
  draft: Draft,
  lines: readonly Line[],
  shop: Pick<Shop, 'queryPasswordRequired'>,
  guest: boolean,
): Faults {
  const faults: Record<string, BuyerFault> = {}
  for (const line of lines) {
    for (const field of fieldsOf(line)) {
      const id = fieldId(line, field)
      const fault = faultOf(field, draft.answers[id] ?? '')
      if (fault) faults[id] = fault
      else if (field.confirmTwice && repeatDiffers(draft, id)) faults[`${id}.repeat`] = 'mismatch'
    }
  }
  if (!isContact(draft.contact)) faults.contact = 'contact'
  if (guest && !isQueryPassword(draft.queryPassword, shop.queryPasswordRequired)) faults.queryPassword = 'password'
  return faults
}

const repeatDiffers = (draft: Draft, id: string): boolean =>
  (draft.answers[id] ?? '').trim() !== (draft.repeats[id] ?? '').trim()

/** The answers of one line as the order keeps them; empty ones are left out. */
export function formOf(draft: Draft, line: Line): Record<string, string> {
  const pairs = fieldsOf(line).map((field) => [field.key, (draft.answers[fieldId(line, field)] ?? '').trim()])
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''))
}

/** What was typed the second time, of the fields that ask for it; undefined where none does. */
export function againOf(draft: Draft, line: Line): Record<string, string> | undefined {
  const twice = fieldsOf(line).filter(
    (field) => field.confirmTwice && (draft.answers[fieldId(line, field)] ?? '') !== '',
  )
  if (twice.length === 0) return undefined
  return Object.fromEntries(twice.map((field) => [field.key, (draft.repeats[fieldId(line, field)] ?? '').trim()]))
}
