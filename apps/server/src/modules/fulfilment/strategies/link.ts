import type { DeliveryOutcome } from '../model.ts'
import type { Strategy } from './strategy.ts'

/**
 * A redeem code of our own, made for its order: nothing is held, a job brings the codes, and what is refunded is void as far as
 * it was not used. The work is `redeem.open_sales` and `redeem.deliver_sold`.
 */
export const linkStrategy: Strategy = {
  kind: 'link',
  reserve: 'none',
  deliver: (platform, tenantId, nos, actor) =>
    platform.db.call<readonly DeliveryOutcome[]>(tenantId, 'fulfilment.deliver', nos, actor),
  revoke: 'void',
  refresh: 'none',
}
