import { z } from 'zod'
import { route } from '../route.ts'
import {
  fen,
  flag,
  id,
  idParam,
  instant,
  oneOrMore,
  orderNo,
  pageOf,
  pageQuery,
  reason,
  requiredText,
  sortBy,
  text,
} from '../schemas.ts'
import { BULK_ORIGINS, BULK_PAYERS, BULK_STANDINGS, BULK_STATES, ORDER_STATES, SKU_KINDS } from '../states.ts'

export const BULK_LINES_MAX = 10_000
/** All lines together. */
export const BULK_PIECES_MAX = 50_000
export const BULK_LINE_QUANTITY_MAX = 10_000
export const BULK_REFERENCE_MAX = 64
export const BULK_FILE_BYTES_MAX = 16 * 1024 * 1024
export const BULK_FORMATS = ['xlsx', 'csv', 'txt'] as const

/** One variant of a bulk order: what is wanted of it, and what there is of it now. */
const bulkSku = z.object({
  skuId: id,
  goodsId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  kind: z.enum(SKU_KINDS),
  lines: z.int(),
  pieces: z.int(),
  /** As agreed, or as it would be today; 0 of a gift. */
  unitPriceFen: fen,
  /** Of a gift: its price in the mall. */
  unitWorthFen: fen.nullable(),
  amountFen: fen,
  sellable: z.boolean(),
  /** Pieces on our shelf; null where suppliers deliver. */
  available: z.int().nullable(),
  /** What suppliers say they have; null: they do not say, or none is asked. */
  supplyStock: z.int().nullable(),
  /** Whether there is enough: suppliers who do not say leave it open. */
  enough: z.enum(['yes', 'no', 'unknown']),
})

const bulkOrder = z.object({
  id,
  name: z.string(),
  note: z.string(),
  state: z.enum(BULK_STATES),
  origin: z.enum(BULK_ORIGINS),
  /** Of an interface: the wholesale key that ordered it, and that caller's own number. */
  originKeyId: id.nullable(),
  originNo: z.string(),
  payer: z.enum(BULK_PAYERS),
  memberId: id.nullable(),
  /** The member's phone, masked. */
  memberName: z.string().nullable(),
  fileName: z.string(),
  lines: z.int(),
  pieces: z.int(),
  /** Lines by how they stand now. */
  counts: z.object({
    invalid: z.int(),
    waiting: z.int(),
    underWay: z.int(),
    delivered: z.int(),
    attention: z.int(),
    refunded: z.int(),
    failed: z.int(),
    cancelled: z.int(),
  }),
  money: z.object({
    totalFen: fen,
    /** Set aside for lines that wait. */
    heldFen: fen,
    /** Taken for orders that were placed. */
    paidFen: fen,
    deliveredFen: fen,
    /** Given back after it was taken. */
    refundedFen: fen,
    /** Never taken: lines that were refused or cancelled. */
    freedFen: fen,
  }),
  /** Until every waiting line is ordered, by the pace so far; null when that says nothing. */
  etaSeconds: z.int().nullable(),
  createdBy: z.string(),
  createdAt: instant,
  confirmedBy: z.string().nullable(),
  confirmedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  actions: z.array(z.enum(['upload', 'confirm', 'pause', 'resume', 'cancel', 'retry', 'download'])),
})
export type BulkOrder = z.infer<typeof bulkOrder>

const bulkDetail = bulkOrder.extend({
  skuId: id.nullable(),
  /** Of the lines that name none. */
  contactMasked: z.string(),
  /** The whole of it; null for whoever may not see members. */
  contact: z.string().nullable(),
  allowRepeats: z.boolean(),
  ignoredColumns: z.array(z.string()),
  skus: z.array(bulkSku),
  /** What the payer's purse has free, beside what is set aside here; null when the shop gives. */
  purseFreeFen: fen.nullable(),
  /** Another bulk order that was made of the very same file. */
  sameFileAs: id.nullable(),
})
export type BulkDetail = z.infer<typeof bulkDetail>

