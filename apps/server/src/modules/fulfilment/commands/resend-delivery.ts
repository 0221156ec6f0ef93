import { randomUUID } from 'node:crypto'
import { commonErrors } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { queueDeliveryEmail } from '../../notify/index.ts'

/** Sends the delivery email of an order again, whether or not it was sent before. */
export async function resendDelivery(platform: Platform, tx: Tx, no: OrderNo): Promise<void> {
  const queued = await queueDeliveryEmails(platform, tx, [{ no, key: `again:${randomUUID()}` }])
  if (queued === 0) throw commonErrors.notFound()
  tx.audit({ action: 'order.resend', objectKind: 'order', objectId: no })
}

/**
 * Queues one email per delivery for buyers whose contact is an email address.
 * @returns how many
 */
export async function queueDeliveryEmails(
  platform: Platform,
  tx: Tx,
  deliveries: readonly { readonly no: OrderNo; readonly key: string }[],
): Promise<number> {
  const { rows } = await sql<{ readonly no: OrderNo; readonly contact: string; readonly locale: 'zh-CN' | 'en' }>`
    select no, contact, locale
    from orders.orders
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and no = any (${deliveries.map((delivery) => delivery.no)}::bigint[])
      and contact like '%@%'
  `.execute(tx.db)
  const orders = new Map(rows.map((row) => [row.no, row]))
  for (const { no, key } of deliveries) {
    const order = orders.get(no)
    if (!order) continue
    await queueDeliveryEmail(platform, tx, { orderNo: no, to: order.contact, locale: order.locale, key: `order:${no}:${key}` })
  }
  return orders.size
}
