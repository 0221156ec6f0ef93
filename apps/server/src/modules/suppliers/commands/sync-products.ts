import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { storableJson, storableText } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { type OpenSupplier, type SupplierAccounts, systemCtx } from '../accounts.ts'
import type { Answer, SupplierProduct } from '../supplier.ts'

export const SYNC_TASK = 'suppliers.sync'

/** A supplier that pages for ever is cut off: 500 pages of what it says is one. */
const PAGES_MAX = 500
/** Reading may be repeated: one broken connection among hundreds of pages says nothing of what the supplier sells. */
const READ_TRIES = 3
const PAUSE_MS = 500

export type SyncOutcome =
  | { readonly kind: 'done'; readonly added: number; readonly changed: number; readonly gone: number }
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * Fetches all that a supplier sells, and its balance. Either the whole list is there and what is missing in it is off the
 * shelf, or nothing is taken from the shelf: a list that broke off in the middle is no proof.
 */
export async function syncProducts(
  platform: Pick<Platform, 'db' | 'clock'>,
  outbound: Outbound,
  accounts: SupplierAccounts,
  tenantId: TenantId,
  supplierId: number,
): Promise<SyncOutcome> {
  const supplier = await accounts.get(tenantId, supplierId)
  await keepBalance(platform, outbound, tenantId, supplier)
  if (!supplier.adapter.capabilities.products) return { kind: 'done', added: 0, changed: 0, gone: 0 }
  const toldAt = platform.clock.now()
  const all = await everyProduct(outbound, supplier)
  if (typeof all === 'string') {
    await noteFailure(platform, tenantId, supplierId, all)
    return { kind: 'failed', reason: all }
  }
  const kept = await platform.db.call<{ added: number; changed: number; gone: number }>(
    tenantId,
    'suppliers.keep_products',
    supplierId,
    storableJson(all),
    true,
    toldAt,
  )
  return { kind: 'done', ...kept }
}

/** @returns the products, or why not */
async function everyProduct(
  outbound: Outbound,
  { adapter, account }: OpenSupplier,
): Promise<readonly SupplierProduct[] | string> {
  const all = new Map<string, SupplierProduct>()
  let cursor: string | undefined
  for (let page = 1; page <= PAGES_MAX; page++) {
    const answer = await patiently(() => adapter.products(outbound, account, cursor))
    if (answer.kind !== 'done') return wordsOf(answer)
    for (const item of answer.value.items) all.set(item.remoteId, item)
    if (answer.value.next === undefined) return [...all.values()]
    cursor = answer.value.next
  }
  return `more than ${PAGES_MAX} pages`
}

async function patiently<T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
  for (let tries = 1; ; tries += 1) {
    const answer = await ask()
    if (answer.kind !== 'unknown' || tries === READ_TRIES) return answer
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries))
  }
}

async function keepBalance(
  platform: Pick<Platform, 'db'>,
  outbound: Outbound,
  tenantId: TenantId,
  { id, adapter, account }: OpenSupplier,
): Promise<void> {
  if (!adapter.capabilities.balance) return
  const answer = await patiently(() => adapter.balance(outbound, account))
  if (answer.kind !== 'done') return
  // Money in another currency says nothing beside books in yuan, and neither does what was said at a rate that is gone.
  const hao = answer.value.currency === 'CNY' ? answer.value.hao : null
  await platform.db.write(systemCtx(tenantId), (tx) =>
    sql`
      update suppliers.suppliers
      set balance_hao = ${hao}::bigint,
          balance_at = case when ${hao}::bigint is not null then now() end
      where tenant_id = ${tenantId}
        and id = ${id}
    `.execute(tx.db),
  )
}

async function noteFailure(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  supplierId: number,
  reason: string,
): Promise<void> {
  await platform.db.write(systemCtx(tenantId), (tx) =>
    sql`
      update suppliers.suppliers
      set sync_error = ${storableText(reason.slice(0, 500))}
      where tenant_id = ${tenantId}
        and id = ${supplierId}
    `.execute(tx.db),
  )
}

export function wordsOf(answer: Exclude<Answer<unknown>, { kind: 'done' }>): string {
  return answer.kind === 'refused' ? `${answer.code} ${answer.message}` : answer.reason
}
