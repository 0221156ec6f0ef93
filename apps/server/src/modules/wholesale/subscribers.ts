import { sql } from 'kysely'
import type { StoredEvent, Subscriber } from '../../platform/events/index.ts'
import { queueCallbacks } from './commands/send-callbacks.ts'

export const GIVE_BACK_TASK = 'wholesale.give_back'

const OF_ORDER = /^order:(\d{16})$/
const OF_BULK = /^bulk:(\d{1,16})$/

/**
 * Shops that bought hear when their orders change; of a bulk order when nothing of it moves any more, and of what changes after
 * that. News that has not gone out yet is not said twice.
 */
export const tellBuyers: Subscriber = {
  name: 'wholesale.tell_buyers',
  types: ['order.delivered', 'order.refunded', 'refund.done', 'bulk.finished'],
  apply: async (tx, events) => {
    const nos = nosOf(events, OF_ORDER)
    const { rows } = await sql<{ keyId: number }>`
      insert into wholesale.callbacks (tenant_id, key_id, order_no, bulk_id)
      select o.tenant_id, o.key_id, o.order_no, null
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
      union all
      select w.tenant_id, w.key_id, null, w.bulk_id
      from (
        select f.id
        from unnest(${nosOf(events, OF_BULK)}::bigint[]) as f(id)
        union
        select x.bulk_id
        from unnest(${nos}::bigint[]) as e(no)
        cross join lateral (
          select l.bulk_id
          from bulk.lines l
          join bulk.orders b on b.tenant_id = l.tenant_id and b.id = l.bulk_id
          where l.tenant_id = ${tx.ctx.tenantId}::bigint
            and l.order_no = e.no
            and b.finished_at is not null
          offset 0
        ) x
      ) c
      join wholesale.bulks w on w.tenant_id = ${tx.ctx.tenantId}::bigint and w.bulk_id = c.id
      where w.callback_url <> ''
        and not exists (
          select from wholesale.callbacks b
          where b.tenant_id = w.tenant_id
            and b.bulk_id = w.bulk_id
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
        and order_no = any (${nosOf(events, OF_ORDER)}::bigint[])
    `.execute(tx.db)
    for (const { orderNo } of rows) tx.enqueue(GIVE_BACK_TASK, { orderNo }, { key: String(orderNo) })
  },
}

const nosOf = (events: readonly StoredEvent[], of: RegExp): readonly number[] => [
  ...new Set(
    events.flatMap(({ subject }) => {
      const no = of.exec(subject)?.[1]
      return no === undefined ? [] : [Number(no)]
    }),
  ),
]
