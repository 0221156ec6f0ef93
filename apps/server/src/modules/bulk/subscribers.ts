import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Subscriber } from '../../platform/events/index.ts'
import { wakeWorker } from './commands/move-bulk.ts'

/**
 * What became of an order may be a line's money to give back, or the end of its bulk order. While a worker still orders
 * lines it looks by itself when it is through.
 */
export const orderNews: Subscriber = {
  name: 'bulk.order_news',
  types: ['order.delivered', 'order.exception', 'order.refunded', 'refund.failed'],
  apply: async (tx, events) => {
    const nos = events.map((event) => (event.payload as { readonly no: OrderNo }).no)
    const { rows } = await sql<{ bulkId: number }>`
      select distinct x.bulk_id as "bulkId"
      from (
        select l.bulk_id
        from unnest(${nos}::bigint[]) as e(no)
        cross join lateral (
          select l.bulk_id
          from bulk.lines l
          where l.tenant_id = ${tx.ctx.tenantId}::bigint
            and l.order_no = e.no
          offset 0
        ) l
      ) x
      join bulk.orders b on b.tenant_id = ${tx.ctx.tenantId}::bigint and b.id = x.bulk_id
      where b.state <> 'running'
         or b.waiting = 0`.execute(tx.db)
    for (const { bulkId } of rows) wakeWorker(tx, bulkId)
  },
}
