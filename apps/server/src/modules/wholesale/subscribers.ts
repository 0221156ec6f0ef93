import { sql } from 'kysely'
import type { StoredEvent, Subscriber } from '../../platform/events/index.ts'
import { queueCallbacks } from './commands/send-callbacks.ts'

export const GIVE_BACK_TASK = 'wholesale.give_back'

const OF_ORDER = /^order:(\d{16})$/

/** Shops that bought hear when their orders change. News that has not gone out yet is not said twice. */
export const tellBuyers: Subscriber = {
  name: 'wholesale.tell_buyers',
  types: ['order.delivered', 'order.refunded', 'refund.done'],
  apply: async (tx, events) => {
    const nos = nosOf(events)
    const { rows } = await sql<{ keyId: number }>`
      insert into wholesale.callbacks (tenant_id, key_id, order_no)
      select o.tenant_id, o.key_id, o.order_no
      from wholesale.orders o
      where o.tenant_id = ${tx.ctx.tenantId}::bigint
        and o.order_no = any (${nos}::bigint[])
        and o.callback_url <> ''
        and not exists (
          select from wholesale.callbacks b
          where b.tenant_id = o.tenant_id
            and b.order_no = o.order_no
            and b.state = 'queued'
            and b.attempts = 0
        )
      returning key_id as "keyId"
    `.execute(tx.db)
    for (const keyId of new Set(rows.map((row) => row.keyId))) queueCallbacks(tx, keyId)
  },
}

/** Of orders that are stuck, those of other shops: what nobody will deliver is given back, each in a job of its own. */
export const giveBackStuck: Subscriber = {
  name: 'wholesale.give_back_stuck',
  types: ['order.exception'],
  apply: async (tx, events) => {
    const { rows } = await sql<{ orderNo: number }>`
      select order_no as "orderNo"
      from wholesale.orders
      where tenant_id = ${tx.ctx.tenantId}::bigint
        and order_no = any (${nosOf(events)}::bigint[])
    `.execute(tx.db)
    for (const { orderNo } of rows) tx.enqueue(GIVE_BACK_TASK, { orderNo }, { key: String(orderNo) })
  },
}

const nosOf = (events: readonly StoredEvent[]): readonly number[] => [
  ...new Set(
    events.flatMap(({ subject }) => {
      const no = OF_ORDER.exec(subject)?.[1]
      return no === undefined ? [] : [Number(no)]
    }),
  ),
]
