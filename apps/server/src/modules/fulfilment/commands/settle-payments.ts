import type { TenantId } from '@quanshu/kernel'
import { tellNews } from '../../../platform/events/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { STOCK_BATCH } from '../../orders/index.ts'
import type { Capture, CaptureOutcome } from '../model.ts'

/**
 * Applies a verified payment: money, order, stock, codes, grants and events in one commit, together with what else came
 * in meanwhile. Replaying a notice changes nothing. Answers what became of it.
 */
export function createSettler(platform: Platform): (tenantId: TenantId, capture: Capture) => Promise<CaptureOutcome> {
  return platform.batcher<Capture, CaptureOutcome>({
    name: 'fulfilment.settle',
    ...STOCK_BATCH,
    run: async (tenantId, captures) => {
      const outcomes = await platform.db.callHot<readonly CaptureOutcome[]>(tenantId, 'fulfilment.settle', captures)
      for (const { verdict, orderNo, xid } of outcomes) {
        if (verdict !== 'duplicate') tellNews(platform.hub, { tenantId, subject: `order:${orderNo}`, xid })
      }
      return outcomes
    },
  })
}