const bulkLine = z.object({
  lineNo: z.int(),
  reference: z.string(),
  skuId: id.nullable(),
  goodsTitle: z.string(),
  skuTitle: z.string(),
  quantity: z.int(),
  amountFen: fen,
  /** What the buyer's form was answered with, in the words of its fields. */
  form: z.array(z.object({ label: z.string(), value: z.string() })),
  contactMasked: z.string(),
  standing: z.enum(BULK_STANDINGS),
  orderNo: orderNo.nullable(),
  orderState: z.enum(ORDER_STATES).nullable(),
  deliveredAt: instant.nullable(),
  /** Why it is no order, or why its order stands still. */
  fault: z.object({ code: z.string(), message: z.string() }).nullable(),
  turn: z.int(),
})
export type BulkLine = z.infer<typeof bulkLine>

const bulkId = z.object({ bulkId: idParam })
const listQuery = pageQuery.extend({
  sort: sortBy('id', 'name', 'lines', 'totalFen', 'createdAt', 'finishedAt'),
  state: oneOrMore(BULK_STATES).optional(),
  origin: oneOrMore(BULK_ORIGINS).optional(),
  /** What one wholesale key ordered. */
  keyId: idParam.optional(),
  payer: oneOrMore(BULK_PAYERS).optional(),
  memberId: idParam.optional(),
})

