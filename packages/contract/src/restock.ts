/** Words of what is bought for the shelf that both faces and the server share. */

export const RESTOCK_STATES = ['ordering', 'proposed', 'done', 'partial', 'stopped', 'rejected', 'cancelled'] as const
export type RestockState = (typeof RESTOCK_STATES)[number]

/** Why a shelf was not filled up, or somebody must look at it. */
export const RESTOCK_TROUBLES = [
  'no_source',
  'loss_guard',
  'budget_short',
  'bad_card',
  'supply_unknown',
  'contradicted',
] as const
export type RestockTrouble = (typeof RESTOCK_TROUBLES)[number]

export const RESTOCK_PIECES_MAX = 1_000_000
/** Days of cover, and of sales that they are counted from. */
export const COVER_DAYS_MAX = 60
export const SALES_DAYS = [3, 30] as const
