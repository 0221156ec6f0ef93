import type { SupplierAccountReading } from '@quanshu/contract'
import type { AccountSaid, Answer } from '../../supplier.ts'
import type { Json } from '../json.ts'
import { textAt } from '../path.ts'
import { unknown } from '../wire.ts'

const WORDS_MAX = 100

/** What an answer says of an account. A state that no one has named says neither yes nor no. */
export function readAccount(reading: SupplierAccountReading, value: Json): Answer<AccountSaid> {
  const said = {
    nickname: (textAt(value, reading.nickname) ?? '').trim().slice(0, WORDS_MAX),
    message: (textAt(value, reading.message) ?? '').slice(0, WORDS_MAX),
  }
  if (reading.state === undefined) return { kind: 'done', value: { ok: true, ...said } }
  const state = textAt(value, reading.state) ?? ''
  const meaning = Object.hasOwn(reading.states, state) ? reading.states[state] : undefined
  return meaning
    ? { kind: 'done', value: { ok: meaning === 'valid', ...said } }
    : unknown(`a state of accounts that is not known: ${state.slice(0, 40)}`)
}
