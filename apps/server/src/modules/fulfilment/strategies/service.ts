import type { DeliveryOutcome } from '../model.ts'
import type { Strategy } from './strategy.ts'

/**
 * What a person of the shop does for the buyer: a day's capacity instead of pieces, a task instead of a delivery, and nothing
 * that could be taken back when it is done. The work is `fulfilment.open_tasks` and the desk in `service/`.
 */
export const serviceStrategy: Strategy = {
  kind: 'service',
  reserve: 'none',
  deliver: (platform, tenantId, nos, actor) =>
    platform.db.call<readonly DeliveryOutcome[]>(tenantId, 'fulfilment.deliver', nos, actor),
  revoke: 'loss',
  refresh: 'none',
}
