import type { ProductKind, SupplierOrderReading, SupplierProfile } from '@quanshu/contract'
import type { Answer, AskOutcome, BoughtCard, LookUpOutcome, PlaceOutcome, SupplierAccount } from '../../supplier.ts'
import { readCards } from '../cards.ts'
import { toHao } from '../hao.ts'
import type { Json } from '../json.ts'
import { at, textAt } from '../path.ts'
import { accepted, type Claimed, failed, partial, settled } from '../settle.ts'
import { cardless, unknown, unreadable } from '../wire.ts'
import { aboutOf } from './answers.ts'

/** What was asked about. */
export type About = {
  readonly no: string
  readonly remoteNo: string | null
  readonly kind: ProductKind
  readonly quantity: number
}

/** What an answer to `place` says of the order. Cards that are not there yet are asked for. */
export function readPlaced(
  profile: SupplierProfile,
  account: SupplierAccount,
  reading: SupplierOrderReading,
  value: Json,
  about: About,
): PlaceOutcome {
  const outcome = readOrder(profile, account, reading, value, about, true)
  return outcome.kind === 'not_found' ? unknown('an answer without an order') : outcome
}

/** What an answer to `ask` says of it. */
export const readAsked = (
  profile: SupplierProfile,
  account: SupplierAccount,
  reading: SupplierOrderReading,
  value: Json,
  about: About,
): AskOutcome => readOrder(profile, account, reading, value, about, false)

/** What the order's answer says of one of its cards. One that is not among them, or says nothing that is known, is uncertain. */
export function readCardState(
  reading: SupplierOrderReading,
  account: SupplierAccount,
  value: Json,
  { no, card }: { readonly no: string; readonly card: BoughtCard },
): Answer<'unused' | 'used' | 'void' | 'unknown'> {
  const root = reading.root === undefined ? value : at(value, reading.root)
  if (root === undefined || root === null || !reading.cards) return unknown('an answer without an order')
  const own = textAt(root, reading.no)
  if (own && own !== no) return unknown('the answer is about another order')
  const read = readCards(reading.cards, root, account.secrets)
  const items = at(root, reading.cards.at)
  if (!read.ok || !Array.isArray(items)) return unknown('the cards cannot be read')
  const index = read.cards.findIndex(({ number, secret }) => number === card.number && secret === card.secret)
  if (index < 0) return unknown('the card is not among those of its order')
  const word = textAt(items[index], reading.cards.state) ?? ''
  return { kind: 'done', value: meaningOf(reading.cards.states ?? {}, word) ?? 'unknown' }
}

/** Whose order an answer to `ask` by the supplier's own number is about: our number must stand in it, or nobody knows. */
export function readFound(
  profile: SupplierProfile,
  account: SupplierAccount,
  value: Json,
  remoteNo: string,
): LookUpOutcome {
  const reading = profile.ask.order
  const root = reading.root === undefined ? value : at(value, reading.root)
  if (root === undefined || root === null)
    return isEmptyList(value, reading.root) ? { kind: 'not_found' } : unknown('an answer without an order')
  const no = textAt(root, reading.no) ?? ''
  if (no === '') return unknown('the answer does not say whose order it is')
  const told = textAt(root, reading.remoteNo)
  if (told && told !== remoteNo) return unknown('the answer is about another order')
  // Its pieces and cards are for whoever asks about the purchase: here only how it stands is wanted.
  const quantity = Number(textAt(root, reading.quantity) ?? 1)
  const outcome = readOrder(profile, account, reading, value, { no, remoteNo, kind: 'direct', quantity }, false)
  if (outcome.kind !== 'done') return outcome
  const { order } = outcome
  const costHao = order.state === 'failed' ? null : order.costHao
  return { kind: 'done', value: { no, remoteNo, state: order.state, costHao, currency: profile.currency } }
}

