import type { DeliveryOutcome } from '../model.ts'
import type { Strategy } from './strategy.ts'

/** Imported codes: held as pieces, dealt out by the SKU's rule, void when refunded. The work is `fulfilment.deliver`. */
export const cardStrategy: Strategy = {
  kind: 'card',
  reserve: 'stock',
  deliver: (platform, tenantId, nos, actor) =>
    platform.db.call<readonly DeliveryOutcome[]>(tenantId, 'fulfilment.deliver', nos, actor),
  revoke: 'void',
  refresh: 'none',
}
