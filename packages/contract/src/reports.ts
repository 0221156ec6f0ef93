/** What reports are made of, without schemas: the console takes it from here. */

/** What figures can be told by. Supplier and category are those of today: a corrected name corrects the past. */
export const REPORT_DIMENSIONS = ['goods', 'sku', 'category', 'channel', 'supplier', 'payWay', 'staff'] as const
export type ReportDimension = (typeof REPORT_DIMENSIONS)[number]
export const REPORT_GRAINS = ['hour', 'day', 'month'] as const
export type ReportGrain = (typeof REPORT_GRAINS)[number]
export const REPORT_FIGURES = [
  'sales',
  'refunds',
  'net',
  'fees',
  'losses',
  'bonuses',
  'cost',
  'margin',
  'pieces',
  'lines',
] as const
export type ReportFigure = (typeof REPORT_FIGURES)[number]
export const ENTRY_KINDS = ['sale', 'refund', 'fee', 'loss', 'replacement', 'bonus', 'cost'] as const
/** What a gateway's account is told by: what it took, gave back, kept, took back by itself, paid out to our bank, all else. */
export const GATEWAY_COLUMNS = ['received', 'refunded', 'fees', 'chargebacks', 'settled', 'others'] as const
export type GatewayColumn = (typeof GATEWAY_COLUMNS)[number]

/** Days that a report may span, by its steps. */
export const REPORT_DAYS_MAX = { hour: 31, day: 400, month: 3660 } as const satisfies Record<ReportGrain, number>
export const STATEMENT_DAYS_MAX = 3660
