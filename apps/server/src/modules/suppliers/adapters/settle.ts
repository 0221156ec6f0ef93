import type { ProductKind, RefusalAbout } from '@quanshu/contract'
import type { AskOutcome, BoughtCard, OrderState, PlaceOutcome, Unknown } from '../supplier.ts'
import { cardless, unknown, unreadable } from './wire.ts'

/** What a supplier says of an order that it calls done, before anybody counted. */
export type Claimed = {
  readonly kind: ProductKind
  readonly quantity: number
  readonly remoteNo: string
  readonly cards: readonly BoughtCard[]
  readonly costHao: number | null
  readonly currency?: string | undefined
  readonly serial?: string
  readonly message?: string
}

export const done = (order: OrderState): { readonly kind: 'done'; readonly order: OrderState } => ({
  kind: 'done',
  order,
})
export const accepted = (remoteNo: string, costHao: number | null, currency?: string): PlaceOutcome =>
  done({ state: 'accepted', remoteNo, costHao, ...(currency && { currency }) })
export const failed = (remoteNo: string, about: RefusalAbout, code: string, message: string): PlaceOutcome =>
  done({ state: 'failed', remoteNo, code, message: message.slice(0, 300), about })

/**
 * "Done" counts only with as many cards as were bought. Fewer are a part; none, too many, or one card twice is nothing
 * that anybody should act upon.
 */
export function settled(claim: Claimed): PlaceOutcome {
  const { kind, quantity, remoteNo, costHao, currency, serial } = claim
  const more = { ...(currency && { currency }), ...(serial && { serial }) }
  if (kind === 'direct') return done({ state: 'done', remoteNo, cards: [], costHao, ...more })
  const trouble = troubleOf(claim)
  if (trouble) return trouble
  const { cards } = claim
  if (cards.length === quantity) return done({ state: 'done', remoteNo, cards, costHao, ...more })
  return partial(claim, cards.length)
}

/** A part, where the supplier says that it is over. */
export function partial(claim: Claimed, arrived: number): PlaceOutcome {
  const { quantity, remoteNo, cards, costHao, currency, kind } = claim
  if (!Number.isInteger(arrived) || arrived < 1 || arrived >= quantity) {
    return unknown(`a part that is ${arrived} of ${quantity}`)
  }
  const trouble = kind === 'direct' ? undefined : troubleOf(claim)
  if (trouble) return trouble
  if (kind !== 'direct' && cards.length !== arrived)
    return unknown(`${arrived} pieces arrived and ${cards.length} cards`)
  const message = claim.message || `${arrived} of ${quantity}`
  return done({
    ...{ state: 'partial', remoteNo, arrived, cards, costHao, message: message.slice(0, 300) },
    ...(currency && { currency }),
  })
}

function troubleOf({ kind, cards, quantity }: Claimed): Unknown | undefined {
  if (cards.length === 0) return cardless('done, and no cards in the answer')
  if (cards.length > quantity) return cardless(`${cards.length} cards for an order of ${quantity}`)
  const faces = new Set(cards.map(({ number, secret }) => JSON.stringify([number, secret])))
  if (faces.size !== cards.length) return cardless('the same card twice in the answer')
  if (kind === 'link' && !cards.every(({ secret }) => isAddress(secret))) return unreadable('a link that is no address')
  return undefined
}

const isAddress = (text: string): boolean => /^https?:\/\/\S+$/.test(text) && URL.canParse(text)

/** What was asked says nothing that ends an order unless it is about that order: a refused question leaves it open. */
export function asked(outcome: PlaceOutcome): AskOutcome {
  return outcome.kind === 'refused' ? unknown(`${outcome.code}: ${outcome.message}`) : outcome
}
