import { type OrderNo, Refusal, type TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import { createRhythm } from '../../../platform/jobs/index.ts'
import type { Loop, Platform } from '../../../platform/module.ts'
import { refundOrder } from '../commands/refund-order.ts'

/** Orders of which a part of a bundle arrived or failed: from `fulfilment.take_bundles`. */
type DueOfTenant = { readonly tenantId: TenantId; readonly nos: readonly OrderNo[] }

type Settled = { readonly lines: readonly number[]; readonly redeemed: boolean }

const PER_TENANT_MAX = 200
/** News wakes it at once; this is for what a process died over. */
const IDLE_MS = 5_000
const REASON = '组合包中的一项无法交付，自动退还该项'

export type BundleDesk = { readonly loop: Loop; readonly kick: () => void }

/**
 * Does what a bundle's policy says when something became of a part: hands out what was held back once all of it can go, and
 * gives the share of a part back that cannot be had. Each order by itself; what failed is taken up again in half a minute.
 */
export function createBundleDesk({ db, log }: Platform): BundleDesk {
  async function settle(tenantId: TenantId, no: OrderNo): Promise<void> {
    const { lines, redeemed } = await db.call<Settled>(tenantId, 'fulfilment.settle_bundles', no)
    if (lines.length === 0 && !redeemed) return
    // In a transaction of its own: a code is locked before the order that it paid.
    if (redeemed) await db.call(tenantId, 'redeem.settle_parts', no)
    const ctx: Ctx = {
      tenantId,
      actor: { kind: 'system', name: 'fulfilment.bundles' },
      requestId: 'fulfilment.bundles',
      locale: 'zh-CN',
    }
    for (const lineNo of lines) {
      try {
        await db.write(ctx, (tx) =>
          refundOrder(tx, { no, lineNo, to: 'source', reason: REASON, actor: { staffId: null, name: 'system' } }),
        )
      } catch (error) {
        // Whatever stands in the way of a refund is for the desk, where the line waits.
        if (!(error instanceof Refusal)) throw error
        log.warn({ tenantId, no, lineNo, code: error.code }, 'the share of a part was not given back by itself')
      }
    }
    await db.write(ctx, (tx) =>
      sql`select fulfilment.bundles_settled(${tenantId}::bigint, ${no}::bigint)`.execute(tx.db),
    )
  }

  const rhythm = createRhythm({
    name: 'fulfilment.bundles',
    idleMs: IDLE_MS,
    log,
    turn: async () => {
      const due = await db.callGlobal<readonly DueOfTenant[]>('fulfilment.take_bundles', PER_TENANT_MAX)
      for (const { tenantId, nos } of due) {
        for (const no of nos) {
          await settle(tenantId, no).catch((error: unknown) =>
            log.error({ err: error, tenantId, no }, 'a bundle could not be settled'),
          )
        }
      }
      return due.length > 0 ? 'more' : 'idle'
    },
  })
  return { kick: rhythm.kick, loop: { name: 'fulfilment.bundles', start: rhythm.start } }
}
