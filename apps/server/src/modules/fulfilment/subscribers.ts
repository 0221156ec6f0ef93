import { DELIVERED_KEYS } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Subscriber } from '../../platform/events/index.ts'
import { isHeardBy, queueDeliveryEmails } from '../notify/index.ts'
import { buyersOf } from '../orders/index.ts'

/** Writes to buyers who left an email address, once per delivery, when the news of it comes round and the shop wants it. */
export const deliveryMail: Subscriber = {
  name: 'fulfilment.delivery_mail',
  types: ['order.delivered'],
  apply: async (tx, events) => {
    const news = events.map((event) => event.payload as { readonly no: OrderNo; readonly grantId?: number })
    const heard = new Set<string>()
    for (const key of DELIVERED_KEYS) if (await isHeardBy(tx, key, 'email')) heard.add(key)
    if (heard.size === 0) return
    const buyers = await buyersOf(
      tx,
      news.map(({ no }) => no),
    )
    const emails = news.flatMap(({ no, grantId }) => {
      const { email: to, deliveredAs = 'order.delivered' } = buyers.get(no) ?? {}
      // A replacement is news of its own; the same news twice is one mail.
      return to === undefined || !heard.has(deliveredAs)
        ? []
        : [{ orderNo: no, to, ...(grantId === undefined ? {} : { again: `replaced-${grantId}` }) }]
    })
    await queueDeliveryEmails(tx, emails)
  },
}

/** What the desk records of a code holds for its owner's right too. */
export const usedGrants: Subscriber = {
  name: 'fulfilment.used_grants',
  types: ['card.used'],
  apply: async (tx, events) => {
    const cards = events.map((event) => (event.payload as { readonly cardId: number }).cardId)
    await sql`select fulfilment.follow_used(${cards}::bigint[])`.execute(tx.db)
  },
}

/** A part that arrived or failed is acted upon at once and not at the next look. */
export const wakeBundles = (kick: () => void): Subscriber => ({
  name: 'fulfilment.bundle_parts',
  types: ['order.exception', 'supply.arrived', 'refund.requested', 'refund.done'],
  apply: async () => kick(),
})

/** Paid lines that a supplier is to deliver, and those that one refused, are taken up at once and not at the next look. */
export const wakeRouter = (kick: () => void): Subscriber => ({
  name: 'fulfilment.supply_wanted',
  types: ['supply.wanted', 'supply.refused'],
  apply: async () => kick(),
})
