import { z } from 'zod'
import { ENTRY_KINDS, GATEWAY_COLUMNS, REPORT_DIMENSIONS, REPORT_FIGURES, REPORT_GRAINS } from '../reports.ts'
import { route } from '../route.ts'
import { day, fen, flag, id, idParam, instant, oneOrMore, orderNo, pageOf, pageQuery, sortBy } from '../schemas.ts'

const figures = z.object({
  /** What was earned: movements into `cash.revenue`. */
  salesFen: fen,
  /** What was earned and given back: movements out of it. */
  refundsFen: fen,
  netFen: fen,
  /** What gateways keep, less what buyers pay towards it. */
  feesFen: fen,
  /** What gateways took back by themselves and no line accounts for. */
  lossesFen: fen,
  /** Given on top of recharges. */
  bonusesFen: fen,
  /** Pieces handed out, replaced ones too, each at its batch's cost of one. */
  costFen: fen,
  /** net − fees − losses − bonuses − cost. */
  marginFen: fen,
  pieces: z.int(),
  lines: z.int(),
})

const name = z.string().max(80)
const filters = {
  goodsId: idParam.optional(),
  skuId: idParam.optional(),
  categoryId: idParam.optional(),
  channel: name.optional(),
  supplier: z.string().max(200).optional(),
  payWay: z.string().max(200).optional(),
  staff: z.string().max(100).optional(),
  /** Dimensions in which a row must say nothing: no supplier, no category… */
  without: oneOrMore(REPORT_DIMENSIONS).optional(),
}

const reportQuery = pageQuery.omit({ q: true }).extend({
  ...filters,
  /** Days of the shop, both included. */
  from: day,
  to: day,
  grain: z.enum(REPORT_GRAINS).default('day'),
  by: z.enum(REPORT_DIMENSIONS).default('goods'),
  /** Beside each figure, that of the days before: as many, or the months before when the range is whole months. */
  compare: flag.optional(),
  sort: sortBy('net', 'sales', 'refunds', 'fees', 'losses', 'bonuses', 'cost', 'margin', 'pieces', 'lines'),
})

const difference = z.object({
  /** Null: over the whole range. */
  day: day.nullable(),
  figure: z.string(),
  ours: z.int(),
  ledgers: z.int(),
})

/** Whether the figures of a range are the ledger's. */
const agreement = z.object({
  /** Up to when the ledger has been read. */
  asOf: instant.nullable(),
  agrees: z.boolean(),
  differences: z.array(difference),
  /** Of the range's days that are over, how many were compared row by row since they last changed, and how many are to be. */
  checkedDays: z.int(),
  uncheckedDays: z.int(),
  /** Days that were counted anew because they did not agree. */
  recountedDays: z.array(day),
})

const reportRow = figures.extend({
  /** An id or a word; null: the row of those that say nothing. */
  key: z.string().nullable(),
  title: z.string(),
  titleEn: z.string(),
  previous: figures.nullable(),
})

const entriesQuery = pageQuery.omit({ q: true, sort: true }).extend({
  ...filters,
  from: instant,
  /** Not included. */
  to: instant,
  figure: z.enum(REPORT_FIGURES).default('margin'),
})

const entry = z.object({
  id,
  at: instant,
  kind: z.enum(ENTRY_KINDS),
  orderNo: orderNo.nullable(),
  lineNo: z.int().nullable(),
  skuId: id.nullable(),
  goodsTitle: z.string(),
  skuTitle: z.string(),
  batchId: id.nullable(),
  supplier: z.string(),
  channel: z.string(),
  payWay: z.string(),
  staff: z.string(),
  pieces: z.int(),
  /** As it counts for the result: refunds, fees, losses and bonuses are below zero. */
  amountFen: fen,
  costFen: fen,
  /** The ledger's transfer behind it; null for what was handed out for nothing. */
  transferId: id.nullable(),
  refundId: id.nullable(),
})

