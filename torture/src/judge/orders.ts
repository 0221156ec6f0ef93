import type { Diary, OrderNote } from '../diary.ts'
import type { LineFact, OrderFact, ShopFacts } from './facts.ts'
import { groupedBy, type Violation } from './violation.ts'

/** Every acknowledged order is there, once, in a state that agrees with what was told; and none came from nowhere. */
export function judgeOrders(diary: Diary, shop: ShopFacts): readonly Violation[] {
  const notes = [...diary.orders.values()].filter((note) => note.shop === shop.slug)
  const byNo = new Map(shop.orders.map((order) => [order.no, order]))
  const byContact = groupedBy(shop.orders, ({ contact }) => contact)
  const linesOf = groupedBy(shop.lines, ({ orderNo }) => orderNo)
  return [
    ...notes.flatMap((note) => judgeNote(note, shop.slug, byNo, byContact.get(note.contact) ?? [])),
    ...shop.orders.flatMap((order) => judgeOrder(order, linesOf.get(order.no) ?? [], diary, shop)),
  ]
}

function judgeNote(
  note: OrderNote,
  slug: string,
  byNo: ReadonlyMap<number, OrderFact>,
  there: readonly OrderFact[],
): readonly Violation[] {
  const about = `order ${[...note.nos].join('/') || note.contact} in ${slug}`
  const found: Violation[] = []
  const say = (rule: string, told: string) => found.push({ rule, about, told })
  if (note.nos.size > 1 || there.length > 1) {
    const nos = new Set([...note.nos, ...there.map(({ no }) => no)])
    say('one request is one order', `numbers ${[...nos].join(', ')} for the key ${note.key}`)
  }
  if (note.outcome === 'refused' && !note.wasUncertain && there.length > 0) {
    say('a refused order does not exist', `refused with ${note.refusal}, yet ${there[0]?.no} is ${there[0]?.state}`)
  }
  for (const no of note.nos) {
    const order = byNo.get(no)
    if (!order) {
      say('no acknowledged order is missing', 'placed and acknowledged, and not in the database')
      continue
    }
    if (order.totalFen !== note.totalFen || order.memberId !== note.memberId || order.contact !== note.contact) {
      say('an order is as it was placed', `total ${order.totalFen} for ${order.contact}, asked ${note.totalFen}`)
    }
    const ends = ENDS_AFTER[strongest(note)]
    if (ends && !ends.includes(order.state)) {
      say('an order agrees with what was told', `seen ${note.states.join(', ')}, and now it is ${order.state}`)
    }
  }
  return found
}

/** The state that binds most of those that were seen. */
function strongest(note: OrderNote): OrderFact['state'] | 'nothing' {
  for (const state of ['refunded', 'delivered', 'paid'] as const) if (note.states.includes(state)) return state
  return 'nothing'
}

const ENDS_AFTER: Readonly<Partial<Record<string, readonly OrderFact['state'][]>>> = {
  refunded: ['refunded'],
  delivered: ['delivered', 'refunded'],
  paid: ['paid', 'delivered', 'refunded'],
}

/** An order by itself: decided, and its lines and grants in agreement. */
function judgeOrder(order: OrderFact, lines: readonly LineFact[], diary: Diary, shop: ShopFacts): readonly Violation[] {
  const about = `order ${order.no} in ${shop.slug}`
  const found: Violation[] = []
  if (!diary.orders.has(order.contact)) {
    found.push({ rule: 'no order comes from nowhere', about, told: `nobody placed one for ${order.contact}` })
  }
  if (order.state === 'pending') {
    found.push({ rule: 'every order is decided', about, told: 'still pending after its time' })
  }
  if (order.state === 'paid' && !lines.some(({ state }) => state === 'exception')) {
    const told = `paid, and its lines are ${lines.map(({ state }) => state).join(', ')}`
    found.push({ rule: 'paid means delivered, refunded or a named exception', about, told })
  }
  return found
}

/** A delivered line has one living grant for each piece, any other line none. */
export function judgePieces(shop: ShopFacts): readonly Violation[] {
  const living = groupedBy(
    shop.grants.filter(({ state }) => state !== 'revoked'),
    ({ orderNo, lineNo }) => `${orderNo} ${lineNo}`,
  )
  return shop.lines.flatMap(({ orderNo, lineNo, quantity, state }) => {
    const pieces = living.get(`${orderNo} ${lineNo}`)?.length ?? 0
    const due = state === 'delivered' ? quantity : 0
    if (pieces === due) return []
    const told = `${state}, ${quantity} ordered, ${pieces} living grants`
    return [{ rule: 'a line is delivered whole or not at all', about: `order ${orderNo} in ${shop.slug}`, told }]
  })
}
