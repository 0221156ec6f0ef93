/** States that people see, in one place: names, colours and translations of both faces come from these lists. */

export const ORDER_STATES = ['pending', 'paid', 'delivered', 'cancelled', 'expired', 'refunded'] as const
export type OrderState = (typeof ORDER_STATES)[number]

/** What is paid for: goods, or money on one's own balance. */
export const ORDER_PURPOSES = ['goods', 'recharge'] as const
export type OrderPurpose = (typeof ORDER_PURPOSES)[number]

/** `supplying`: paid, and a supplier is to deliver it. */
export const LINE_STATES = [
  'waiting',
  'supplying',
  'delivered',
  'exception',
  'refunding',
  'refunded',
  'cancelled',
] as const
export type LineState = (typeof LINE_STATES)[number]

/** Why a paid line could not be delivered. */
export const EXCEPTION_REASONS = [
  'out_of_stock',
  'vault_short',
  'late_payment',
  'manual',
  'refund_failed',
  'no_source',
  'loss_guard',
  'supply_unknown',
  'account_refused',
] as const
export type ExceptionReason = (typeof EXCEPTION_REASONS)[number]

/** What is sold: codes that we have, or what a supplier tops up. */
export const SKU_KINDS = ['card', 'topup'] as const
export type SkuKind = (typeof SKU_KINDS)[number]

export const CARD_STATES = ['available', 'delivered', 'used', 'void', 'suspect', 'expired'] as const
export type CardState = (typeof CARD_STATES)[number]

export const BATCH_STATES = ['importing', 'cancelled', 'interrupted', 'ready', 'suspended', 'undone'] as const
export type BatchState = (typeof BATCH_STATES)[number]

export const ATTEMPT_STATES = ['pending', 'captured', 'closed'] as const
export type AttemptState = (typeof ATTEMPT_STATES)[number]

export const REFUND_STATES = ['awaiting', 'declined', 'requested', 'processing', 'done', 'failed'] as const
export type RefundState = (typeof REFUND_STATES)[number]

export const RECEIPT_STATES = ['applied', 'surplus', 'unmatched', 'refunded', 'credited'] as const

/** A payment that staff claim for an order: waiting for a second person, agreed to, settled, or refused. */
export const CLAIM_STATES = ['awaiting', 'approved', 'settled', 'declined'] as const
export type ClaimState = (typeof CLAIM_STATES)[number]

/** What a refund takes from the buyer: every right of its line, some of them, or none (goodwill). */
export const REFUND_TAKES = ['line', 'pieces', 'nothing'] as const

export const GRANT_STATES = ['active', 'used', 'revoked'] as const
export type GrantState = (typeof GRANT_STATES)[number]
