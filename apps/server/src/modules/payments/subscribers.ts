import { sql } from 'kysely'
import { z } from 'zod'
import type { Subscriber } from '../../platform/events/index.ts'
import { REFUND_TASK } from './commands/send-refund.ts'

const refundRequested = z.object({ refundId: z.int().positive() })
const aboutOrder = z.object({ no: z.int().positive(), verdict: z.string().optional() })

/** A refund that was decided becomes work: hot commands write events only. */
export const sendRefunds: Subscriber = {
  name: 'payments.send_refunds',
  types: ['refund.requested'],
  apply: async (tx, events) => {
    for (const event of events) {
      const { refundId } = refundRequested.parse(event.payload)
      tx.enqueue(REFUND_TASK, { refundId }, { key: String(refundId) })
    }
  },
}

/** An order that is over, or was paid another way, wants no more money: what is still open at a gateway is closed there. */
export const closeUnwanted: Subscriber = {
  name: 'payments.close_unwanted',
  types: ['order.cancelled', 'order.expired', 'order.paid', 'payment.received'],
  apply: async (tx, events) => {
    const orderNos = events
      .map((event) => aboutOrder.parse(event.payload))
      .filter(({ verdict }) => verdict === undefined || verdict === 'applied')
      .map(({ no }) => no)
    await sql`
      update payments.attempts
      set close_wanted_at = now(),
          next_query_at = now()
      where tenant_id = ${tx.ctx.tenantId}
        and order_no = any (${orderNos}::bigint[])
        and state = 'pending'
        and close_wanted_at is null
    `.execute(tx.db)
  },
}
