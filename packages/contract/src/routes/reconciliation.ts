import { z } from 'zod'
import {
  BILL_LINE_KINDS,
  CASE_ACTIONS,
  CASE_KINDS,
  CASE_STATES,
  DAY_PHASES,
  DAY_STATES,
  OUTCOMES,
} from '../reconciliation.ts'
import { route } from '../route.ts'
import {
  day,
  digits,
  fen,
  flag,
  id,
  idParam,
  instant,
  ok,
  oneOrMore,
  ownMoney,
  pageOf,
  pageQuery,
  requiredText,
  text,
} from '../schemas.ts'

const gateway = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/)
const month = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/)
const ofDay = z.object({ gateway, day })
const words = z.object({ code: z.string(), message: z.string() })
const CASE_OUTCOMES = [
  'channel_only',
  'ours_only',
  'state_differs',
  'amount_differs',
  'duplicate',
  'cross_day',
] as const

/** A cell of the calendar. */
export const reconciledDayBrief = z.object({
  gateway,
  day,
  state: z.enum(DAY_STATES),
  phase: z.enum(DAY_PHASES).nullable(),
  hasBill: z.boolean(),
  /** Differences that nobody has explained. */
  open: z.int(),
  /** Payments less refunds of each side; null before the first matching. */
  theirsFen: fen.nullable(),
  oursFen: fen.nullable(),
  /** Why there is no bill yet. */
  trouble: words.nullable(),
})

const sideTotals = z.object({
  payments: z.int(),
  paidFen: fen,
  refunds: z.int(),
  refundedFen: fen,
  /** Refunds' share included. */
  feeFen: fen,
  /** Lines that are neither payment nor refund, and do not take part. */
  others: z.int(),
})

export const reconciledDayView = reconciledDayBrief.extend({
  name: z.object({ zh: z.string(), en: z.string() }),
  /** While it is worked on: how far. */
  progress: z.object({ lines: z.int(), judged: z.int() }).nullable(),
  bill: z
    .object({
      id,
      source: z.enum(['fetched', 'uploaded']),
      fileName: z.string(),
      bytes: z.int(),
      lines: z.int(),
      /** SHA-256 of the file, in hex. */
      hash: z.string(),
      askedBy: z.string(),
      at: instant,
    })
    .nullable(),
  theirs: sideTotals.nullable(),
  ours: sideTotals.omit({ feeFen: true, others: true }).nullable(),
  outcomes: z.array(
    z.object({
      outcome: z.enum(OUTCOMES),
      count: z.int(),
      /** Of them, not explained. */
      open: z.int(),
      /** Payments less refunds. */
      fen,
      /** What the gateway has more than we. */
      differenceFen: fen,
    }),
  ),
  /**
   * What was billed in a supplier’s own money and found in our books, by currency: there, at the statement’s rates, and as we booked it.
   * What is between the last two is the rate alone, and posted; above zero, the supplier took less. Empty where all is in yuan.
   */
  exchange: z.array(
    z.object({
      currency: z.string(),
      lines: z.int(),
      /** In ten-thousandths of its unit; what adds to the balance there less what takes from it, as all of these. */
      ownHao: z.int(),
      theirsFen: fen,
      oursFen: fen,
      exchangeFen: fen,
      /** Yuan for one unit, in millionths: the lowest and the highest of the statement’s lines. */
      rateFrom: z.int(),
      rateTo: z.int(),
    }),
  ),
  matchedAt: instant.nullable(),
  closedAt: instant.nullable(),
  closedBy: z.string(),
  nextTryAt: instant.nullable(),
  actions: z.array(z.enum(['run', 'upload', 'close'])),
})

const theirSide = z.object({
  lineNo: z.int(),
  tradeNo: z.string(),
  paymentNo: z.string(),
  refundNo: z.string(),
  amountFen: fen,
  feeFen: fen,
  currency: z.string(),
  state: z.string(),
  at: instant,
  /** As the supplier billed it; null: in yuan. */
  own: ownMoney.nullable(),
})
const ourSide = z.object({
  id,
  orderNo: id.nullable(),
  amountFen: fen,
  currency: z.string(),
  state: z.string(),
  at: instant,
  /** As it was bought, and at which rate it was booked; null: in yuan. */
  own: ownMoney.nullable(),
})

