import { TASK_STATES, type TaskState } from '@quanshu/contract'
import { assert, defineStates, type StaffId, type StateTable } from '@quanshu/kernel'

/**
 * A paid service on its way through people's hands. Somebody must have it before anything can be done to it; what was
 * rejected may be tried again from the desk of exceptions. `fulfilment.task_moves` says the same to the database.
 */
export const taskStates = defineStates<TaskState>('task', 'waiting', {
  waiting: ['accepted', 'cancelled'],
  accepted: ['waiting', 'asking', 'done', 'rejected', 'cancelled'],
  asking: ['answered', 'done', 'rejected', 'cancelled'],
  answered: ['waiting', 'asking', 'done', 'rejected', 'cancelled'],
  done: [],
  rejected: ['waiting'],
  cancelled: [],
} satisfies StateTable<TaskState>)

assert(taskStates.states.length === TASK_STATES.length, 'every state of a task in the contract has a row in the table')

/** Who does something to a task; with `any` also in the place of whoever has it. */
export type Worker = { readonly staffId: StaffId; readonly name: string; readonly any: boolean }
