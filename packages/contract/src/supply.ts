/** Words of supply that both faces and the server share. */

export const SUPPLIER_STATES = ['on', 'paused', 'archived'] as const
export type SupplierState = (typeof SUPPLIER_STATES)[number]

export const BREAKER_STATES = ['closed', 'open', 'half_open'] as const
export type BreakerState = (typeof BREAKER_STATES)[number]

/** `direct`: tops up an account; `card`: hands over codes; `link`: hands over addresses to open. */
export const PRODUCT_KINDS = ['direct', 'card', 'link'] as const
export type ProductKind = (typeof PRODUCT_KINDS)[number]

/** One asking of one supplier under one number; see `suppliers.purchases`. */
export const PURCHASE_STATES = [
  'planned',
  'sending',
  'accepted',
  'unknown',
  'done',
  'partial',
  'refused',
  'cancelled',
  'contradicted',
] as const
export type PurchaseState = (typeof PURCHASE_STATES)[number]

/** What the supplier's refusal is about. */
export const REFUSALS_ABOUT = ['stock', 'price', 'product', 'balance', 'account', 'limit', 'supplier', 'other'] as const
export type RefusalAbout = (typeof REFUSALS_ABOUT)[number]

/** What a supplier's profile may be asked to do. */
export const PROFILE_OPERATIONS = ['place', 'placeCards', 'ask', 'balance', 'products', 'product', 'cancel'] as const
export type ProfileOperation = (typeof PROFILE_OPERATIONS)[number]

/** How an answer was understood: an order's state, or how the call ended. */
export const TRIAL_OUTCOMES = ['accepted', 'done', 'partial', 'failed', 'refused', 'unknown', 'not_found'] as const
export type TrialOutcome = (typeof TRIAL_OUTCOMES)[number]

/** How the source of a SKU is chosen. */
export const ROUTE_POLICIES = ['cheapest', 'fastest', 'reliable', 'weighted', 'fixed'] as const
export type RoutePolicy = (typeof ROUTE_POLICIES)[number]

/** Where the codes of a SKU come from: ours; a supplier's where we have none; a supplier's, and ours where none delivers. */
export const CARD_SOURCES = ['own', 'own_first', 'supplier_first'] as const
export type CardSource = (typeof CARD_SOURCES)[number]

/** What became of a code that was bought. */
export const BOUGHT_CARD_OUTCOMES = ['taken', 'duplicate', 'format', 'expired'] as const
export type BoughtCardOutcome = (typeof BOUGHT_CARD_OUTCOMES)[number]

/** Why a source was not chosen for a line. */
export const PASSED_OVER = [
  'off_shelf',
  'offer_off',
  'supplier_paused',
  'breaker_open',
  'refused_before',
  'no_stock',
  'quantity',
  'above_ceiling',
  'other_currency',
  'balance_short',
  'field_missing',
  'wrong_kind',
] as const
export type PassedOver = (typeof PASSED_OVER)[number]

/** What the buyer is told about what a supplier delivers. */
export const SUPPLY_PROGRESS = ['submitted', 'in_progress', 'arrived', 'checking', 'failed'] as const
export type SupplyProgress = (typeof SUPPLY_PROGRESS)[number]

/** How a price that follows the cost is rounded, always up: not, to 0.1 yuan, to whole yuan, to an ending of .9. */
export const PRICE_ROUNDINGS = ['none', 'tenth', 'yuan', 'nine'] as const
export type PriceRounding = (typeof PRICE_ROUNDINGS)[number]

/** What became of a price that follows the cost. */
export const PRICE_MOVES = ['began', 'followed', 'held', 'confirmed', 'kept', 'ended'] as const
export type PriceMove = (typeof PRICE_MOVES)[number]
