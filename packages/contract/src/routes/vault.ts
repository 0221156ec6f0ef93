import { PATTERN_CHARS_MAX } from '@quanshu/kernel'
import { z } from 'zod'
import { route } from '../route.ts'
import {
  fen,
  id,
  idParam,
  instant,
  ok,
  oneOrMore,
  orderNo,
  pageOf,
  pageQuery,
  reason,
  requiredText,
  sortBy,
  text,
} from '../schemas.ts'
import { BATCH_ORIGINS, BATCH_STATES, CARD_STATES } from '../states.ts'
import { channelCode } from './warehouses.ts'

export const SEPARATORS = ['auto', '----', '---', '|', 'tab', 'comma', 'space', 'none'] as const

/** A batch stays something that can be listed, undone and exported as one. */
export const GENERATED_CODES_MAX = 1_000_000

/** What the operator states about a delivery of codes before sending the file. */
const facts = z.object({
  supplier: text(80),
  costFen: fen.min(0).max(100_000_000),
  purchaseRef: text(80),
  validFrom: instant.nullable(),
  validTo: instant.nullable(),
  note: text(500),
})
const { supplier, costFen, purchaseRef, validFrom, validTo, note } = facts.shape
const batchFacts = z.object({
  supplier: supplier.default(''),
  costFen: costFen.default(0),
  purchaseRef: purchaseRef.default(''),
  validFrom: validFrom.default(null),
  validTo: validTo.default(null),
  note: note.default(''),
})
/** Channels that alone may sell a batch's codes; they come into the warehouse of the first. Null: whoever has a piece. */
const batchChannels = z.array(channelCode).min(1).max(20).nullable()

/** Progress of an import and, afterwards, the life of the batch. */
export const batchView = z.object({
  id,
  skuId: id,
  skuTitle: z.string(),
  goodsId: id,
  goodsTitle: z.string(),
  state: z.enum(BATCH_STATES),
  origin: z.enum(BATCH_ORIGINS),
  /** What codes of our own look like, and how many there are to be; null for an import. */
  pattern: z.string().nullable(),
  wanted: z.int().nullable(),
  /** When, by whom and why the codes left the house; at most once. */
  exported: z
    .object({ at: instant, by: z.string(), reason: z.string(), codes: z.int(), handOut: z.boolean() })
    .nullable(),
  fileName: z.string(),
  separator: z.enum(SEPARATORS),
  supplier: z.string(),
  costFen: fen,
  purchaseRef: z.string(),
  validFrom: instant.nullable(),
  validTo: instant.nullable(),
  note: z.string(),
  channels: z.array(z.string()).nullable(),
  linesRead: z.int(),
  imported: z.int(),
  /** How many codes these pieces are of; fewer than `imported` when codes are sold several times. */
  codes: z.int(),
  duplicates: z.int(),
  invalid: z.int(),
  bytesRead: z.int(),
  /** Declared size of the upload, for the progress bar; null for chunked uploads. */
  bytesTotal: z.int().nullable(),
  counts: z.object({
    available: z.int(),
    delivered: z.int(),
    used: z.int(),
    void: z.int(),
    suspect: z.int(),
    expired: z.int(),
  }),
  createdBy: z.string(),
  createdAt: instant,
  finishedAt: instant.nullable(),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  actions: z.array(
    z.enum([
      'cancel',
      'resume_upload',
      'resume_generation',
      'export_codes',
      'undo',
      'suspend',
      'resume',
      'recall',
      'edit',
    ]),
  ),
})
export type BatchView = z.infer<typeof batchView>

const batchId = z.object({ batchId: idParam })
export const batchListQuery = pageQuery.extend({
  sort: sortBy('id', 'createdAt', 'validTo', 'costFen', 'imported', 'available'),
  skuId: idParam.optional(),
  goodsId: idParam.optional(),
  state: oneOrMore(BATCH_STATES).optional(),
  origin: z.enum(BATCH_ORIGINS).optional(),
  supplier: text(80).optional(),
})

