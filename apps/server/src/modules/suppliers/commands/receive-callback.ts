import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Platform } from '../../../platform/module.ts'
import { counter } from '../../../platform/telemetry/index.ts'
import { type SupplierAccounts, systemCtx } from '../accounts.ts'
import type { CallbackAnswer, CallbackVerdict, RawCallback } from '../supplier.ts'

const callbacksTotal = counter('supplier_callbacks', 'Callbacks of suppliers by verdict')
export const CHECK_REFUSED_TASK = 'suppliers.check_refused'
const BODY_MAX = 4_096

export type ReceiveCallback = (
  tenantId: TenantId,
  supplierId: number,
  callback: RawCallback,
  ip: string,
) => Promise<CallbackAnswer>

/**
 * Takes a supplier's callback: verified on the raw bytes, kept, and acknowledged only when that is committed. It only
 * names a purchase; what became of that is asked for at once. So a callback that comes twice, out of order, too early or
 * with a wrong amount can do no harm, and one that is lost only costs time.
 * @throws common.not_found
 */
export function createReceiveCallback(
  platform: Platform,
  accounts: SupplierAccounts,
  wake: () => void,
  fetchLater: (tenantId: TenantId, supplierId: number, remoteId: string) => Promise<void>,
): ReceiveCallback {
  return async (tenantId, supplierId, callback, ip) => {
    const { adapter, account } = await accounts.get(tenantId, supplierId)
    const checked = adapter.verifyCallback(account, callback, platform.clock.now())
    const verdict = checked.ok ? checked.about : checked.verdict
    callbacksTotal.add(1, { adapter: adapter.id, verdict })
    if (!checked.ok) platform.log.warn({ tenantId, supplierId, verdict, ip }, 'refused a supplier’s callback')
    const no = checked.ok ? await ownNumber(platform, tenantId, supplierId, checked) : null
    const body = callback.body.subarray(0, BODY_MAX).toString('utf8').toWellFormed().replaceAll('\0', '\ufffd')
    await platform.db.write(systemCtx(tenantId), async (tx) => {
      await sql`
        insert into suppliers.callbacks (tenant_id, supplier_id, no, verdict, headers, body)
        values (
          ${tenantId}, ${supplierId}, ${no === null ? null : no.slice(0, 64)}, ${verdict},
          ${JSON.stringify({ ip, path: callback.path.slice(0, BODY_MAX) })}::jsonb, ${body}
        )
      `.execute(tx.db)
      if (no !== null) {
        const { rows } = await sql<{ refused: number | null }>`
          select suppliers.ask_now(${tenantId}::bigint, ${supplierId}::bigint, ${no}) as refused
        `.execute(tx.db)
        const purchaseId = rows[0]?.refused
        if (purchaseId) await tx.enqueue(CHECK_REFUSED_TASK, { purchaseId }, { key: String(purchaseId) })
      }
    })
    if (no !== null) wake()
    if (checked.ok && checked.about === 'product') await fetchLater(tenantId, supplierId, checked.remoteId)
    return checked.ok ? adapter.acknowledgement : adapter.rejection
  }
}

/** Our number of the order that a callback is about; some suppliers tell only theirs. */
async function ownNumber(
  platform: Platform,
  tenantId: TenantId,
  supplierId: number,
  checked: CallbackVerdict & { readonly ok: true },
): Promise<string | null> {
  if (checked.about === 'order') return checked.no
  if (checked.about !== 'remote_order') return null
  return await platform.db.read(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<{ no: string }>`
      select no
      from suppliers.purchases
      where tenant_id = ${tenantId}::bigint
        and supplier_id = ${supplierId}::bigint
        and remote_no = ${checked.remoteNo}
      order by id desc
      limit 1
    `.execute(tx.db)
    return rows[0]?.no ?? null
  })
}
