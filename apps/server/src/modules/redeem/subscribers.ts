import type { Subscriber } from '../../platform/events/index.ts'
import { DELIVER_TASK } from './commands/deliver-sold.ts'

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
