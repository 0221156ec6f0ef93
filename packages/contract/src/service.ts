/** Words of services by hand that both faces and the server share. */

/** A paid line that a person of the shop works on. `asking`: the buyer is asked, and the clock stands. */
export const TASK_STATES = ['waiting', 'accepted', 'asking', 'answered', 'done', 'rejected', 'cancelled'] as const
export type TaskState = (typeof TASK_STATES)[number]
export const OPEN_TASK_STATES = ['waiting', 'accepted', 'asking', 'answered'] as const

export const WHEN_OVERDUE = ['flag', 'refund'] as const
export const WHEN_REJECTED = ['desk', 'refund'] as const

/** What a service promises until the shop says otherwise. */
export const PROMISED_MINUTES_USUAL = 120
export const PROOF_PICTURES_MAX = 6
/** Tasks that one call takes. */
export const TASKS_TAKEN_MAX = 100