const range = z.object({ from: day, to: day })
const gatewayLine = z.object({
  receivedFen: fen,
  refundedFen: fen,
  feesFen: fen,
  chargebacksFen: fen,
  settledFen: fen,
  othersFen: fen,
})
const gatewayStatement = gatewayLine.extend({
  gateway: z.string(),
  accountId: id,
  /** What the gateway owed us before the first day, and owes us after the last. */
  openingFen: fen,
  closingFen: fen,
})

const transferView = z.object({
  id,
  at: instant,
  kind: z.string(),
  /** The kind in words. */
  what: z.string(),
  cause: z.string(),
  /** The other account in words. */
  counterparty: z.string(),
  column: z.enum(GATEWAY_COLUMNS),
  amountFen: fen,
})
const transfersQuery = pageQuery
  .omit({ q: true, sort: true })
  .extend({ from: day, to: day, column: z.enum(GATEWAY_COLUMNS).optional() })

const movement = z.object({
  id,
  at: instant,
  kind: z.string(),
  what: z.string(),
  cause: z.string(),
  counterparty: z.string(),
  /** Above zero: came in. */
  amount: z.int(),
  balanceAfter: z.int(),
})
const memberStatementQuery = pageQuery.omit({ q: true, sort: true }).extend({ from: day, to: day })

const sheetLine = z.object({
  kind: z.string(),
  /** The kind in words; one that nobody has named by its key. */
  title: z.string(),
  /** Whose account, where a kind has some that are the shop's: a gateway. */
  ref: z.string(),
  accounts: z.int(),
  balance: z.int(),
})

const reports = { kind: 'staff', permission: 'reports.read' } as const
const finance = { kind: 'staff', permission: 'finance.read' } as const
const gatewayParam = z.object({ gateway: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/) })

