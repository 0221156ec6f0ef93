import type { GrantState } from '@quanshu/contract'
import { defineStates } from '@quanshu/kernel'

/**
 * A right in its owner's name. `dormant` waits until its owner activates it, and has `lapsed` when nobody did in time. `used` is the owner's own bookkeeping and may be taken back; `revoked` (refunded or
 * replaced) is final. The same table is enforced in SQL by `fulfilment.*`, the only writer of grants.
 */
export const grantStates = defineStates<GrantState>('grant', 'dormant', {
  // All others begin active.
  dormant: ['active', 'lapsed', 'revoked'],
  active: ['used', 'revoked'],
  used: ['active', 'revoked'],
  lapsed: ['revoked'],
  revoked: [],
})
