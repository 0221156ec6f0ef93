import type { DeliveryOutcome } from '../model.ts'
import type { Strategy } from './strategy.ts'

/** Points that come with a bundle: given out by the shop, so never short; what was spent of them is a loss when refunded. */
export const pointsStrategy: Strategy = {
  kind: 'points',
  reserve: 'none',
  deliver: (platform, tenantId, nos, actor) =>
    platform.db.call<readonly DeliveryOutcome[]>(tenantId, 'fulfilment.deliver', nos, actor),
  revoke: 'loss',
  refresh: 'none',
}