export const cardView = z.object({
  id,
  skuId: id,
  skuTitle: z.string(),
  goodsTitle: z.string(),
  batchId: id,
  state: z.enum(CARD_STATES),
  masked: z.string(),
  /** Of a code that is sold several times: which of its uses this is, of how many; `of` null: no bound. */
  use: z.object({ codeId: id, no: z.int(), of: z.int().nullable() }).nullable(),
  /** What buyers may choose it by; null: they may not. */
  number: z.string().nullable(),
  validTo: instant.nullable(),
  orderNo: orderNo.nullable(),
  createdAt: instant,
  changedAt: instant,
  actions: z.array(z.enum(['reveal', 'void', 'mark_used'])),
})
export const cardListQuery = pageQuery.extend({
  sort: sortBy('id', 'createdAt'),
  skuId: idParam.optional(),
  batchId: idParam.optional(),
  state: oneOrMore(CARD_STATES).optional(),
  orderNo: orderNo.optional(),
  /** All uses of one code. */
  codeId: idParam.optional(),
})
const cardId = z.object({ cardId: idParam })

export const vaultRoutes = {
  createImport: route({
    id: 'vault.createImport',
    method: 'POST',
    path: '/api/console/imports',
    summary: 'Open a batch for a SKU; its content is sent next',
    access: { kind: 'staff', permission: 'cards.import' },
    idempotency: 'optional',
    body: batchFacts.extend({
      skuId: id,
      channels: batchChannels.optional(),
      fileName: text(200).default(''),
      separator: z.enum(SEPARATORS).default('auto'),
    }),
    response: batchView,
  }),
  uploadImport: route({
    id: 'vault.uploadImport',
    method: 'PUT',
    path: '/api/console/imports/:batchId/content',
    summary:
      'The file itself (txt, csv, xlsx or pasted text) as the request body; encrypted as it is read. Sent again after a break, it continues',
    access: { kind: 'staff', permission: 'cards.import' },
    params: batchId,
    bodyKind: 'raw',
    bodyLimitBytes: 512 * 1024 * 1024,
    response: batchView,
  }),
  watchImport: route({
    id: 'vault.watchImport',
    method: 'GET',
    path: '/api/console/imports/:batchId/stream',
    summary: 'Server-sent `batch` events while the import runs',
    access: { kind: 'staff', permission: 'cards.import' },
    params: batchId,
    response: batchView,
    responseKind: 'sse',
  }),
  cancelImport: route({
    id: 'vault.cancelImport',
    method: 'POST',
    path: '/api/console/imports/:batchId/cancel',
    summary: 'Stop a running import; what was imported stays and can be undone',
    access: { kind: 'staff', permission: 'cards.import' },
    params: batchId,
    body: z.object({}),
    response: batchView,
  }),
  importReport: route({
    id: 'vault.importReport',
    method: 'GET',
    path: '/api/console/imports/:batchId/lines',
    summary: 'Lines that were not imported, with number and reason',
    access: { kind: 'staff', permission: 'cards.import' },
    params: batchId,
    query: pageQuery.extend({ outcome: oneOrMore(['duplicate', 'invalid']).optional() }),
    response: pageOf(
      z.object({ lineNo: z.int(), outcome: z.enum(['duplicate', 'invalid']), reason: z.string(), message: z.string() }),
    ),
  }),
  importReportFile: route({
    id: 'vault.importReportFile',
    method: 'GET',
    path: '/api/console/imports/:batchId/lines.csv',
    summary: 'The whole line report as csv; it holds no codes',
    access: { kind: 'staff', permission: 'cards.import' },
    params: batchId,
    response: z.string(),
    responseKind: 'file',
  }),
  createGeneration: route({
    id: 'vault.createGeneration',
    method: 'POST',
    path: '/api/console/generations',
    summary:
      'Make codes of our own: `#` is a digit, `@` a letter, `*` a character that nobody takes for another, `=` the check character',
    access: { kind: 'staff', permission: 'cards.generate' },
    idempotency: 'optional',
    body: batchFacts.omit({ supplier: true }).extend({
      skuId: id,
      channels: batchChannels.optional(),
      pattern: requiredText(PATTERN_CHARS_MAX),
      wanted: z.int().min(1).max(GENERATED_CODES_MAX),
    }),
    response: batchView,
  }),
  resumeGeneration: route({
    id: 'vault.resumeGeneration',
    method: 'POST',
    path: '/api/console/generations/:batchId/resume',
    summary: 'Go on making codes where it broke off',
    access: { kind: 'staff', permission: 'cards.generate' },
    params: batchId,
    body: z.object({}),
    response: batchView,
  }),
  cancelGeneration: route({
    id: 'vault.cancelGeneration',
    method: 'POST',
    path: '/api/console/generations/:batchId/cancel',
    summary: 'Stop making codes; those that were made stay and can be undone',
    access: { kind: 'staff', permission: 'cards.generate' },
    params: batchId,
    body: z.object({}),
    response: batchView,
  }),
  exportCodes: route({
    id: 'vault.exportCodes',
    method: 'POST',
    path: '/api/console/batches/:batchId/codes',
    summary:
      'The codes of a batch that we made ourselves, in one file, once. Who, when and why is stored before the first leaves',
    access: { kind: 'staff', permission: 'cards.export' },
    params: batchId,
    body: z.object({ reason, handOut: z.boolean() }),
    response: z.string(),
    responseKind: 'file',
    rateLimit: { max: 10, windowMs: 60_000 },
  }),
  listBatches: route({
    id: 'vault.listBatches',
    method: 'GET',
    path: '/api/console/batches',
    summary: 'Batches, newest first',
    access: { kind: 'staff', permission: 'stock.read' },
    query: batchListQuery,
    response: pageOf(batchView),
  }),
  exportBatches: route({
    id: 'vault.exportBatches',
    method: 'GET',
    path: '/api/console/batches/export',
    summary: 'The filtered batches as an Excel file',
    access: { kind: 'staff', permission: 'stock.read' },
    query: batchListQuery,
    response: z.string(),
    responseKind: 'file',
  }),
  getBatch: route({
    id: 'vault.getBatch',
    method: 'GET',
    path: '/api/console/batches/:batchId',
    summary: 'One batch with its counts',
    access: { kind: 'staff', permission: 'stock.read' },
    params: batchId,
    response: batchView,
  }),
  editBatch: route({
    id: 'vault.editBatch',
    method: 'PATCH',
    path: '/api/console/batches/:batchId',
    summary: 'Correct supplier, cost, reference, validity, note or channels',
    access: { kind: 'staff', permission: 'cards.manage' },
    params: batchId,
    // What is left out stays: a default would be put in its place.
    body: facts.partial().extend({ channels: batchChannels.optional() }),
    response: batchView,
  }),
  undoBatch: route({
    id: 'vault.undoBatch',
    method: 'POST',
    path: '/api/console/batches/:batchId/undo',
    summary: 'Take back a batch of which nothing was sold: its codes are removed and may be imported again',
    access: { kind: 'staff', permission: 'cards.manage' },
    params: batchId,
    body: z.object({ reason }),
    response: batchView,
  }),
  suspendBatch: route({
    id: 'vault.suspendBatch',
    method: 'POST',
    path: '/api/console/batches/:batchId/suspend',
    summary: 'Stop selling a batch at once (its undelivered codes become suspect)',
    access: { kind: 'staff', permission: 'cards.manage' },
    params: batchId,
    body: z.object({ reason }),
    response: batchView,
  }),
  resumeBatch: route({
    id: 'vault.resumeBatch',
    method: 'POST',
    path: '/api/console/batches/:batchId/resume',
    summary: 'Sell a suspended batch again',
    access: { kind: 'staff', permission: 'cards.manage' },
    params: batchId,
    body: z.object({ reason }),
    response: batchView,
  }),
  listCards: route({
    id: 'vault.listCards',
    method: 'GET',
    path: '/api/console/cards',
    summary: 'Codes, masked',
    access: { kind: 'staff', permission: 'stock.read' },
    query: cardListQuery,
    response: pageOf(cardView),
  }),
  exportCards: route({
    id: 'vault.exportCards',
    method: 'GET',
    path: '/api/console/cards/export',
    summary: 'The filtered codes, masked, as an Excel file',
    access: { kind: 'staff', permission: 'stock.read' },
    query: cardListQuery,
    response: z.string(),
    responseKind: 'file',
  }),
  searchCard: route({
    id: 'vault.searchCard',
    method: 'POST',
    path: '/api/console/cards/search',
    summary: 'Find a code by its full value, by keyed hash; nothing is decrypted to search',
    access: { kind: 'staff', permission: 'stock.read' },
    body: z.object({ value: requiredText(2_000) }),
    response: z.object({ items: z.array(cardView) }),
    rateLimit: { max: 60, windowMs: 60_000 },
  }),
  cardHistory: route({
    id: 'vault.cardHistory',
    method: 'GET',
    path: '/api/console/cards/:cardId',
    summary: 'One code, masked, with every movement and every reveal',
    access: { kind: 'staff', permission: 'stock.read' },
    params: cardId,
    response: cardView.extend({
      history: z.array(
        z.object({
          at: instant,
          from: z.string().nullable(),
          to: z.string(),
          cause: z.string(),
          actor: z.string().nullable(),
        }),
      ),
    }),
  }),
  revealCard: route({
    id: 'vault.revealCard',
    method: 'POST',
    path: '/api/console/cards/:cardId/reveal',
    summary: 'Show one code in full. Who, when and why is logged before it leaves',
    access: { kind: 'staff', permission: 'cards.reveal' },
    params: cardId,
    body: z.object({ reason }),
    response: z.object({ parts: z.array(z.string()) }),
    rateLimit: { max: 30, windowMs: 60_000 },
  }),
  voidCard: route({
    id: 'vault.voidCard',
    method: 'POST',
    path: '/api/console/cards/:cardId/void',
    summary: 'Withdraw an undelivered code for good; of one that is sold several times, all that is left of it',
    access: { kind: 'staff', permission: 'cards.manage' },
    params: cardId,
    body: z.object({ reason }),
    response: cardView,
  }),
  markCardUsed: route({
    id: 'vault.markCardUsed',
    method: 'POST',
    path: '/api/console/cards/:cardId/used',
    summary: 'Record that a delivered code was used',
    access: { kind: 'staff', permission: 'cards.manage' },
    params: cardId,
    body: z.object({ reason }),
    response: cardView,
  }),
} as const

