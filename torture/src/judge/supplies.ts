import type { Diary } from '../diary.ts'
import type { ShopFacts } from './facts.ts'
import { groupedBy, sumOf, type Violation } from './violation.ts'

/** Suppliers' own books against ours, account by account: nothing is bought twice, and what arrived is written down as arrived. */
export function judgeSupplies(diary: Diary, shop: ShopFacts): readonly Violation[] {
  const found: Violation[] = []
  const linesOf = groupedBy(shop.lines, ({ orderNo }) => orderNo)
  const purchasesOf = groupedBy(shop.purchases, ({ orderNo }) => orderNo)
  const ordersOf = groupedBy(shop.orders, ({ contact }) => contact)
  for (const note of diary.orders.values()) {
    if (note.shop !== shop.slug || note.account === undefined) continue
    const [order] = ordersOf.get(note.contact) ?? []
    const arrived = shop.supplied.get(note.account) ?? 0
    const about = `order ${order?.no ?? note.contact} in ${shop.slug}`
    const say = (rule: string, told: string) => found.push({ rule, about, told })
    if (arrived > note.quantity) say('nothing is bought twice', `${arrived} arrived at ${note.account}`)
    if (!order || order.paidFen === 0) {
      if (arrived > 0) say('nothing is bought that nobody paid', `${arrived} arrived at ${note.account}`)
      continue
    }
    const purchases = purchasesOf.get(order.no) ?? []
    const booked = sumOf(purchases, (purchase) => purchase.arrived)
    // A supplier that took its word back is named as such, for a person to decide about.
    if (booked !== arrived && !purchases.some(({ state }) => state === 'contradicted')) {
      say('what arrived is in the books', `${arrived} arrived, ${booked} booked`)
    }
    const [line] = linesOf.get(order.no) ?? []
    if (line?.state === 'delivered' && arrived !== line.quantity) {
      say('delivered means arrived', `${arrived} of ${line.quantity} arrived at ${note.account}`)
    }
  }
  return found
}
