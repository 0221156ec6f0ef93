import type { OrderNo } from '@quanshu/kernel'
import type { Subscriber } from '../../platform/events/index.ts'
import type { Platform } from '../../platform/module.ts'
import { queueDeliveryEmails } from './commands/resend-delivery.ts'

/** Writes to buyers who left an email address, once per delivery, when the news of it comes round. */
export function deliveryMail(platform: Platform): Subscriber {
  return {
    name: 'fulfilment.delivery_mail',
    types: ['order.delivered'],
    apply: async (tx, events) => {
      const deliveries = events.map((event) => {
        const { no, grantId } = event.payload as { readonly no: OrderNo; readonly grantId?: number }
        // A replacement is news of its own; a repeat of either is not.
        return { no, key: grantId === undefined ? 'delivered' : `replaced:${grantId}` }
      })
      await queueDeliveryEmails(platform, tx, deliveries)
    },
  }
}
