import { EXCEPTION_REASONS } from './states.ts'

/** Words of the desk where everything stuck waits for a person. */

/** Why something is on the desk: a line's reason, or that its buyer complains about a code. */
export const DESK_REASONS = [...EXCEPTION_REASONS, 'complaint'] as const
export type DeskReason = (typeof DESK_REASONS)[number]

/** By what the shop has agreed upon: `desk.ages`. */
export const DESK_AGES = ['fresh', 'worrying', 'late'] as const
export type DeskAge = (typeof DESK_AGES)[number]

/** What may be done to many rows at once; each has its own outcome. */
const PROPOSABLE = ['retry', 'from_total', 'refund', 'replace', 'buy', 'reject'] as const
/** `done`: delivered outside of the system, with proof; `source`: another source is named. Neither is ever proposed. */
export const DESK_ACTIONS = [...PROPOSABLE, 'done', 'source'] as const
export type DeskAction = (typeof DESK_ACTIONS)[number]

/** What the house thinks best: one of the actions, or where to look first. */
export const DESK_PROPOSALS = [...PROPOSABLE, 'restock', 'sources', 'purchase', 'check'] as const
export type DeskProposal = (typeof DESK_PROPOSALS)[number]

/** Why. */
export const DESK_GROUNDS = [
  'in_stock',
  'short',
  'source_there',
  'no_source',
  'loss_guard',
  'purchase_open',
  'account_wrong',
  'arrived_after_all',
  'refund_failed',
  'refused_by_hand',
  'bank_has_it',
  'supplier_says_used',
  'money_only',
  'refund_awaits',
  'not_made',
  'link_over',
  'in_total',
] as const
export type DeskGround = (typeof DESK_GROUNDS)[number]

export const DESK_ROWS_MAX = 200
