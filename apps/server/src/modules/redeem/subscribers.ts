import type { Subscriber } from '../../platform/events/index.ts'
import { DELIVER_TASK } from './commands/deliver-sold.ts'
import { FILL_TASK, waitedFor } from './commands/fill-waiting.ts'

/** A paid line of links wants its codes: a job makes them, one for each line. */
export const makeWanted: Subscriber = {
  name: 'redeem.links_wanted',
  types: ['link.wanted'],
  apply: async (tx, events) => {
    for (const { payload } of events) {
      const { no, lineNo } = payload as { readonly no: number; readonly lineNo: number }
      tx.enqueue(DELIVER_TASK, { no, lineNo }, { key: `${no}:${lineNo}` })
    }
  },
}

/** Pieces came: those who redeemed and wait for them are looked at by a job, one for each SKU. */
export const fillWhenStocked: Subscriber = {
  name: 'redeem.stocked',
  types: ['batch.imported', 'stock.changed'],
  apply: async (tx, events) => {
    const skuIds = events.flatMap(({ payload }) => (payload as { readonly skuId?: number }).skuId ?? [])
    if (skuIds.length === 0) return
    for (const skuId of await waitedFor(tx, skuIds)) tx.enqueue(FILL_TASK, { skuId }, { key: String(skuId) })
  },
}
