/** Words of complaints about codes, and of what suppliers owe for them, that both faces and the server share. */

/** What a buyer says is wrong with a code. */
export const COMPLAINT_REASONS = ['used', 'invalid', 'wrong_amount', 'other'] as const
export type ComplaintReason = (typeof COMPLAINT_REASONS)[number]

/** `person`: the rule alone may not decide. `settled`: its right was taken back another way. */
export const COMPLAINT_STATES = [
  'reported',
  'checking',
  'buying',
  'person',
  'replaced',
  'refunded',
  'rejected',
  'withdrawn',
  'settled',
] as const
export type ComplaintState = (typeof COMPLAINT_STATES)[number]

/** How a bad code is put right: another of ours, one bought for it, or the money. */
export const REMEDIES = ['replace', 'buy', 'refund'] as const
export type Remedy = (typeof REMEDIES)[number]
/** What a person may decide; `check`: the supplier is asked once more. */
export const COMPLAINT_DECISIONS = [...REMEDIES, 'reject', 'check'] as const
export type ComplaintDecision = (typeof COMPLAINT_DECISIONS)[number]

/** What the supplier says about a code; `nobody`: there is nobody to ask. */
export const SUPPLIER_WORDS = ['unused', 'used', 'void', 'unknown', 'nobody'] as const
export type SupplierWord = (typeof SUPPLIER_WORDS)[number]

/** Why a complaint is with a person. */
export const COMPLAINT_DOUBTS = [
  'not_automatic',
  'contested',
  'reason',
  'too_late',
  'amount',
  'too_many',
  'supplier_says_used',
  'supplier_unsure',
  'no_stock',
  'no_refund',
  'no_source',
  'supply_unknown',
  'bad_card',
  'refund_awaits',
  'nothing_possible',
] as const
export type ComplaintDoubt = (typeof COMPLAINT_DOUBTS)[number]

export const COMPLAINT_PICTURES_MAX = 3

/** A claim on a supplier for bad codes. */
export const RECOVERY_STATES = ['open', 'sent', 'awaiting', 'accepted', 'refused', 'written_off'] as const
export type RecoveryState = (typeof RECOVERY_STATES)[number]
export const RECOVERY_CAUSES = ['complaint', 'recall'] as const
