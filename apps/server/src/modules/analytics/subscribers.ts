import { z } from 'zod'
import type { Subscriber } from '../../platform/events/index.ts'
import { gather } from './commands/gather.ts'

const aboutOrder = z.object({ no: z.int().positive() })

/**
 * Counts what moved. The events wake; what is booked is read from the ledger itself, from where the last reading ended, so
 * that whatever else was posted meanwhile comes along. Orders are named for what the ledger's money does not tell: free
 * lines and replaced pieces.
 */
export const countFigures: Subscriber = {
  name: 'analytics.figures',
  types: ['order.delivered', 'order.exception', 'payment.received', 'refund.requested', 'refund.done'],
  apply: async (tx, events) => {
    const orderNos = events
      .filter(({ type }) => type === 'order.delivered' || type === 'order.exception')
      .map(({ payload }) => aboutOrder.parse(payload).no)
    await gather(tx, orderNos)
  },
}