export const bulkRoutes = {
  list: route({
    id: 'bulk.list',
    method: 'GET',
    path: '/api/console/bulk-orders',
    summary: 'Bulk orders with how far they are',
    access: { kind: 'staff', permission: 'bulk.read' },
    query: listQuery,
    response: pageOf(bulkOrder),
  }),
  exportList: route({
    id: 'bulk.exportList',
    method: 'GET',
    path: '/api/console/bulk-orders/export',
    summary: 'Bulk orders as a sheet',
    access: { kind: 'staff', permission: 'bulk.read' },
    query: listQuery,
    response: z.string(),
    responseKind: 'file',
  }),
  exportTemplate: route({
    id: 'bulk.exportTemplate',
    method: 'GET',
    path: '/api/console/bulk-orders/template',
    summary: 'An empty file to fill in: the columns that a variant asks for, in the language of whoever asks',
    access: { kind: 'staff', permission: 'bulk.read' },
    query: z.object({ skuId: idParam.optional(), format: z.enum(['xlsx', 'csv']).default('xlsx') }),
    response: z.string(),
    responseKind: 'file',
  }),
  create: route({
    id: 'bulk.create',
    method: 'POST',
    path: '/api/console/bulk-orders',
    summary: 'Open a bulk order; its file is uploaded next, and nothing is ordered before it is confirmed',
    access: { kind: 'staff', permission: 'bulk.manage' },
    idempotency: 'optional',
    body: z.object({
      name: requiredText(80),
      note: text(500).default(''),
      /** `shop`: a gift at price zero; needs the permission bulk.give. */
      payer: z.enum(BULK_PAYERS),
      memberId: id.nullable().default(null),
      /** For files without a column for the goods. */
      skuId: id.nullable().default(null),
      /** Whom to tell where a line names nobody; empty: nobody. */
      contact: text(254).default(''),
      /** The same goods for the same account twice is refused unless it is meant. */
      allowRepeats: z.boolean().default(false),
    }),
    response: bulkDetail,
  }),
  upload: route({
    id: 'bulk.upload',
    method: 'PUT',
    path: '/api/console/bulk-orders/:bulkId/file',
    summary:
      'Its lines, as xlsx, csv, txt (UTF-8 or GBK) or JSON lines (application/x-ndjson). Checked and priced, not ordered; once more takes the place of the first',
    access: { kind: 'staff', permission: 'bulk.manage' },
    params: bulkId,
    bodyKind: 'raw',
    bodyLimitBytes: BULK_FILE_BYTES_MAX,
    response: bulkDetail,
    rateLimit: { max: 60, windowMs: 60_000 },
  }),
  get: route({
    id: 'bulk.get',
    method: 'GET',
    path: '/api/console/bulk-orders/:bulkId',
    summary: 'One bulk order: how far it is, what it costs, what there is of its goods',
    access: { kind: 'staff', permission: 'bulk.read' },
    params: bulkId,
    response: bulkDetail,
  }),
  lines: route({
    id: 'bulk.lines',
    method: 'GET',
    path: '/api/console/bulk-orders/:bulkId/lines',
    summary: 'Its lines in the order of the file. Searched by line number, reference or order number',
    access: { kind: 'staff', permission: 'bulk.read' },
    params: bulkId,
    query: pageQuery.extend({ standing: oneOrMore(BULK_STANDINGS).optional() }),
    response: pageOf(bulkLine),
  }),
  confirm: route({
    id: 'bulk.confirm',
    method: 'POST',
    path: '/api/console/bulk-orders/:bulkId/confirm',
    summary:
      'Order it, at the total that was shown: the whole sum is set aside first, then a worker places line after line',
    access: { kind: 'staff', permission: 'bulk.manage' },
    params: bulkId,
    body: z.object({ totalFen: fen.min(0) }),
    response: bulkDetail,
  }),
  setState: route({
    id: 'bulk.setState',
    method: 'POST',
    path: '/api/console/bulk-orders/:bulkId/state',
    summary: 'Pause, go on, or cancel what is not ordered yet: its money is free at once, orders that were placed stay',
    access: { kind: 'staff', permission: 'bulk.manage' },
    params: bulkId,
    body: z.object({ to: z.enum(['paused', 'running', 'cancelled']), reason }),
    response: bulkDetail,
  }),
  retry: route({
    id: 'bulk.retry',
    method: 'POST',
    path: '/api/console/bulk-orders/:bulkId/retry',
    summary: 'Order lines once more that were refused or refunded; all of them unless some are named',
    access: { kind: 'staff', permission: 'bulk.manage' },
    params: bulkId,
    body: z.object({ lines: z.array(z.int().positive()).min(1).max(BULK_LINES_MAX).nullable().default(null) }),
    bodyLimitBytes: 256 * 1024,
    response: bulkDetail,
  }),
  exportResult: route({
    id: 'bulk.exportResult',
    method: 'GET',
    path: '/api/console/bulk-orders/:bulkId/result',
    summary: 'Every line with its order and how it stands, at any time; without codes',
    access: { kind: 'staff', permission: 'bulk.read' },
    params: bulkId,
    query: z.object({
      format: z.enum(BULK_FORMATS).default('xlsx'),
      standing: oneOrMore(BULK_STANDINGS).optional(),
      problemsOnly: flag.optional(),
    }),
    response: z.string(),
    responseKind: 'file',
  }),
  exportCodes: route({
    id: 'bulk.exportCodes',
    method: 'POST',
    path: '/api/console/bulk-orders/:bulkId/codes',
    summary: 'The same with the codes. Who, when and why is stored before the first one leaves',
    access: { kind: 'staff', permission: 'bulk.export' },
    params: bulkId,
    body: z.object({ reason, format: z.enum(BULK_FORMATS).default('xlsx') }),
    response: z.string(),
    responseKind: 'file',
    rateLimit: { max: 20, windowMs: 60_000 },
  }),
} as const

/** A line as JSON, where a file is sent as JSON lines. */
export const bulkJsonLine = z.strictObject({
  /** Its number, or “goods / variant”. */
  sku: z.union([id, z.string()]).optional(),
  quantity: z.int().min(1).max(BULK_LINE_QUANTITY_MAX).default(1),
  contact: z.string().max(254).default(''),
  reference: z.string().max(BULK_REFERENCE_MAX).default(''),
  form: z.record(z.string().max(40), z.string().max(200)).default({}),
})