export const analyticsRoutes = {
  report: route({
    id: 'analytics.report',
    method: 'GET',
    path: '/api/console/reports/sales',
    summary: 'Sales, refunds, fees, cost and margin of a range of days: in all, over time, and by one dimension',
    access: reports,
    query: reportQuery,
    response: pageOf(reportRow).extend({
      from: day,
      to: day,
      totals: figures,
      points: z.array(figures.extend({ at: instant })),
      previous: z
        .object({ from: day, to: day, totals: figures, points: z.array(figures.extend({ at: instant })) })
        .nullable(),
      agreement,
    }),
  }),
  exportReport: route({
    id: 'analytics.exportReport',
    method: 'GET',
    path: '/api/console/reports/sales/export',
    summary:
      'The report as an Excel file: a row for each value of the dimension, or (`over=time`) for each step of time',
    access: reports,
    query: reportQuery.extend({ over: z.enum(['dimension', 'time']).default('dimension') }),
    response: z.unknown(),
    responseKind: 'file',
  }),
  choices: route({
    id: 'analytics.choices',
    method: 'GET',
    path: '/api/console/reports/choices',
    summary: 'Channels, suppliers, ways to pay and people that occur in the figures',
    access: reports,
    response: z.object({
      channels: z.array(z.string()),
      suppliers: z.array(z.string()),
      payWays: z.array(z.string()),
      staff: z.array(z.string()),
      categories: z.array(z.object({ id, title: z.string(), titleEn: z.string() })),
    }),
  }),
  entries: route({
    id: 'analytics.entries',
    method: 'GET',
    path: '/api/console/reports/entries',
    summary: 'The rows under a figure, newest first, with their sum',
    access: reports,
    query: entriesQuery,
    response: pageOf(entry).extend({ sum: z.int() }),
  }),
  exportEntries: route({
    id: 'analytics.exportEntries',
    method: 'GET',
    path: '/api/console/reports/entries/export',
    summary: 'The rows under a figure as an Excel file, at most 1,000,000',
    access: reports,
    query: entriesQuery,
    response: z.unknown(),
    responseKind: 'file',
  }),
  check: route({
    id: 'analytics.check',
    method: 'POST',
    path: '/api/console/reports/check',
    summary:
      'Compare the figures of up to 31 days with the ledger and the rows now; a day that differs is counted anew',
    access: reports,
    body: z.object({ from: day, to: day }),
    response: z.object({ days: z.int(), recounted: z.array(day), differences: z.array(difference) }),
    rateLimit: { max: 10, windowMs: 60_000 },
  }),
  balanceSheet: route({
    id: 'analytics.balanceSheet',
    method: 'GET',
    path: '/api/console/reports/balance-sheet',
    summary:
      'How the shop stands at a moment: every kind of account by unit, and the stock at cost. Each unit adds up to zero',
    access: finance,
    query: z.object({ at: instant.optional() }),
    response: z.object({
      at: instant,
      units: z.array(z.object({ unit: z.string(), sum: z.int(), lines: z.array(sheetLine) })),
      stock: z.object({
        pieces: z.int(),
        costFen: fen,
        /** Of the pieces, those whose batch was imported without a cost. */
        piecesWithoutCost: z.int(),
      }),
    }),
  }),
  exportBalanceSheet: route({
    id: 'analytics.exportBalanceSheet',
    method: 'GET',
    path: '/api/console/reports/balance-sheet/export',
    summary: 'The balance sheet as an Excel file',
    access: finance,
    query: z.object({ at: instant.optional() }),
    response: z.unknown(),
    responseKind: 'file',
  }),
  gateways: route({
    id: 'analytics.gateways',
    method: 'GET',
    path: '/api/console/statements/gateways',
    summary: 'Per gateway what it took, gave back, kept, paid out, and what it owes the shop',
    access: finance,
    query: range,
    response: z.object({ items: z.array(gatewayStatement) }),
  }),
  gatewayDays: route({
    id: 'analytics.gatewayDays',
    method: 'GET',
    path: '/api/console/statements/gateways/:gateway',
    summary: 'One gateway day by day, with what it owed at the end of each',
    access: finance,
    params: gatewayParam,
    query: range,
    response: gatewayStatement.extend({ days: z.array(gatewayLine.extend({ day, closingFen: fen })) }),
  }),
  exportGatewayDays: route({
    id: 'analytics.exportGatewayDays',
    method: 'GET',
    path: '/api/console/statements/gateways/:gateway/export',
    summary: 'The gateway’s days as an Excel file',
    access: finance,
    params: gatewayParam,
    query: range,
    response: z.unknown(),
    responseKind: 'file',
  }),
  gatewayTransfers: route({
    id: 'analytics.gatewayTransfers',
    method: 'GET',
    path: '/api/console/statements/gateways/:gateway/transfers',
    summary: 'The ledger’s transfers under a figure of a gateway’s statement, newest first',
    access: finance,
    params: gatewayParam,
    query: transfersQuery,
    response: pageOf(transferView).extend({ sum: fen }),
  }),
  exportGatewayTransfers: route({
    id: 'analytics.exportGatewayTransfers',
    method: 'GET',
    path: '/api/console/statements/gateways/:gateway/transfers/export',
    summary: 'The transfers as an Excel file, at most 1,000,000',
    access: finance,
    params: gatewayParam,
    query: transfersQuery,
    response: z.unknown(),
    responseKind: 'file',
  }),
  memberStatement: route({
    id: 'analytics.memberStatement',
    method: 'GET',
    path: '/api/console/statements/members/:id',
    summary: 'A member’s balance: opening, every movement with its cause, closing; oldest first',
    access: finance,
    params: z.object({ id: idParam }),
    query: memberStatementQuery,
    response: pageOf(movement).extend({
      member: z.object({ id, name: z.string(), phoneMasked: z.string().nullable() }),
      openingFen: fen,
      inFen: fen,
      outFen: fen,
      closingFen: fen,
    }),
  }),
  exportMemberStatement: route({
    id: 'analytics.exportMemberStatement',
    method: 'GET',
    path: '/api/console/statements/members/:id/export',
    summary: 'The statement as an Excel or CSV file, opening and closing balance included',
    access: finance,
    params: z.object({ id: idParam }),
    query: memberStatementQuery.extend({ format: z.enum(['xlsx', 'csv']).default('xlsx') }),
    response: z.unknown(),
    responseKind: 'file',
  }),
} as const