const stockRow = z.object({
  skuId: id,
  goodsId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  available: z.int(),
  held: z.int(),
  /** In channels' warehouses, what is held there included. */
  inChannels: z.int(),
  delivered: z.int(),
  used: z.int(),
  void: z.int(),
  suspect: z.int(),
  expired: z.int(),
  imported: z.int(),
  lowStockAt: z.int().nullable(),
  low: z.boolean(),
  costFen: fen,
})
export const stockListQuery = pageQuery.extend({
  sort: sortBy(
    'goodsTitle',
    'skuTitle',
    'available',
    'held',
    'inChannels',
    'delivered',
    'used',
    'void',
    'suspect',
    'expired',
    'imported',
    'costFen',
    'lowStockAt',
  ),
  goodsId: idParam.optional(),
  low: z.enum(['true', 'false']).optional(),
})

export const stockRoutes = {
  list: route({
    id: 'stock.list',
    method: 'GET',
    path: '/api/console/stock',
    summary: 'Stock per SKU from the ledger; the states always add up to imported',
    access: { kind: 'staff', permission: 'stock.read' },
    query: stockListQuery,
    response: pageOf(stockRow),
  }),
  export: route({
    id: 'stock.export',
    method: 'GET',
    path: '/api/console/stock/export',
    summary: 'Stock per SKU as an Excel file',
    access: { kind: 'staff', permission: 'stock.read' },
    query: stockListQuery,
    response: z.string(),
    responseKind: 'file',
  }),
  setThreshold: route({
    id: 'stock.setThreshold',
    method: 'PUT',
    path: '/api/console/stock/:skuId/threshold',
    summary: 'Warn when fewer than this many are left; null switches the warning off',
    access: { kind: 'staff', permission: 'goods.write' },
    params: z.object({ skuId: idParam }),
    body: z.object({ lowStockAt: z.int().min(0).max(1_000_000).nullable() }),
    response: ok,
  }),
} as const
