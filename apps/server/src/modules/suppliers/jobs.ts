import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Schedule, Task } from '../../platform/jobs/index.ts'
import type { Platform } from '../../platform/module.ts'
import type { Outbound } from '../../platform/outbound/index.ts'
import { type SupplierAccounts, systemCtx } from './accounts.ts'
import { CHECK_REFUSED_TASK, checkRefused } from './commands/check-refused.ts'
import { fetchRemoteProduct } from './commands/fetch-product.ts'
import { SYNC_TASK, syncProducts } from './commands/sync-products.ts'
import type { TellNews } from './lanes.ts'
import { LOOK_UP_TASK, lookUpStrays } from './strays/look-up.ts'

export const FETCH_TASK = 'suppliers.fetch'
const PROBES_MAX = 64
/** Balances that are said to be low in one go. */
const LOW_MAX = 500
/** So often every supplier that lists its products is asked for all of them. */
const SYNC_EVERY_MINUTES = 15

export function supplierTasks(
  platform: Platform,
  outbound: Outbound,
  accounts: SupplierAccounts,
  tell: TellNews,
): readonly Task[] {
  const supplier = z.object({ supplierId: z.int().positive() })
  const product = supplier.extend({ remoteId: z.string() })
  const purchase = z.object({ purchaseId: z.int().positive() })
  return [
    {
      name: SYNC_TASK,
      run: async (job) => {
        const { supplierId } = supplier.parse(job.payload)
        const outcome = await syncProducts(platform, outbound, accounts, job.tenantId, supplierId)
        job.log.info({ supplierId, outcome }, 'asked a supplier what it sells')
      },
    },
    {
      name: FETCH_TASK,
      run: async (job) => {
        const { supplierId, remoteId } = product.parse(job.payload)
        await fetchRemoteProduct(platform, outbound, accounts, job.tenantId, supplierId, remoteId)
      },
    },
    {
      name: CHECK_REFUSED_TASK,
      run: (job) =>
        checkRefused(platform, outbound, accounts, tell, job.tenantId, purchase.parse(job.payload).purchaseId),
    },
    {
      name: LOOK_UP_TASK,
      run: ({ tenantId, payload, log }) =>
        lookUpStrays(platform, outbound, accounts, { tenantId, supplierId: supplier.parse(payload).supplierId, log }),
    },
  ]
}

/** Lanes that were closed by their breaker are asked for the balance: a harmless question tells whether they are well. */
export function probeSchedule(platform: Platform, outbound: Outbound, accounts: SupplierAccounts): Schedule {
  const probe = async ({ tenantId, supplierId }: { tenantId: TenantId; supplierId: number }) => {
    const { adapter, account } = await accounts.get(tenantId, supplierId)
    const answer = adapter.capabilities.balance
      ? await adapter.balance(outbound, account)
      : await adapter.products(outbound, account, undefined)
    const isWell = answer.kind === 'done' || (answer.kind === 'refused' && answer.about !== 'supplier')
    await platform.db.call(tenantId, 'suppliers.note_health', supplierId, isWell ? 1 : 0, isWell ? 0 : 1)
  }
  return {
    name: 'suppliers.probe',
    everyMs: 2_000,
    run: async () => {
      const due = await platform.db.callGlobal<readonly { tenantId: TenantId; supplierId: number }[]>(
        'suppliers.take_probes',
        PROBES_MAX,
      )
      await Promise.all(
        due.map((one) =>
          probe(one).catch((error: unknown) =>
            platform.log.warn({ err: error, ...one }, 'a supplier could not be asked'),
          ),
        ),
      )
    },
  }
}

/** Price, stock and shelf of every supplier that lists its products. */
export function syncSchedule(platform: Platform): Schedule {
  return {
    name: 'suppliers.sync_all',
    everyMs: 60_000,
    run: async () => {
      const due = await platform.db.callGlobal<readonly { tenantId: TenantId; supplierId: number }[]>(
        'suppliers.take_syncs',
        SYNC_EVERY_MINUTES,
        PROBES_MAX,
      )
      for (const { tenantId, supplierId } of due) {
        await platform.db.write(systemCtx(tenantId), async (tx) =>
          tx.enqueue(SYNC_TASK, { supplierId }, { key: String(supplierId) }),
        )
      }
    },
  }
}

/** Balances that have fallen below their alarm, ours or the supplier's figure: said once for each time. */
export function balanceSchedule(platform: Platform): Schedule {
  return {
    name: 'suppliers.watch_balances',
    everyMs: 60_000,
    run: async () => void (await platform.db.callGlobal<number>('suppliers.watch_balances', LOW_MAX)),
  }
}

/** What the supplier announced is fetched, not believed. */
export const fetchLater =
  (platform: Platform) =>
  async (tenantId: TenantId, supplierId: number, remoteId: string): Promise<void> => {
    await platform.db.write(systemCtx(tenantId), async (tx) =>
      tx.enqueue(FETCH_TASK, { supplierId, remoteId }, { key: `${supplierId}/${remoteId}` }),
    )
  }

export async function enqueueSync(platform: Platform, ctx: Parameters<Platform['db']['write']>[0], supplierId: number) {
  await platform.db.write(ctx, async (tx) => {
    const { rows } = await sql`
      select from suppliers.suppliers where tenant_id = ${ctx.tenantId} and id = ${supplierId}
    `.execute(tx.db)
    if (rows.length === 0) return
    tx.enqueue(SYNC_TASK, { supplierId }, { key: String(supplierId) })
    tx.audit({ action: 'supplier.sync', objectKind: 'supplier', objectId: supplierId, detail: {} })
  })
}
