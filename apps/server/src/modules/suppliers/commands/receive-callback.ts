import { hash } from 'node:crypto'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { createRateLimiter } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { counter } from '../../../platform/telemetry/index.ts'
import { type SupplierAccounts, systemCtx } from '../accounts.ts'
import type { CallbackAnswer, CallbackVerdict, RawCallback } from '../supplier.ts'

const callbacksTotal = counter('supplier_callbacks', 'Callbacks of suppliers by verdict')
export const CHECK_REFUSED_TASK = 'suppliers.check_refused'
const BODY_MAX = 4_096
/** Strangers may write so many of their own into a shop's books, no more; beyond it only the log and the counter know. */
const REFUSED_PER_MINUTE_MAX = 60

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
  const refused = createRateLimiter(() => platform.clock.now().getTime())
  return async (tenantId, supplierId, callback, ip) => {
    const { adapter, account } = await accounts.get(tenantId, supplierId)
    const checked = adapter.verifyCallback(account, callback, platform.clock.now())
    const verdict = checked.ok ? checked.about : checked.verdict
    callbacksTotal.add(1, { adapter: adapter.id, verdict })
    if (!checked.ok) {
      platform.log.warn({ tenantId, supplierId, verdict, ip }, 'refused a supplier’s callback')
      if (refused.take(String(tenantId), REFUSED_PER_MINUTE_MAX, 60_000) > 0) return adapter.rejection
    }
    const no = checked.ok ? await ownNumber(platform, tenantId, supplierId, checked) : null
    await platform.db.write(systemCtx(tenantId), async (tx) => {
      const mayHaveCodes = await mayBringCodes(tx, supplierId, no)
      const body = mayHaveCodes ? withoutCodes(callback.body) : textOf(callback.body)
      const path = mayHaveCodes ? callback.path.replace(/\?.*$/s, '') : callback.path
      await sql`
        insert into suppliers.callbacks (tenant_id, supplier_id, no, verdict, headers, body)
        values (
          ${tenantId}, ${supplierId}, ${no === null ? null : no.slice(0, 64)}, ${verdict},
          ${JSON.stringify({ ip, path: path.slice(0, BODY_MAX) })}::jsonb, ${body}
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

const textOf = (body: Buffer): string =>
  body.subarray(0, BODY_MAX).toString('utf8').toWellFormed().replaceAll('\0', '\ufffd')

/** Enough to prove which one it was, and nothing of what it said: some suppliers put the codes into it. */
const withoutCodes = (body: Buffer): string =>
  `(${body.length} bytes, not kept because there may be codes in them; SHA-256 ${hash('sha256', body)})`

/** Whether the purchase, or of an unknown one anything this supplier sells here, is of codes. */
async function mayBringCodes(tx: Tx, supplierId: number, no: string | null): Promise<boolean> {
  const { rows } = await sql<{ kind: string | null; sold: boolean }>`
    select (
      select r.kind
      from suppliers.purchases p
      join suppliers.products r on r.tenant_id = p.tenant_id and r.id = p.product_id
      where p.tenant_id = ${tx.ctx.tenantId}::bigint
        and p.supplier_id = ${supplierId}::bigint
        and p.no = ${no}
    ) as kind, exists (
      select from suppliers.purchases p
      join suppliers.products r on r.tenant_id = p.tenant_id and r.id = p.product_id
      where p.tenant_id = ${tx.ctx.tenantId}::bigint
        and p.supplier_id = ${supplierId}::bigint
        and p.due_at is not null
        and r.kind <> 'direct'
    ) or exists (
      select from suppliers.products r
      join suppliers.offers o on o.tenant_id = r.tenant_id and o.product_id = r.id
      where r.tenant_id = ${tx.ctx.tenantId}::bigint
        and r.supplier_id = ${supplierId}::bigint
        and r.kind <> 'direct'
    ) as sold
  `.execute(tx.db)
  const [found] = rows
  return found?.kind ? found.kind !== 'direct' : (found?.sold ?? true)
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
