import { sql } from 'kysely'
import { z } from 'zod'
import type { Subscriber } from '../../platform/events/index.ts'

const aboutOrder = z.object({ no: z.int().positive(), replaced: z.int().optional() })

/**
 * Notes that something moved. What is booked is read from the ledger itself some seconds later, from where the last reading
 * ended: once, whatever becomes of the events, and for a busy shop in sets that are worth a transaction
 * (`schedules.ts`, ADR 0025). Orders are named for what the ledger's money does not tell: free lines and replaced pieces.
 */
export const noteMoves: Subscriber = {
  name: 'analytics.notes',
  types: [
    'order.delivered',
    'activation.lapsed',
    'order.exception',
    'refund.requested',
    'refund.done',
    'payment.chargeback',
  ],
  apply: async (tx, events) => {
    const news = events.map(({ payload }) => aboutOrder.parse(payload))
    const nos = (some: readonly { readonly no: number }[]) => [...new Set(some.map(({ no }) => no))]
    const replaced = news.filter((one) => one.replaced !== undefined)
    await sql`
      select analytics.note(${tx.ctx.tenantId}::bigint, ${nos(news)}::bigint[], ${nos(replaced)}::bigint[])
    `.execute(tx.db)
  },
}
