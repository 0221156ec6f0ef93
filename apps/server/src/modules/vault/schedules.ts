import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/db/index.ts'
import { shiftBatch } from './commands/suspend-batch.ts'
import type { VaultDeps } from './deps.ts'
import { systemCtx } from './jobs.ts'

const SWEEP = 'vault.sweep'
const CARDS_PER_CALL = 2_000

/** Takes cards off the shelf whose last day has passed. @returns how many */
export async function expireDueCards(deps: Pick<VaultDeps, 'db'>): Promise<number> {
  let total = 0
  for (const tenantId of await deps.db.callGlobal<readonly TenantId[]>('vault.tenants_with_due_cards')) {
    total += await expireDueOf(deps, systemCtx(tenantId, SWEEP))
  }
  return total
}

async function expireDueOf(deps: Pick<VaultDeps, 'db'>, ctx: Ctx): Promise<number> {
  for (let total = 0; ; ) {
    const step = await deps.db.write(ctx, async (tx) => {
      const called = await sql<{ step: { skuId: number; moved: number } | null }>`
        select vault.expire_due(${ctx.tenantId}::bigint, ${CARDS_PER_CALL}::integer) as step`.execute(tx.db)
      const done = called.rows[0]?.step
      if (done) tx.emit({ type: 'stock.changed', subject: `sku:${done.skuId}`, payload: { skuId: done.skuId } })
      return done
    })
    if (!step) return total
    total += step.moved
  }
}

type Unfinished = {
  readonly tenantId: TenantId
  readonly batchId: number
  readonly skuId: number
  readonly from: 'available' | 'suspect'
  readonly to: 'available' | 'suspect' | 'void'
}

/** Marks imports that stand still as interrupted, and moves the cards that a change of their batch left behind. */
export async function tendBatches(deps: Pick<VaultDeps, 'db'>): Promise<void> {
  for (const { tenantId, ...shift } of await deps.db.callGlobal<readonly Unfinished[]>('vault.tend_batches')) {
    await shiftBatch(deps, systemCtx(tenantId, SWEEP), shift)
  }
}
