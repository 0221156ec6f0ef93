import { defineStates } from '@quanshu/kernel'

export type HoldState = 'held' | 'captured' | 'released' | 'expired'

/** A promised transfer ends exactly once. Enforced by `ledger.close`, which moves only what is still held. */
export const holdStates = defineStates<HoldState>('hold', 'held', {
  held: ['captured', 'released', 'expired'],
  captured: [],
  released: [],
  expired: [],
})
