import type { TenantId } from '@quanshu/kernel'
import { tellNews, topicOf } from '../../../platform/events/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { CODES_SHOWN_MAX, STOCK_BATCH } from '../../orders/index.ts'
import type { Capture, CaptureOutcome } from '../model.ts'

/**
 * Applies a verified payment: money, order, stock, codes, grants and events in one commit, together with what else came
 * in meanwhile. Replaying a notice changes nothing. Answers what became of it. A page that waits in this process gets its
 * code out of that same answer: reading the order once more would cost it a second call behind a second crowd.
 */
export function createSettler(platform: Platform): (tenantId: TenantId, capture: Capture) => Promise<CaptureOutcome> {
  return platform.batcher<Capture, CaptureOutcome>({
    name: 'fulfilment.settle',
    ...STOCK_BATCH,
    run: async (tenantId, captures) => {
      const topic = ({ orderNo }: Pick<Capture, 'orderNo'>) => topicOf(tenantId, subjectOf(orderNo))
      const asked = captures.map((capture) =>
        platform.hub.isHeard(topic(capture)) ? { ...capture, codes: CODES_SHOWN_MAX } : capture,
      )
      // The log's news of the commit may be here before its answer.
      const releases = captures.map((capture) => platform.hub.hold(topic(capture)))
      try {
        const outcomes = await platform.db.callHot<readonly CaptureOutcome[]>(tenantId, 'fulfilment.settle', asked)
        for (const { verdict, orderNo, xid, view } of outcomes) {
          if (verdict !== 'duplicate') tellNews(platform.hub, { tenantId, subject: subjectOf(orderNo), xid }, view)
        }
        return outcomes
      } finally {
        for (const release of releases) release()
      }
    },
  })
}

const subjectOf = (no: number): string => `order:${no}`
