import type { PurchaseState } from '@quanshu/contract'
import { NOT_FOUND_NOTE, PURCHASE_STATES } from '@quanshu/contract'
import { assert, defineStates } from '@quanshu/kernel'
import { storableText } from '../../platform/db/index.ts'
import type { AskOutcome, BoughtCard, OrderState, OwnMoney, PlaceOutcome } from './supplier.ts'

/**
 * A purchase is sent once. `unknown` is asked about until it is known, and nothing else is bought for the line meanwhile; only
 * `refused` (also: taken back by the supplier at our asking) and `cancelled` (never sent) allow that. The moves are made by `suppliers.take_due` and
 * `fulfilment.purchase_news`.
 */
export const purchaseStates = defineStates<PurchaseState>('purchase', 'planned', {
  planned: ['sending', 'cancelled'],
  sending: ['accepted', 'unknown', 'done', 'partial', 'refused'],
  accepted: ['accepted', 'done', 'partial', 'refused'],
  unknown: ['unknown', 'accepted', 'done', 'partial', 'refused'],
  done: [],
  partial: [],
  refused: ['contradicted'],
  cancelled: ['contradicted'],
  contradicted: [],
})
assert(purchaseStates.states.length === PURCHASE_STATES.length, 'every purchase state of the contract has a row here')

/** What one call said about a purchase: an item of `fulfilment.purchase_news`. */
export type PurchaseNews = {
  readonly id: number
  /** Under which taking it was asked; absent when a person says it. */
  readonly lease?: number
  readonly kind: 'accepted' | 'done' | 'partial' | 'refused' | 'unknown' | 'not_found'
  readonly remoteNo?: string | undefined
  readonly arrived?: number
  readonly costHao?: number | null
  /** What `costHao` is in the supplier's own money. */
  readonly own?: OwnMoney
  readonly serial?: string | undefined
  readonly code?: string
  readonly message?: string
  readonly about?: string
  /** Not found so late that it was never placed. */
  readonly final?: boolean
  /** What came, in the clear: in memory only, and sealed by whoever takes it to the books. */
  readonly cards?: readonly BoughtCard[]
}

/**
 * @param sentMs how long ago it was sent
 * @param finalAfterSeconds after how long "not found" is proof; null: never
 */
export function newsOf(
  outcome: AskOutcome | PlaceOutcome,
  ask: { readonly quantity: number; readonly sentMs: number; readonly finalAfterSeconds: number | null },
): Omit<PurchaseNews, 'id' | 'lease'> {
  const kept = Object.entries(heard(outcome, ask)).map(([name, value]) => [
    name,
    typeof value === 'string' ? storableText(value) : value,
  ])
  return Object.fromEntries(kept)
}

/** A price that can be one; else null, which is not known. */
export const costOf = (hao: number | null): number | null =>
  hao !== null && Number.isSafeInteger(hao) && hao >= 0 ? hao : null

function heard(
  outcome: AskOutcome | PlaceOutcome,
  ask: { readonly quantity: number; readonly sentMs: number; readonly finalAfterSeconds: number | null },
): Omit<PurchaseNews, 'id' | 'lease'> {
  switch (outcome.kind) {
    case 'done':
      return newsOfOrder(outcome.order, ask.quantity)
    case 'refused':
      return { kind: 'refused', code: outcome.code, message: outcome.message, about: outcome.about }
    case 'unknown':
      return { kind: 'unknown', message: outcome.reason, ...(outcome.code && { code: outcome.code }) }
    case 'not_found':
      return {
        kind: 'not_found',
        code: 'not_found',
        message: NOT_FOUND_NOTE,
        about: 'other',
        final: ask.finalAfterSeconds !== null && ask.sentMs >= ask.finalAfterSeconds * 1_000,
      }
  }
}

function newsOfOrder(order: OrderState, quantity: number): Omit<PurchaseNews, 'id' | 'lease'> {
  const { remoteNo } = order
  const costHao = 'costHao' in order ? costOf(order.costHao) : null
  const came = {
    ...('cards' in order && order.cards.length > 0 && { cards: order.cards }),
    ...('own' in order && order.own && costHao !== null && { own: order.own }),
  }
  switch (order.state) {
    case 'accepted':
      return { kind: 'accepted', remoteNo }
    case 'done':
      return { kind: 'done', remoteNo, arrived: quantity, costHao, serial: order.serial, ...came }
    case 'partial': {
      const { arrived, message } = order
      // Nothing of it came: that is a refusal by another name.
      return arrived > 0
        ? { kind: 'partial', remoteNo, arrived, costHao, message, about: 'stock', code: 'partial', ...came }
        : { kind: 'refused', remoteNo, code: 'partial', message, about: 'stock' }
    }
    case 'failed':
      return { kind: 'refused', remoteNo, code: order.code, message: order.message, about: order.about }
  }
}