export const reconciliationCaseView = z.object({
  id,
  gateway,
  day,
  /** The day on which it was found. */
  firstDay: day,
  outcome: z.enum(CASE_OUTCOMES),
  cause: z.string(),
  what: z.string(),
  todo: z.string(),
  kind: z.enum(CASE_KINDS),
  state: z.enum(CASE_STATES),
  /** Trade or refund number. */
  number: z.string(),
  orderNo: id.nullable(),
  theirs: theirSide.nullable(),
  ours: ourSide.nullable(),
  differenceFen: fen,
  /** What the statement’s rate makes of the amount that both sides have, beside the difference; above zero, it costs less. */
  exchangeFen: fen,
  isWrittenOff: z.boolean(),
  openedAt: instant,
  /** Since its first day. */
  ageDays: z.int(),
  endedAt: instant.nullable(),
  handledBy: z.string(),
  note: z.string(),
  actions: z.array(z.enum(CASE_ACTIONS)),
})

export const billLineView = z.object({
  n: z.int(),
  lineNo: z.int(),
  kind: z.enum(BILL_LINE_KINDS),
  state: z.enum(['done', 'pending', 'failed']),
  tradeNo: z.string(),
  paymentNo: z.string(),
  refundNo: z.string(),
  amountFen: fen,
  feeFen: fen,
  currency: z.string(),
  /** As the supplier billed it; null: in yuan. */
  own: ownMoney.nullable(),
  /** Of a line that was found: what its rate makes of it beside what was booked. */
  exchangeFen: fen,
  at: instant,
  /** Null: takes no part. */
  outcome: z.enum(OUTCOMES).nullable(),
  caseId: id.nullable(),
})

const caseFilter = pageQuery.extend({
  gateway: gateway.optional(),
  day: day.optional(),
  outcome: oneOrMore(CASE_OUTCOMES).optional(),
  state: oneOrMore(CASE_STATES).optional(),
  kind: z.enum(CASE_KINDS).optional(),
  /** Open and waiting ones. */
  unsettled: flag.optional(),
})
const lineFilter = pageQuery.extend({ kind: z.enum(BILL_LINE_KINDS).optional() })
const read = { kind: 'staff', permission: 'finance.read' } as const
const write = { kind: 'staff', permission: 'finance.reconcile' } as const
const caseId = z.object({ id: idParam })
const note = requiredText(500)

