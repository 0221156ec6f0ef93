import type { Books, Card, Goods, Order, Plan } from './books.ts'

const CARD_VALID_MS = 365 * 24 * 3_600_000

/** Hands out what was planned, pays the rest back, and ends the order. @returns false when it had ended before */
export function carryOut(books: Books, order: Order, nowMs: number, plan: Plan = order.plan): boolean {
  if (order.state !== 'processing') return false
  const goods = books.goods.get(order.goodsId)
  if (!goods) throw new Error(`order ${order.orderNo} of goods that are gone`)
  const cards = goods.kind === 'topup' ? [] : cardsFor(books, goods, order, plan, nowMs)
  const given = { outerNo: order.outerNo, orderNo: order.orderNo, goodsId: goods.id, atMs: nowMs }
  const account = Object.values(order.account).join(' ')
  if (goods.kind === 'topup' && plan.pieces > 0) {
    books.save('delivery', { ...given, id: books.nextNo('D'), account, pieces: plan.pieces })
  }
  for (const card of cards) {
    books.save('delivery', { ...given, id: books.nextNo('D'), account, pieces: 1, cardId: card.id })
  }
  order.state = plan.end
  order.pieces = plan.pieces
  order.cardIds = cards.map(({ id }) => id)
  order.reason = plan.reason
  order.serialNo = plan.pieces > 0 ? books.nextNo('OP') : ''
  order.endedAtMs = nowMs
  payBack(books, order, order.unitHao * (order.quantity - plan.pieces))
  goods.stock += order.quantity - plan.pieces
  books.save('goods', goods)
  books.save('order', order)
  return true
}

/** An order is taken back: all money that was paid returns and the cards are void. */
export function takeBack(books: Books, order: Order, nowMs: number, reason: string): void {
  const wasPaid = order.state !== 'unpaid'
  order.state = 'failed'
  order.reason = reason
  order.endedAtMs = nowMs
  if (wasPaid) payBack(books, order, order.totalHao - order.refundedHao)
  for (const card of cardsOf(books, order)) books.save('card', { ...card, state: 'void' })
  books.save('order', order)
}

/** A failed or unpaid order comes to life: it is paid, and delivered after all. */
export function revive(books: Books, order: Order): void {
  order.state = 'processing'
  order.refundedHao = 0
  charge(books, order)
}

function payBack(books: Books, order: Order, hao: number): void {
  if (hao === 0) return
  const account = books.account()
  account.balanceHao += hao
  order.refundedHao += hao
  books.save('account', account)
}

export function cardsOf(books: Books, order: Order): readonly Card[] {
  return order.cardIds.flatMap((id) => books.cards.get(id) ?? [])
}

function cardsFor(books: Books, goods: Goods, order: Order, plan: Plan, nowMs: number): readonly Card[] {
  const isSold = ({ goodsId }: Card): boolean => goodsId === goods.id
  const earlier = plan.cards === 'repeat' ? [...books.cards.values()].filter(isSold).toReversed() : []
  return Array.from({ length: plan.pieces }, (_, index) => {
    const known = earlier[index]
    if (known) return known
    const token = books.nextToken().toUpperCase()
    const card: Card = {
      id: books.nextNo('C'),
      goodsId: goods.id,
      no: `QS${token.slice(0, 14)}`,
      secret: token.slice(14, 30),
      ...(goods.kind === 'link' && { link: `https://gift.quanshu.test/r/${token.toLowerCase()}?o=${order.orderNo}` }),
      expiresAtMs: nowMs + CARD_VALID_MS,
      state: plan.cards === 'used' ? 'used' : 'fresh',
    }
    books.save('card', card)
    return card
  })
}

/** Takes the stock and the money for an order. */
export function charge(books: Books, order: Order): void {
  const goods = books.goods.get(order.goodsId)
  if (!goods) throw new Error(`order ${order.orderNo} of goods that are gone`)
  const account = books.account()
  goods.stock -= order.quantity
  account.balanceHao -= order.totalHao
  books.save('goods', goods)
  books.save('account', account)
}
