/** States that people see, in one place: names, colours and translations of both faces come from these lists. */

export const ORDER_STATES = ['pending', 'paid', 'delivered', 'cancelled', 'expired', 'refunded'] as const
export type OrderState = (typeof ORDER_STATES)[number]

/** What is paid for: goods, or money on one's own balance. */
export const ORDER_PURPOSES = ['goods', 'recharge'] as const
export type OrderPurpose = (typeof ORDER_PURPOSES)[number]

/** `dormant`: paid, and kept until its buyer activates it. `supplying`: paid, and a supplier, or a person of the shop, is to deliver it. */
export const LINE_STATES = [
  'waiting',
  'dormant',
  'supplying',
  'delivered',
  'exception',
  'refunding',
  'refunded',
  'cancelled',
] as const
export type LineState = (typeof LINE_STATES)[number]

/**
 * Who may open a delivered code: whoever has the order (its member, its browser, its query password), only the signed-in member
 * who bought it, or only the devices it was bought on or that were let in since.
 */
export const OPENED_BY = ['order', 'member', 'device'] as const
export type OpenedBy = (typeof OPENED_BY)[number]

/** Why a paid line could not be delivered. */
export const EXCEPTION_REASONS = [
  'out_of_stock',
  'vault_short',
  'number_gone',
  'late_payment',
  'manual',
  'refund_failed',
  'no_source',
  'loss_guard',
  'supply_unknown',
  'supply_overdue',
  'supply_contradicted',
  'account_refused',
  'bad_card',
  'service_rejected',
  'disputed',
  'link_failed',
] as const
export type ExceptionReason = (typeof EXCEPTION_REASONS)[number]

/** What is sold: codes, what a supplier tops up, what a person of the shop does, several of these together, or a redeem code for one of them. */
export const SKU_KINDS = ['card', 'topup', 'service', 'bundle', 'link'] as const
export type SkuKind = (typeof SKU_KINDS)[number]

/** What a line of an order delivers; a bundle is ordered as a line for each of its parts. */
export const LINE_KINDS = ['card', 'topup', 'service', 'points', 'link'] as const
export type LineKind = (typeof LINE_KINDS)[number]

/**
 * When a part of a paid bundle cannot be had: nothing of it is handed out until all can be (`hold`), the rest is and that
 * part waits for a person (`rest`), or the rest is and that part's share goes back by itself (`refund`).
 */
export const BUNDLE_POLICIES = ['hold', 'rest', 'refund'] as const
export type BundlePolicy = (typeof BUNDLE_POLICIES)[number]

export const CARD_STATES = ['available', 'delivered', 'used', 'void', 'suspect', 'expired'] as const
export type CardState = (typeof CARD_STATES)[number]

export const BATCH_STATES = [
  'importing',
  'cancelled',
  'interrupted',
  'ready',
  'suspended',
  'recalling',
  'recalled',
  'undone',
] as const
export type BatchState = (typeof BATCH_STATES)[number]

/** Where a batch's codes come from: somebody else's file, made by ourselves, or sent by a supplier for what was paid. */
export const BATCH_ORIGINS = ['import', 'generated', 'bought'] as const

/** In which order codes are handed out: oldest, first expiring or newest first, or by chance. */
export const ALLOCATIONS = ['fifo', 'fefo', 'lifo', 'random', 'loop'] as const
export type Allocation = (typeof ALLOCATIONS)[number]

/** What is public of a SKU's codes, so that a buyer may choose one. */
export const PICKS = ['none', 'number', 'masked'] as const
export type NumberPick = (typeof PICKS)[number]

/**
 * What became of a delivered piece of a recalled batch. `settled` was put right at its order, without the recall;
 * `awaiting` and `refunding` are refunds that wait for a second person or are on their way.
 */
export const RECALL_PIECE_STATES = [
  'open',
  'queued',
  'awaiting',
  'failed',
  'refunding',
  'replaced',
  'refunded',
  'settled',
  'left',
] as const
export type RecallPieceState = (typeof RECALL_PIECE_STATES)[number]
/**
 * The same in the words that its buyer is told. `recalled`: not to be used, nothing is decided yet; `cleared`: it may be used after
 * all; `settled`: taken back outside of the recall.
 */
export const BUYER_RECALL_STATES = [
  'recalled',
  'replacing',
  'refunding',
  'replaced',
  'refunded',
  'settled',
  'cleared',
] as const
export type BuyerRecallState = (typeof BUYER_RECALL_STATES)[number]

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

export const GRANT_STATES = ['dormant', 'active', 'used', 'lapsed', 'revoked'] as const
export type GrantState = (typeof GRANT_STATES)[number]

/** How a top-up stands that was bought to be activated later. `lapsed`: nobody did until its end; `cancelled`: its money went back. */
export const ACTIVATION_STATES = ['open', 'activated', 'lapsed', 'cancelled'] as const
export type ActivationState = (typeof ACTIVATION_STATES)[number]

/** Who pays a bulk order: a member's purse, or nobody, because the shop gives it away. */
export const BULK_PAYERS = ['member', 'shop'] as const
export type BulkPayer = (typeof BULK_PAYERS)[number]

/** How a bulk order came in: by staff and a file, or by the key of another shop, already agreed to. */
export const BULK_ORIGINS = ['console', 'api'] as const
export type BulkOrigin = (typeof BULK_ORIGINS)[number]

/** A bulk order: its file is checked, its lines are ordered, stopped for a while, stopped for good, or all there. */
export const BULK_STATES = ['draft', 'running', 'paused', 'cancelled', 'done'] as const
export type BulkState = (typeof BULK_STATES)[number]

/** How a line of a bulk order stands, its order included. */
export const BULK_STANDINGS = [
  'invalid',
  'waiting',
  'under_way',
  'delivered',
  'attention',
  'refunded',
  'failed',
  'cancelled',
] as const
export type BulkStanding = (typeof BULK_STANDINGS)[number]

/** A series of redeem codes. */
export const REDEEM_BATCH_STATES = ['making', 'ready', 'suspended', 'void'] as const
export type RedeemBatchState = (typeof REDEEM_BATCH_STATES)[number]

/** One redeem code, as the desk decided. */
export const REDEEM_CODE_STATES = ['active', 'suspended', 'void'] as const
export type RedeemCodeState = (typeof REDEEM_CODE_STATES)[number]

/** How a redeem code stands for whoever holds it, its series and the calendar included. */
export const REDEEM_STANDINGS = ['open', 'used_up', 'not_yet', 'expired', 'suspended', 'void'] as const
export type RedeemStanding = (typeof REDEEM_STANDINGS)[number]

/** How many redeem codes of a kind are for sale: as what they redeem into is there for, or as many as come. */
export const LINK_STOCKS = ['derived', 'unlimited'] as const
/** What becomes of a redemption whose goods are short: refused, the code as it was; or an order that waits for them. */
export const WHEN_SHORT = ['refuse', 'wait'] as const
