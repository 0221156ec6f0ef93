import { z } from 'zod'
import { route } from '../route.ts'
import { digits, fen, fenPositive, instant, oneOrMore } from '../schemas.ts'
import { BULK_LINES_MAX, BULK_REFERENCE_MAX } from './bulk.ts'
import { WHOLESALE_ORDER_STATES, wholesaleOrder, wholesalePlaceBody } from './wholesale.ts'

/** Thousands of pieces in one call by the interface for other shops. docs/wholesale-api.md. */

/** 10,000 lines of 800 bytes each: three times what an account and a reference take. */
export const WHOLESALE_BULK_BYTES_MAX = 8 * 1024 * 1024
export const WHOLESALE_BULK_PAGE_MAX = 100
/** As an order is told, but for a line that is not ordered yet and one that never will be because it was cancelled. */
export const WHOLESALE_LINE_STATES = ['waiting', ...WHOLESALE_ORDER_STATES, 'cancelled'] as const
export type WholesaleLineState = (typeof WHOLESALE_LINE_STATES)[number]

const { outerNo, productId, quantity, fields, callbackUrl, trace } = wholesalePlaceBody.shape

const line = z.object({
  /** The caller's word for the line; no two of one bulk order are the same. */
  ref: z
    .string()
    .regex(/^[\w-]+$/)
    .max(BULK_REFERENCE_MAX),
  productId,
  quantity: quantity.default(1),
  fields,
})

export const wholesaleBulkBody = z.object({
  outerNo,
  /** No more than this for all of it together; above it nothing is ordered. */
  totalCeilingFen: fenPositive,
  lines: z.array(line).min(1).max(BULK_LINES_MAX),
  /** The same product into the same account twice is refused unless it is meant. */
  allowRepeats: z.boolean().default(false),
  callbackUrl,
  trace,
})
export type WholesaleBulkPlace = z.output<typeof wholesaleBulkBody>

export const wholesaleBulk = z.object({
  /** The caller's number, and ours. */
  outerNo: z.string(),
  bulkNo: z.string(),
  /** `processing` until no line waits or is under way; then `done`, `partial` or `failed`. */
  state: z.enum(WHOLESALE_ORDER_STATES),
  lines: z.int(),
  pieces: z.int(),
  /** Lines by how they stand. */
  counts: z.object({
    waiting: z.int(),
    processing: z.int(),
    done: z.int(),
    partial: z.int(),
    failed: z.int(),
    cancelled: z.int(),
  }),
  /** `totalFen` = `heldFen` + `spentFen` + `releasedFen`. */
  money: z.object({
    totalFen: fen,
    /** Set aside for lines that wait. */
    heldFen: fen,
    /** Taken for lines that were ordered, also of those whose money came back since. */
    spentFen: fen,
    /** Back in the purse, of what was taken. */
    refundedFen: fen,
    /** Never taken, and free again: lines that were refused or cancelled. */
    releasedFen: fen,
  }),
  placedAt: instant,
})
export type WholesaleBulk = z.output<typeof wholesaleBulk>

const wholesaleBulkLine = z.object({
  /** Its place in the call, counted from 0. */
  index: z.int(),
  ref: z.string(),
  productId: z.string(),
  quantity: z.int(),
  state: z.enum(WHOLESALE_LINE_STATES),
  /** Null as long as it is not ordered. */
  orderNo: z.string().nullable(),
  arrived: z.int(),
  priceFen: fen,
  amountFen: fen,
  refundedFen: fen,
  cards: wholesaleOrder.shape.cards,
  /** Of one that failed, as of an order; of one that could not even be ordered a code of the catalogue. */
  failedBecause: z.string().nullable(),
})
export type WholesaleBulkLine = z.output<typeof wholesaleBulkLine>

const byKey = { kind: 'key' } as const
const rateLimit = { max: 6_000, windowMs: 60_000 }
const PATH = '/api/wholesale/v1/bulk-orders'

export const wholesaleBulkRoutes = {
  place: route({
    id: 'wholesaleApi.placeBulk',
    method: 'POST',
    path: PATH,
    summary:
      '批量下单：最多 10,000 行，整批款项一次冻结或全部不下单，立即返回编号 · A bulk order: up to 10,000 lines, all of its money set aside or nothing ordered; answers at once',
    access: byKey,
    rateLimit: { max: 120, windowMs: 60_000 },
    bodyKind: 'raw',
    bodyLimitBytes: WHOLESALE_BULK_BYTES_MAX,
    body: wholesaleBulkBody,
    response: wholesaleBulk,
  }),
  get: route({
    id: 'wholesaleApi.bulk',
    method: 'GET',
    path: `${PATH}/:outerNo`,
    summary:
      '批量订单进度：各状态行数、已扣与已退 · How far a bulk order is: lines by state, money spent and given back',
    access: byKey,
    rateLimit,
    params: z.object({ outerNo }),
    response: wholesaleBulk,
  }),
  lines: route({
    id: 'wholesaleApi.bulkLines',
    method: 'GET',
    path: `${PATH}/:outerNo/lines`,
    summary: '批量订单逐行结果与卡密，分页，随时可取 · Its lines with their codes, page by page, as they come',
    access: byKey,
    rateLimit,
    params: z.object({ outerNo }),
    query: z.object({
      state: oneOrMore(WHOLESALE_LINE_STATES).optional(),
      /** `next` of the page before. */
      cursor: digits(z.int().nonnegative().max(BULK_LINES_MAX)).default(0),
      limit: digits(z.int().min(1).max(WHOLESALE_BULK_PAGE_MAX)).default(WHOLESALE_BULK_PAGE_MAX),
    }),
    response: z.object({ items: z.array(wholesaleBulkLine), next: z.string().nullable() }),
  }),
  cancel: route({
    id: 'wholesaleApi.cancelBulk',
    method: 'POST',
    path: `${PATH}/:outerNo/cancel`,
    summary: '取消尚未下单的行，其款项立即解冻 · End the lines that are not ordered yet; their money is free at once',
    access: byKey,
    rateLimit,
    bodyKind: 'raw',
    params: z.object({ outerNo }),
    response: z.object({
      outcome: z.enum(['cancelled', 'too_late']),
      /** Cancelled ones, and what they would have cost. */
      lines: z.int(),
      releasedFen: fen,
    }),
  }),
} as const
