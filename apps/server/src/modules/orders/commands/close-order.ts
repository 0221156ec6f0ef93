import { commonErrors, orderErrors } from '@quanshu/contract'
import type { OrderNo, TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'
import { readViews } from '../queries/sealed-views.ts'

/** Orders that expire in one sweep and tenant; the sweep comes again at once while there are more. */
const SWEEP_MAX = 500

/**
 * Cancels an unpaid order; what it held is free at once. A payment that is on its way is treated as late.
 * @throws orders.not_pending when it is paid, expired or cancelled already, common.not_found
 */
export async function cancelOrder(
  platform: Platform,
  tenantId: TenantId,
  no: OrderNo,
  by: { readonly actor: string; readonly reason: string },
): Promise<void> {
  const closed = await platform.db.call<readonly OrderNo[]>(
    tenantId,
    'orders.close_unpaid',
    [no],
    'cancelled',
    by.reason,
    by.actor,
    false,
  )
  if (closed.length > 0) return
  const [view] = await readViews(platform, tenantId, [no], 0)
  throw view ? orderErrors.notPending({ state: view.state }) : commonErrors.notFound()
}

/** Expires every order whose time is over, in all shops. Returns how many. */
export async function expireDueOrders(platform: Platform): Promise<number> {
  let expired = 0
  for (let turn = SWEEP_MAX; turn >= SWEEP_MAX; expired += turn) {
    turn = await platform.db.callGlobal<number>('orders.expire_due', SWEEP_MAX)
  }
  return expired
}
