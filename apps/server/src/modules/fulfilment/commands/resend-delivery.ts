import { randomUUID } from 'node:crypto'
import { commonErrors } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { queueDeliveryEmails } from '../../notify/index.ts'

/**
 * Sends the delivery email of an order again, whether or not it was sent before.
 * @throws common.not_found when there is no such order, or its buyer left no email address
 */
export async function resendDelivery(tx: Tx, no: OrderNo): Promise<void> {
  const [email] = await addressesOf(tx, [no])
  if (!email) throw commonErrors.notFound()
  await queueDeliveryEmails(tx, [{ orderNo: no, to: email.to, again: randomUUID() }])
  tx.audit({ action: 'order.resend', objectKind: 'order', objectId: no })
}

/** Those of the orders whose buyers left an email address. */
async function addressesOf(
  tx: Tx,
  nos: readonly OrderNo[],
): Promise<readonly { readonly no: OrderNo; readonly to: string }[]> {
  const { rows } = await sql<{ readonly no: OrderNo; readonly to: string }>`
    select no, contact as "to"
    from orders.orders
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and no = any (${nos}::bigint[])
      and contact like '%@%'
  `.execute(tx.db)
  return rows
}
