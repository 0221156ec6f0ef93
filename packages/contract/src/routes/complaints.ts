import { z } from 'zod'
import {
  COMPLAINT_DECISIONS,
  COMPLAINT_DOUBTS,
  COMPLAINT_PICTURES_MAX,
  COMPLAINT_REASONS,
  COMPLAINT_STATES,
  RECOVERY_STATES,
  REMEDIES,
  SUPPLIER_WORDS,
} from '../complaint.ts'
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
import { CARD_STATES } from '../states.ts'

/** Codes that do not work: reported by buyers, judged by a rule, decided by people. */

const anyone = { kind: 'public' } as const
const reads = { kind: 'staff', permission: 'orders.read' } as const
const complaintId = z.object({ complaintId: idParam })
/** A phone's picture, before it is made smaller. */
const PICTURE_BYTES_MAX = 10 * 1024 * 1024

/** A complaint as the order's buyer sees it. */
export const orderComplaint = z.object({
  id,
  lineNo: z.int(),
  grantId: id,
  /** The code that took the bad one's place. */
  newGrantId: id.nullable(),
  piece: z.int(),
  reason: z.enum(COMPLAINT_REASONS),
  state: z.enum(COMPLAINT_STATES),
  /** Why it was rejected. */
  answer: z.string(),
  mayContest: z.boolean(),
  mayWithdraw: z.boolean(),
  pictures: z.int(),
  reportedAt: instant,
  endedAt: instant.nullable(),
})
export type OrderComplaint = z.output<typeof orderComplaint>

export const complaintRow = z.object({
  id,
  orderNo,
  lineNo: z.int(),
  piece: z.int(),
  goodsTitle: z.string(),
  skuTitle: z.string(),
  skuId: id,
  batchId: id,
  supplier: z.string(),
  amountFen: fen,
  contactMasked: z.string(),
  reason: z.enum(COMPLAINT_REASONS),
  state: z.enum(COMPLAINT_STATES),
  word: z.enum(SUPPLIER_WORDS).nullable(),
  why: z.array(z.enum(COMPLAINT_DOUBTS)),
  decidedBy: z.string(),
  reportedAt: instant,
  endedAt: instant.nullable(),
})
export type ComplaintRow = z.output<typeof complaintRow>

/** What the house thinks best for a complaint that waits for a person; `reject` only when the supplier says that the code was used. */
export const complaintProposal = z.object({
  action: z.enum(COMPLAINT_DECISIONS),
  /** What speaks for it. */
  because: z.enum(['supplier_says_used', 'in_stock', 'source_there', 'money_only', 'purchase_open', 'refund_awaits']),
})
export type ComplaintProposal = z.output<typeof complaintProposal>

export const complaintDetail = complaintRow.extend({
  note: z.string(),
  contest: z.string().nullable(),
  answer: z.string(),
  cardId: id,
  masked: z.string(),
  cardState: z.enum(CARD_STATES),
  deliveredAt: instant,
  /** Pieces of the SKU that could be handed out now. */
  availableNow: z.int(),
  pictures: z.array(z.object({ id, width: z.int(), height: z.int() })),
  /** What is known of the batch it came from. */
  batch: z.object({
    origin: z.string(),
    state: z.string(),
    purchaseRef: z.string(),
    costFen: fen.nullable(),
    delivered: z.int(),
    complaints: z.int(),
    putRight: z.int(),
  }),
  /** Complaints of the same buyer, contact or address in thirty days. */
  othersOfBuyer: z.int(),
  /** Purchase, moves and reveals of the code, and every step of the complaint; the oldest first. */
  log: z.array(
    z.object({
      at: instant,
      about: z.enum(['complaint', 'card', 'reveal', 'purchase']),
      kind: z.string(),
      by: z.string(),
      note: z.string(),
      detail: z.record(z.string(), z.unknown()),
    }),
  ),
  recovery: z.object({ id, state: z.enum(RECOVERY_STATES), claimedFen: fen, creditedFen: fen }).nullable(),
  proposal: complaintProposal.nullable(),
  /** What this person may decide now. */
  actions: z.array(z.enum(COMPLAINT_DECISIONS)),
})
export type ComplaintDetail = z.output<typeof complaintDetail>

export const complaintRule = z.object({
  automatic: z.boolean(),
  reasons: z.array(z.enum(COMPLAINT_REASONS)).max(COMPLAINT_REASONS.length),
  withinHours: z.int().min(1).max(8_760),
  maxFen: z.int().min(0).max(100_000_000),
  perMonth: z.int().min(0).max(1_000),
  whenUnsure: z.boolean(),
  remedies: z
    .array(z.enum(REMEDIES))
    .min(1)
    .max(REMEDIES.length)
    .refine((remedies) => new Set(remedies).size === remedies.length, { message: 'each remedy once' }),
})
export type ComplaintRule = z.output<typeof complaintRule>

const pieceOfOrder = z.object({ no: orderNo, grantId: idParam })
const complaintOfOrder = z.object({ no: orderNo, complaintId: idParam })

