import { RECOVERY_STATES, type RecoveryState } from '@quanshu/contract'
import { assert, defineStates, type StateTable } from '@quanshu/kernel'

/** A claim on a supplier. One that was refused may be sent again; `fulfilment.recovery_moves` says the same to the database. */
export const recoveryStates = defineStates<RecoveryState>('recovery', 'open', {
  open: ['sent', 'awaiting', 'accepted', 'refused', 'written_off'],
  sent: ['awaiting', 'accepted', 'refused', 'written_off'],
  // A second person says yes, or no.
  awaiting: ['accepted', 'sent'],
  accepted: [],
  refused: ['sent', 'written_off'],
  written_off: [],
} satisfies StateTable<RecoveryState>)

assert(recoveryStates.states.length === RECOVERY_STATES.length, 'every state of a recovery has a row in the table')
