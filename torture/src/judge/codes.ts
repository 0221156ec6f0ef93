import type { Diary, OrderNote } from '../diary.ts'
import type { GrantFact, ShopFacts } from './facts.ts'
import { groupedBy, type Violation } from './violation.ts'

/** Every code that was ever shown, in whatever answer, to whomever: over all shops. */
export function judgeShownCodes(diary: Diary): readonly Violation[] {
  const sightings = [...diary.orders.values()].flatMap((note) =>
    [...note.shown.values()].map(({ code }) => ({ code, note })),
  )
  return [...groupedBy(sightings, ({ code }) => code)].flatMap(([code, seen]) => {
    const contacts = new Set(seen.map(({ note }) => note.contact))
    if (contacts.size < 2) return []
    const orders = seen.map(({ note }) => `${note.buyer} on order ${[...note.nos].join('/')}`)
    return [{ rule: 'no code is shown to two', about: code, told: [...new Set(orders)].join(' and ') }]
  })
}

/** A shown code is still its buyer's, or was replaced or taken back by somebody who asked for that. */
export function judgeGrants(diary: Diary, shop: ShopFacts): readonly Violation[] {
  const grants = new Map(shop.grants.map((grant) => [grant.id, grant]))
  const cards = new Map(shop.cards.map((card) => [card.id, card]))
  const reasons = reasonsToRevoke(diary, shop)
  const notes = [...diary.orders.values()].filter((note) => note.shop === shop.slug)
  return [
    ...twoGrantsOneCard(shop),
    ...notes.flatMap((note) =>
      [...note.shown].flatMap(([grantId, shown]) => {
        const about = `code ${shown.code} of order ${[...note.nos].join('/')} in ${shop.slug}`
        const grant = grants.get(grantId)
        if (!grant || !note.nos.has(grant.orderNo)) {
          return [{ rule: 'a shown code stays its buyer’s', about, told: `grant ${grantId} is not there` }]
        }
        const card = cards.get(grant.cardId ?? 0)
        if (card?.code !== shown.code) {
          const told = `grant ${grantId} holds card ${grant.cardId}, which is ${card?.code ?? 'gone'}`
          return [{ rule: 'a shown code stays its buyer’s', about, told }]
        }
        if (grant.state === 'revoked' && !reasons(grant)) {
          const told = `grant ${grantId} is revoked, and nobody asked for a replacement or a refund`
          return [{ rule: 'a shown code stays its buyer’s', about, told }]
        }
        return []
      }),
    ),
    ...judgeLastLooks(notes, shop),
  ]
}

function twoGrantsOneCard(shop: ShopFacts): readonly Violation[] {
  const ofCards = shop.grants.filter(({ cardId }) => cardId !== null)
  return [...groupedBy(ofCards, ({ cardId }) => cardId)]
    .filter(([, grants]) => grants.length > 1)
    .map(([cardId, grants]) => ({
      rule: 'a card has one owner',
      about: `card ${cardId} in ${shop.slug}`,
      told: `granted to orders ${grants.map(({ orderNo }) => orderNo).join(', ')}`,
    }))
}

/** Whether somebody asked for what took this grant away. */
function reasonsToRevoke(diary: Diary, shop: ShopFacts): (grant: GrantFact) => boolean {
  const replaced = new Set(diary.replacements.filter((note) => note.shop === shop.slug).map(({ grantId }) => grantId))
  const successors = new Set(
    shop.grants.map(({ orderNo, lineNo, piece, turn }) => `${orderNo} ${lineNo} ${piece} ${turn}`),
  )
  const refundAsked = new Set(diary.refunds.filter((note) => note.shop === shop.slug).map(({ no }) => no))
  const refunded = new Set(shop.refunds.map(({ orderNo, lineNo }) => `${orderNo} ${lineNo}`))
  return ({ id, orderNo, lineNo, piece, turn }) =>
    (replaced.has(id) && successors.has(`${orderNo} ${lineNo} ${piece} ${turn + 1}`)) ||
    (refundAsked.has(orderNo) && refunded.has(`${orderNo} ${lineNo}`))
}

/** What the buyer saw when everything was over is what the database grants, code for code. */
function judgeLastLooks(notes: readonly OrderNote[], shop: ShopFacts): readonly Violation[] {
  const codeOf = new Map(shop.cards.map(({ id, code }) => [id, code]))
  const living = groupedBy(
    shop.grants.filter(({ state, cardId }) => state !== 'revoked' && cardId !== null),
    ({ orderNo }) => orderNo,
  )
  return notes.flatMap(({ finalCodes, nos }) => {
    if (!finalCodes) return []
    const granted = [...nos].flatMap((no) => living.get(no) ?? [])
    const expected = granted.map(({ id, cardId }) => `${id} ${codeOf.get(cardId ?? 0)}`).toSorted()
    const seen = [...finalCodes].map(([id, { code }]) => `${id} ${code}`).toSorted()
    if (expected.join('\n') === seen.join('\n')) return []
    const told = `shown ${seen.join(', ') || 'nothing'}; granted ${expected.join(', ') || 'nothing'}`
    const about = `order ${[...nos].join('/')} in ${shop.slug}`
    return [{ rule: 'the buyer sees what the books grant', about, told }]
  })
}