export const mallComplaintRoutes = {
  complain: route({
    id: 'fulfilment.complain',
    method: 'POST',
    path: '/api/mall/orders/:no/grants/:grantId/complaint',
    summary: 'The buyer says that a delivered code does not work; said again it is the same complaint',
    access: anyone,
    params: pieceOfOrder,
    body: z.object({ reason: z.enum(COMPLAINT_REASONS), note: text(500).default('') }),
    response: z.object({ id, isNew: z.boolean() }),
    rateLimit: { max: 60, windowMs: 60_000 },
  }),
  contest: route({
    id: 'fulfilment.contestComplaint',
    method: 'POST',
    path: '/api/mall/orders/:no/complaints/:complaintId/contest',
    summary: 'The buyer contests a rejection, once; a person looks at it again',
    access: anyone,
    params: complaintOfOrder,
    body: z.object({ note: requiredText(500) }),
    response: ok,
    rateLimit: { max: 30, windowMs: 60_000 },
  }),
  withdraw: route({
    id: 'fulfilment.withdrawComplaint',
    method: 'POST',
    path: '/api/mall/orders/:no/complaints/:complaintId/withdraw',
    summary: 'The buyer withdraws a complaint that is not decided; the code works after all',
    access: anyone,
    params: complaintOfOrder,
    body: z.object({}),
    response: ok,
    rateLimit: { max: 30, windowMs: 60_000 },
  }),
  uploadPicture: route({
    id: 'fulfilment.uploadComplaintPicture',
    method: 'POST',
    path: '/api/mall/orders/:no/complaints/:complaintId/pictures',
    summary: `Upload a picture that shows what is wrong, as the raw body; up to ${COMPLAINT_PICTURES_MAX}, for the shop only`,
    access: anyone,
    params: complaintOfOrder,
    bodyKind: 'raw',
    bodyLimitBytes: PICTURE_BYTES_MAX,
    response: z.object({ id, width: z.int(), height: z.int() }),
    rateLimit: { max: 30, windowMs: 60_000 },
  }),
} as const

const complaintQuery = pageQuery.extend({
  sort: sortBy('reportedAt', 'amountFen'),
  state: oneOrMore(COMPLAINT_STATES).optional(),
  reason: oneOrMore(COMPLAINT_REASONS).optional(),
  batchId: idParam.optional(),
  supplier: text(100).optional(),
})

export const complaintRoutes = {
  list: route({
    id: 'fulfilment.listComplaints',
    method: 'GET',
    path: '/api/console/complaints',
    summary: 'Complaints about codes, the newest first',
    access: reads,
    query: complaintQuery,
    response: pageOf(complaintRow),
  }),
  export: route({
    id: 'fulfilment.exportComplaints',
    method: 'GET',
    path: '/api/console/complaints.xlsx',
    summary: 'Complaints about codes as a workbook, the newest first',
    access: reads,
    query: complaintQuery,
    response: z.string(),
    responseKind: 'file',
  }),
  get: route({
    id: 'fulfilment.getComplaint',
    method: 'GET',
    path: '/api/console/complaints/:complaintId',
    summary: 'One complaint with the history of its code, what the supplier says, and what the house proposes',
    access: reads,
    params: complaintId,
    response: complaintDetail,
  }),
  picture: route({
    id: 'fulfilment.readComplaintPicture',
    method: 'GET',
    path: '/api/console/complaints/:complaintId/pictures/:pictureId',
    summary: 'A picture of a complaint as WebP',
    access: reads,
    params: complaintId.extend({ pictureId: idParam }),
    response: z.string(),
    responseKind: 'file',
  }),
  decide: route({
    id: 'fulfilment.decideComplaint',
    method: 'POST',
    path: '/api/console/complaints/:complaintId/decide',
    summary: 'Decide a complaint that waits for a person; a refund needs the right to refund',
    access: { kind: 'staff', permission: 'orders.handle' },
    params: complaintId,
    idempotency: 'optional',
    body: z.object({ action: z.enum(COMPLAINT_DECISIONS), reason }),
    response: complaintDetail,
  }),
  rules: route({
    id: 'fulfilment.listComplaintRules',
    method: 'GET',
    path: '/api/console/complaint-rules',
    summary: 'What is decided about complaints without a person: the shop’s rule, and those of single goods',
    access: reads,
    response: z.object({
      shop: complaintRule.extend({ isOwn: z.boolean() }),
      goods: z.array(complaintRule.extend({ goodsId: id, goodsTitle: z.string() })),
    }),
  }),
  saveRule: route({
    id: 'fulfilment.saveComplaintRule',
    method: 'PUT',
    path: '/api/console/complaint-rules',
    summary: 'Change the shop’s rule, or, with goods, theirs',
    access: { kind: 'staff', permission: 'settings.manage' },
    body: complaintRule.extend({ goodsId: id.nullable() }),
    response: ok,
  }),
  removeRule: route({
    id: 'fulfilment.removeComplaintRule',
    method: 'POST',
    path: '/api/console/complaint-rules/remove',
    summary: 'Remove the rule of single goods; the shop’s holds for them again',
    access: { kind: 'staff', permission: 'settings.manage' },
    body: z.object({ goodsId: id }),
    response: ok,
  }),
} as const
