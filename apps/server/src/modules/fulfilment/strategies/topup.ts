import type { DeliveryOutcome } from '../model.ts'
import type { Strategy } from './strategy.ts'

/**
 * An account topped up by a supplier: nothing of ours to hold; delivered when the supplier says so, which takes seconds to
 * days; what has arrived cannot be taken back, so that its refund is a loss. The work is `fulfilment.want_supply`.
 */
export const topupStrategy: Strategy = {
  kind: 'topup',
  reserve: 'none',
  deliver: (platform, tenantId, nos, actor) =>
    platform.db.call<readonly DeliveryOutcome[]>(tenantId, 'fulfilment.deliver', nos, actor),
  revoke: 'loss',
  refresh: 'supplier',
}
