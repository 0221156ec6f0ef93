import { z } from 'zod'
import { route } from '../route.ts'
import {
  digits,
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
import { BUYER_RECALL_STATES, RECALL_PIECE_STATES } from '../states.ts'
import { batchView } from './vault.ts'

const batchId = z.object({ batchId: idParam })
/** Pieces that are named one by one in a call; all that wait for a decision go without names. */
export const RECALLED_PIECES_MAX = 200

export const recallView = z.object({
  reason: z.string(),
  evidence: z.string(),
  begunBy: z.string(),
  begunAt: instant,
  /** False while the batch's delivered pieces are still being looked for. */
  listed: z.boolean(),
  closedBy: z.string().nullable(),
  closedAt: instant.nullable(),
  closeNote: z.string(),
  /** Delivered pieces by what became of them. */
  pieces: z.object(
    Object.fromEntries(RECALL_PIECE_STATES.map((state) => [state, z.int()])) as Record<
      (typeof RECALL_PIECE_STATES)[number],
      z.ZodInt
    >,
  ),
  orders: z.int(),
  /** What the supplier owes for: pieces that were never delivered and those that were put right, at the batch's cost. */
  claim: z.object({ supplier: z.string(), costFen: fen, stopped: z.int(), putRight: z.int(), amountFen: fen }),
})
export type RecallView = z.infer<typeof recallView>

/** A recalled code as the order's buyer sees it. */
export const orderRecall = z.object({
  lineNo: z.int(),
  grantId: id,
  /** The code that stands in its place. */
  newGrantId: id.nullable(),
  piece: z.int(),
  state: z.enum(BUYER_RECALL_STATES),
})
export type OrderRecall = z.output<typeof orderRecall>

export const recalledPiece = z.object({
  grantId: id,
  cardId: id,
  masked: z.string(),
  orderNo,
  lineNo: z.int(),
  memberId: id.nullable(),
  contactMasked: z.string(),
  deliveredAt: instant,
  /** The buyer, or staff, said that the code was used. */
  used: z.boolean(),
  state: z.enum(RECALL_PIECE_STATES),
  action: z.enum(['replace', 'refund', 'leave']).nullable(),
  reason: z.string(),
  chosenBy: z.string(),
  refundFen: fen.nullable(),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  changedAt: instant,
})
export type RecalledPiece = z.infer<typeof recalledPiece>

export const recalledPieceQuery = pageQuery.extend({
  sort: sortBy('grantId', 'orderNo', 'changedAt'),
  state: oneOrMore(RECALL_PIECE_STATES).optional(),
  used: z.enum(['true', 'false']).optional(),
  orderNo: digits(z.int().min(1_000_000_000_000_000)).optional(),
})

export const recallRoutes = {
  recall: route({
    id: 'fulfilment.recallBatch',
    method: 'POST',
    path: '/api/console/batches/:batchId/recall',
    summary:
      'Recall a batch whose source proved bad: nothing more is sold, and what was sold is listed to be put right',
    access: { kind: 'staff', permission: 'cards.recall' },
    idempotency: 'optional',
    params: batchId,
    body: z.object({ reason, evidence: text(1_000).default('') }),
    response: batchView,
  }),
  get: route({
    id: 'fulfilment.getRecall',
    method: 'GET',
    path: '/api/console/batches/:batchId/recall',
    summary: 'How far a recall has come, and what is to be claimed from the supplier; null for a batch never recalled',
    access: { kind: 'staff', permission: 'stock.read' },
    params: batchId,
    response: z.object({ recall: recallView.nullable() }),
  }),
  pieces: route({
    id: 'fulfilment.listRecalledPieces',
    method: 'GET',
    path: '/api/console/batches/:batchId/recall/pieces',
    summary: 'Delivered pieces of a recalled batch, with their orders and what became of them',
    access: { kind: 'staff', permission: 'orders.read' },
    params: batchId,
    query: recalledPieceQuery,
    response: pageOf(recalledPiece),
  }),
  exportPieces: route({
    id: 'fulfilment.exportRecalledPieces',
    method: 'GET',
    path: '/api/console/batches/:batchId/recall/pieces/export',
    summary: 'The filtered pieces of a recall as an Excel file',
    access: { kind: 'staff', permission: 'orders.read' },
    params: batchId,
    query: recalledPieceQuery,
    response: z.string(),
    responseKind: 'file',
  }),
  handle: route({
    id: 'fulfilment.handleRecalledPieces',
    method: 'POST',
    path: '/api/console/batches/:batchId/recall/handle',
    summary:
      'Replace, refund or leave pieces: those named, or all that wait for a decision. A job does it; each has its own outcome',
    access: { kind: 'staff', permission: 'orders.read' },
    params: batchId,
    body: z.object({
      action: z.enum(['replace', 'refund', 'leave']),
      /** Of a refund: where the money goes. */
      to: z.enum(['source', 'balance']).default('source'),
      grantIds: z.array(id).min(1).max(RECALLED_PIECES_MAX).nullable(),
      reason,
    }),
    response: z.object({ chosen: z.int() }),
  }),
  withdraw: route({
    id: 'fulfilment.withdrawRecall',
    method: 'POST',
    path: '/api/console/batches/:batchId/recall/withdraw',
    summary: 'End a recall because the source proved good: the batch is suspended and may be sold again',
    access: { kind: 'staff', permission: 'cards.recall' },
    params: batchId,
    body: z.object({ note: requiredText(200) }),
    response: ok,
  }),
  close: route({
    id: 'fulfilment.closeRecall',
    method: 'POST',
    path: '/api/console/batches/:batchId/recall/close',
    summary: 'End a recall in which everything is decided: the pieces that were never delivered are void',
    access: { kind: 'staff', permission: 'cards.recall' },
    params: batchId,
    body: z.object({ note: requiredText(200) }),
    response: ok,
  }),
} as const
