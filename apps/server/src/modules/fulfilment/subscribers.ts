import { DELIVERED_KEYS, deliveredAs } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Subscriber } from '../../platform/events/index.ts'
import { isHeardBy, queueDeliveryEmails } from '../notify/index.ts'
import { buyersOf } from '../orders/index.ts'

type Delivered = {
  readonly no: OrderNo
  readonly grantId?: number
  /** Only these lines are news. */
  readonly lineNos?: readonly number[]
  readonly kinds?: readonly string[]
}

/** Writes to buyers who left an email address, once per delivery, when the news of it comes round and the shop wants it. */
export const deliveryMail: Subscriber = {
  name: 'fulfilment.delivery_mail',
  types: ['order.delivered', 'order.partly_delivered'],
  apply: async (tx, events) => {
    const news = events
      .map((event) => event.payload as Delivered)
      // All of it was told of before.
      .filter(({ lineNos }) => lineNos?.length !== 0)
    const heard = new Set<string>()
    for (const key of DELIVERED_KEYS) if (await isHeardBy(tx, key, 'email')) heard.add(key)
    if (heard.size === 0) return
    const buyers = await buyersOf(
      tx,
      news.map(({ no }) => no),
    )
    const emails = news.flatMap(({ no, grantId, lineNos, kinds }) => {
      const buyer = buyers.get(no)
      if (buyer?.email === undefined) return []
      if (!heard.has(kinds ? deliveredAs(kinds) : buyer.deliveredAs)) return []
      const mail = { orderNo: no, to: buyer.email }
      // A replacement, and a part, are news of their own; the same news twice is one mail.
      if (grantId !== undefined) return [{ ...mail, again: `replaced-${grantId}` }]
      return lineNos ? [{ ...mail, lineNos, again: `lines-${lineNos.join('-')}` }] : [mail]
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