function readOrder(
  profile: SupplierProfile,
  account: SupplierAccount,
  reading: SupplierOrderReading,
  value: Json,
  about: About,
  isPlacing: boolean,
): AskOutcome {
  const root = reading.root === undefined ? value : at(value, reading.root)
  if (root === undefined || root === null)
    return isEmptyList(value, reading.root) ? { kind: 'not_found' } : unknown('an answer without an order')
  const own = textAt(root, reading.no)
  if (own && own !== about.no) return unknown('the answer is about another order')
  const quantity = textAt(root, reading.quantity)
  if (quantity && Number(quantity) !== about.quantity)
    return unknown(`the answer is about ${quantity.slice(0, 20)} pieces`)
  const remoteNo = textAt(root, reading.remoteNo) || about.remoteNo || ''
  const costHao = costOf(reading, root, about.quantity)
  if (reading.state === undefined) return accepted(remoteNo, costHao)
  const state = textAt(root, reading.state)
  const meaning = state === undefined && isPlacing ? 'accepted' : meaningOf(reading.states, state)
  if (meaning === undefined) return unknown(`a state that is not known: ${(state ?? 'none').slice(0, 40)}`)
  if (meaning === 'accepted') return accepted(remoteNo, costHao)
  const message = textAt(root, reading.message) ?? ''
  if (meaning === 'failed') return failed(remoteNo, aboutOf(profile, message), state ?? '', message)
  const ended = { remoteNo, costHao, meaning, state: state ?? '', message }
  return readEnded(profile, account, reading, root, about, ended, isPlacing)
}

/** An order that is over, or was given back: what arrived of it, and what money came back. */
function readEnded(
  profile: SupplierProfile,
  account: SupplierAccount,
  reading: SupplierOrderReading,
  root: Json,
  about: About,
  { meaning, state, ...ended }: Ended,
  isPlacing: boolean,
): AskOutcome {
  const cards = about.kind === 'direct' || !reading.cards ? undefined : readCards(reading.cards, root, account.secrets)
  if (cards?.ok === false) return unreadable(cards.reason)
  const serial = textAt(root, reading.serial)
  const claim: Claimed = { ...about, ...ended, cards: cards?.cards ?? [], ...(serial && { serial }) }
  const refundHao = moneyAt(reading, root, reading.refund)
  if (meaning === 'refunded' || (refundHao !== undefined && refundHao > 0))
    return refunded(profile, claim, refundHao, state)
  if (meaning === 'partial') return partial(claim, arrivedOf(reading, root, claim))
  // Who pays back what does not come has paid nothing back: the others are owed, and may be there when it is asked again.
  const came = claim.cards.length
  if (refundHao === 0 && came > 0 && came < about.quantity && about.kind !== 'direct')
    return cardless(`${came} cards for an order of ${about.quantity}, and no money back`)
  const isLate = about.kind !== 'direct' && claim.cards.length === 0 && isPlacing
  return isLate ? accepted(ended.remoteNo, ended.costHao) : settled(claim)
}

type Ended = {
  readonly remoteNo: string
  readonly costHao: number | null
  readonly meaning: 'done' | 'partial' | 'refunded'
  readonly state: string
  readonly message: string
}

/** Own names only: a state called `constructor` is none. */
const meaningOf = <T>(map: Readonly<Record<string, T>>, name: string | undefined): T | undefined =>
  name !== undefined && Object.hasOwn(map, name) ? map[name] : undefined

/** `data[0]` of an empty list: the supplier says that there is no such order. */
function isEmptyList(value: Json, root: string | undefined): boolean {
  if (!root?.endsWith('[0]')) return false
  const list = at(value, root.slice(0, -3))
  return Array.isArray(list) && list.length === 0
}

function moneyAt({ costUnit }: SupplierOrderReading, root: Json, path: string | undefined): number | undefined {
  const text = textAt(root, path)
  return text ? toHao(text, costUnit) : undefined
}

function costOf(reading: SupplierOrderReading, root: Json, quantity: number): number | null {
  const hao = moneyAt(reading, root, reading.cost)
  if (hao === undefined || hao < 0) return null
  return reading.costIs === 'each' ? hao * quantity : hao
}

function arrivedOf({ arrived }: SupplierOrderReading, root: Json, { kind, cards }: Claimed): number {
  const text = textAt(root, arrived)
  if (text !== undefined && /^\d{1,6}$/.test(text)) return Number(text)
  return kind === 'direct' ? 0 : cards.length
}

/** Money came back: all of it, then nothing was bought; a part, then so many pieces as the rest pays for. */
function refunded(
  profile: SupplierProfile,
  claim: Claimed,
  refundHao: number | undefined,
  state: string,
): PlaceOutcome {
  const { costHao, quantity, kind, cards, remoteNo, message = '' } = claim
  if (refundHao === undefined || costHao === null || costHao <= 0) return unknown('how much came back is not readable')
  if (refundHao >= costHao) return failed(remoteNo, aboutOf(profile, message), state, message)
  if (refundHao <= 0) return unknown('refunded, and nothing came back')
  const paid = { ...claim, costHao: costHao - refundHao }
  return partial(paid, kind === 'direct' ? (quantity * (costHao - refundHao)) / costHao : cards.length)
}