export const reconciliationRoutes = {
  calendar: route({
    id: 'reconciliation.calendar',
    method: 'GET',
    path: '/api/console/reconciliation',
    summary: 'A month’s days of every gateway that has bills, and what is open in all',
    access: read,
    query: z.object({
      month,
      /** One source alone; a supplier’s, `supplier-<id>`, is there before it has a day. */ gateway: gateway.optional(),
    }),
    response: z.object({
      gateways: z.array(z.object({ gateway, name: z.object({ zh: z.string(), en: z.string() }) })),
      days: z.array(reconciledDayBrief),
      open: z.object({ count: z.int(), differenceFen: fen, oldestDay: day.nullable() }),
    }),
  }),
  getDay: route({
    id: 'reconciliation.getDay',
    method: 'GET',
    path: '/api/console/reconciliation/days/:gateway/:day',
    summary: 'One gateway’s day: both sides’ totals and the seven outcomes',
    access: read,
    params: ofDay,
    response: reconciledDayView,
  }),
  listLines: route({
    id: 'reconciliation.listLines',
    method: 'GET',
    path: '/api/console/reconciliation/days/:gateway/:day/lines',
    summary: 'Lines of the bill that counts, in the order of the file; `q` is a whole trade, payment or refund number',
    access: read,
    params: ofDay,
    query: lineFilter,
    response: pageOf(billLineView),
  }),
  exportLines: route({
    id: 'reconciliation.exportLines',
    method: 'GET',
    path: '/api/console/reconciliation/days/:gateway/:day/lines/export',
    summary: 'The bill as a workbook, each line with its outcome',
    access: read,
    params: ofDay,
    query: lineFilter,
    response: z.unknown(),
    responseKind: 'file',
  }),
  getLine: route({
    id: 'reconciliation.getLine',
    method: 'GET',
    path: '/api/console/reconciliation/days/:gateway/:day/lines/:n',
    summary: 'One line as it stands in the file, and our records of it',
    access: read,
    params: ofDay.extend({ n: digits(z.int().min(1)) }),
    response: z.object({
      line: billLineView,
      text: z.string(),
      ours: z.array(z.object({ table: z.string(), row: z.record(z.string(), z.unknown()) })),
    }),
  }),
  run: route({
    id: 'reconciliation.run',
    method: 'POST',
    path: '/api/console/reconciliation/days/:gateway/:day/run',
    summary: 'Fetch the bill and go through the day now, in the background',
    access: write,
    params: ofDay,
    body: z.object({}),
    response: reconciledDayView,
    rateLimit: { max: 30, windowMs: 60_000 },
  }),
  upload: route({
    id: 'reconciliation.upload',
    method: 'PUT',
    path: '/api/console/reconciliation/days/:gateway/:day/bill',
    summary:
      'A bill fetched by hand, as the gateway gave it, as the request body; it takes the place of the day’s bill',
    access: write,
    params: ofDay,
    bodyKind: 'raw',
    bodyLimitBytes: 1024 * 1024 * 1024,
    response: reconciledDayView,
  }),
  close: route({
    id: 'reconciliation.close',
    method: 'POST',
    path: '/api/console/reconciliation/close',
    summary: 'Close days in which nothing is unexplained; they never change again',
    access: write,
    body: z.object({ days: z.array(ofDay).min(1).max(100) }),
    response: ok.extend({ closed: z.int() }),
  }),
  listCases: route({
    id: 'reconciliation.listCases',
    method: 'GET',
    path: '/api/console/reconciliation/cases',
    summary: 'Differences, oldest first while they are open',
    access: read,
    query: caseFilter,
    response: pageOf(reconciliationCaseView),
  }),
  exportCases: route({
    id: 'reconciliation.exportCases',
    method: 'GET',
    path: '/api/console/reconciliation/cases/export',
    summary: 'The list as a workbook, same filters',
    access: read,
    query: caseFilter,
    response: z.unknown(),
    responseKind: 'file',
  }),
  getCase: route({
    id: 'reconciliation.getCase',
    method: 'GET',
    path: '/api/console/reconciliation/cases/:id',
    summary: 'A difference with both sides as they stand: the bill’s line, our rows',
    access: read,
    params: caseId,
    response: reconciliationCaseView.extend({
      text: z.string().nullable(),
      rows: z.array(z.object({ table: z.string(), row: z.record(z.string(), z.unknown()) })),
      /** What it may be paired with. */
      pairs: z.array(z.object({ id, day, number: z.string(), amountFen: fen, at: instant })),
    }),
  }),
  ask: route({
    id: 'reconciliation.ask',
    method: 'POST',
    path: '/api/console/reconciliation/cases/:id/ask',
    summary: 'Ask the gateway about the payment or refund, book what it says, and look at the difference again',
    access: write,
    params: caseId,
    body: z.object({}),
    response: reconciliationCaseView,
    rateLimit: { max: 60, windowMs: 60_000 },
  }),
  explain: route({
    id: 'reconciliation.explain',
    method: 'POST',
    path: '/api/console/reconciliation/cases/:id/explain',
    summary: 'Say why it differs; `writeOff` posts the gateway’s line and moves the difference to its account',
    access: write,
    params: caseId,
    body: z.object({ note, writeOff: z.boolean() }),
    response: reconciliationCaseView,
  }),
  postpone: route({
    id: 'reconciliation.postpone',
    method: 'POST',
    path: '/api/console/reconciliation/cases/:id/postpone',
    summary: 'Let the next day that is not closed deal with it',
    access: write,
    params: caseId,
    body: z.object({ note }),
    response: reconciliationCaseView,
  }),
  pair: route({
    id: 'reconciliation.pair',
    method: 'POST',
    path: '/api/console/reconciliation/cases/:id/pair',
    summary: 'This line of the gateway and that record of ours are the same movement',
    access: write,
    params: caseId,
    body: z.object({ withId: id, note: text(500).default('') }),
    response: reconciliationCaseView,
  }),
} as const
