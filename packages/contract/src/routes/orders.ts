import { z } from 'zod'
import { DESK_ACTIONS, DESK_AGES, DESK_GROUNDS, DESK_PROPOSALS, DESK_REASONS, DESK_ROWS_MAX } from '../desk.ts'
import { answeredFields } from '../form-fields.ts'
import { route } from '../route.ts'
import {
  digits,
  fen,
  flag,
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
} from '../schemas.ts'
import {
  ATTEMPT_STATES,
  BUYER_RECALL_STATES,
  EXCEPTION_REASONS,
  GRANT_STATES,
  LINE_KINDS,
  ORDER_PURPOSES,
  ORDER_STATES,
  RECEIPT_STATES,
  REFUND_STATES,
  REFUND_TAKES,
} from '../states.ts'
import { PASSED_OVER } from '../supply.ts'
import { LINES_MAX, lineActivation, orderBundle, orderLine, REFUND_PIECES_MAX } from './mall-orders.ts'

const orderSummary = z.object({
  no: orderNo,
  state: z.enum(ORDER_STATES),
  purpose: z.enum(ORDER_PURPOSES),
  /** Of a recharge: what the balance gets, bonus included. */
  creditFen: fen,
  hasException: z.boolean(),
  buyer: z.object({ memberId: id.nullable(), contactMasked: z.string() }),
  goodsTitles: z.array(z.string()),
  quantity: z.int(),
  totalFen: fen,
  refundedFen: fen,
  /** Where it came from: `mall`, `redeem`, `bulk`, `wholesale`, or a channel's own word. */
  channel: z.string(),
  gateway: z.string().nullable(),
  tradeNo: z.string().nullable(),
  placedAt: instant,
  paidAt: instant.nullable(),
  deliveredAt: instant.nullable(),
})

export const orderListQuery = pageQuery.extend({
  sort: sortBy('placedAt', 'paidAt', 'deliveredAt', 'totalFen', 'no'),
  state: oneOrMore(ORDER_STATES).optional(),
  exception: flag.optional(),
  purpose: z.enum(ORDER_PURPOSES).optional(),
  goodsId: idParam.optional(),
  memberId: idParam.optional(),
  gateway: z.string().max(40).optional(),
  channel: z.string().max(40).optional(),
  from: instant.optional(),
  to: instant.optional(),
})

/** One entry of an order's history, from whatever source: order, payment, notice, hold, delivery, refund, staff. */
export const timelineEntry = z.object({
  at: instant,
  kind: z.enum(['order', 'payment', 'notice', 'hold', 'delivery', 'refund', 'staff', 'message', 'supply', 'complaint']),
  /** Key of the message catalogue, e.g. `timeline.payment.received`. */
  title: z.string(),
  actor: z.string().nullable(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})

export const refundView = z.object({
  id,
  orderNo,
  lineNo: z.int().nullable(),
  amountFen: fen,
  /** Given back beside the money. */
  points: z.int(),
  /**
   * `hand`: the gateway refused it, and it was paid outside of the system. `let_go`: what the shop had not asked for when it took
   * less for the order goes back to nobody.
   */
  to: z.enum(['source', 'balance', 'hand', 'let_go']),
  state: z.enum(REFUND_STATES),
  takes: z.enum(REFUND_TAKES),
  /** Pieces named by a refund of pieces. */
  pieces: z.int(),
  reason: z.string(),
  requestedBy: z.string(),
  requestedById: id.nullable(),
  decidedBy: z.string().nullable(),
  decidedNote: z.string().nullable(),
  handReference: z.string().nullable(),
  /** Of a recharge: what it took from the balance, with its share of the bonus. */
  creditFen: fen,
  /** It failed, and another took its place, or what it took was put back. */
  isReplaced: z.boolean(),
  attempts: z.int(),
  lastError: z.string().nullable(),
  createdAt: instant,
  doneAt: instant.nullable(),
})

export const orderDetail = orderSummary.extend({
  contact: z.string().nullable(),
  member: z.object({ id, name: z.string(), phoneMasked: z.string().nullable() }).nullable(),
  ip: z.string().nullable(),
  /** Of `totalFen`, what the balance pays beside a gateway. */
  balanceFen: fen,
  points: z.int(),
  closeReason: z.string().nullable(),
  expiresAt: instant,
  lines: z.array(
    orderLine.omit({ supply: true, service: true }).extend({
      kind: z.enum([...LINE_KINDS, 'recharge']),
      /** Null: a recharge, which is of no goods. */
      skuId: id.nullable(),
      goodsId: id.nullable(),
      /** By which `form` is named. */
      formFields: answeredFields,
      activation: lineActivation.extend({ openedAt: instant, byName: z.string() }).nullable(),
      refundedFen: fen,
      refundedPoints: z.int(),
      /** Under way, or failed and waiting for a decision. */
      refundingFen: fen,
      refundedQuantity: z.int(),
      /** What its pieces cost so far: codes by their batches, top-ups by their purchases. Null: not for this person to see. */
      costFen: fen.nullable(),
      /** Of `refundingFen`, what failed. */
      failedFen: fen,
      /** A payer’s bank took the whole payment while a supplier had it under way: it is handed over all the same. */
      keptAfterBank: z.boolean(),
      hold: z.object({ state: z.string(), expiresAt: instant }).nullable(),
      exception: z
        .object({ reason: z.enum(EXCEPTION_REASONS), note: z.string().nullable(), since: instant })
        .nullable(),
      grants: z.array(
        z.object({
          id,
          piece: z.int(),
          state: z.enum(GRANT_STATES),
          cardId: id.nullable(),
          batchId: id.nullable(),
          masked: z.string(),
          grantedAt: instant,
          /** Its batch was called back, and what its buyer is told of it; null: it was not. */
          recall: z.enum(BUYER_RECALL_STATES).nullable(),
          /** Of a redeem code that was sold: its series, and how often it was used. */
          link: z.object({ batchId: id, codeId: id, used: z.int(), uses: z.int() }).nullable(),
        }),
      ),
    }),
  ),
  bundles: z.array(orderBundle),
  payments: z.array(
    z.object({
      gateway: z.string(),
      amountFen: fen,
      state: z.enum(ATTEMPT_STATES),
      createdAt: instant,
      nextQueryAt: instant.nullable(),
      queries: z.int(),
    }),
  ),
  receipts: z.array(
    z.object({
      id,
      gateway: z.string(),
      tradeNo: z.string(),
      amountFen: fen,
      state: z.enum(RECEIPT_STATES),
      receivedAt: instant,
    }),
  ),
  refunds: z.array(refundView),
  timeline: z.array(timelineEntry),
  /** An order that gives back more than this in all waits for a second person; 0: nobody is asked. */
  refundApprovalAboveFen: fen,
  refundApprovalAbovePoints: z.int().min(0),
  /** What this person may do now; a missing action is not allowed in this state. */
  actions: z.array(z.enum(['cancel', 'query_payment', 'claim', 'retry', 'replace', 'refund', 'resend'])),
})

const no = z.object({ no: orderNo })

/** A line, or with a grant the complaint about that piece of it. */
const deskKey = z.object({ orderNo, lineNo: z.int().min(1), grantId: z.int().min(0).default(0) })
const deskResults = z.object({
  results: z.array(
    z.object({
      orderNo,
      lineNo: z.int(),
      grantId: z.int(),
      ok: z.boolean(),
      code: z.string().nullable(),
      message: z.string().nullable(),
    }),
  ),
})
export const deskRow = z.object({
  orderNo,
  lineNo: z.int(),
  /** Of a complaint; 0: the line itself. */
  grantId: z.int(),
  complaintId: id.nullable(),
  goodsTitle: z.string(),
  skuTitle: z.string(),
  /** Null: a recharge. */
  skuId: id.nullable(),
  quantity: z.int(),
  amountFen: fen,
  reason: z.enum(DESK_REASONS),
  note: z.string().nullable(),
  since: instant,
  age: z.enum(DESK_AGES),
  contactMasked: z.string(),
  availableNow: z.int(),
  /** Of a channel's line: the warehouse that it is sold from, and what the total one has free. */
  warehouse: z.object({ id, name: z.string(), isOpen: z.boolean(), totalNow: z.int() }).nullable(),
  /** Who sold the code, or was asked last; '' where nobody was. */
  supplier: z.string(),
  worker: z.object({ staffId: id, name: z.string(), isMe: z.boolean() }).nullable(),
  proposal: z.object({ action: z.enum(DESK_PROPOSALS), because: z.enum(DESK_GROUNDS) }),
  actions: z.array(z.enum(DESK_ACTIONS)),
})
export type DeskRow = z.output<typeof deskRow>

const deskQuery = pageQuery.extend({
  sort: sortBy('since', 'amountFen', 'quantity'),
  reason: oneOrMore(DESK_REASONS).optional(),
  skuId: idParam.optional(),
  age: oneOrMore(DESK_AGES).optional(),
  /** Whose: mine, nobody's, or others'. */
  worker: z.enum(['me', 'nobody', 'others']).optional(),
  supplier: z.string().trim().max(100).optional(),
})

export const orderRoutes = {
  list: route({
    id: 'orders.list',
    method: 'GET',
    path: '/api/console/orders',
    summary: 'Orders by number, contact, trade number, goods, state and time',
    access: { kind: 'staff', permission: 'orders.read' },
    query: orderListQuery,
    response: pageOf(orderSummary),
  }),
  export: route({
    id: 'orders.export',
    method: 'GET',
    path: '/api/console/orders/export',
    summary: 'The filtered orders as an Excel file',
    access: { kind: 'staff', permission: 'orders.read' },
    query: orderListQuery,
    response: z.string(),
    responseKind: 'file',
  }),
  detail: route({
    id: 'orders.detail',
    method: 'GET',
    path: '/api/console/orders/:no',
    summary: 'One order with lines, money, deliveries and its whole timeline',
    access: { kind: 'staff', permission: 'orders.read' },
    params: no,
    response: orderDetail,
  }),
  cancelByStaff: route({
    id: 'orders.cancelByStaff',
    method: 'POST',
    path: '/api/console/orders/:no/cancel',
    summary: 'Cancel an unpaid order',
    access: { kind: 'staff', permission: 'orders.handle' },
    params: no,
    body: z.object({ reason }),
    response: orderDetail,
  }),
  queryPayment: route({
    id: 'orders.queryPayment',
    method: 'POST',
    path: '/api/console/orders/:no/query-payment',
    summary: 'Ask the gateway now whether the order is paid; a payment found is applied',
    access: { kind: 'staff', permission: 'orders.handle' },
    params: no,
    body: z.object({}),
    response: z.object({ outcome: z.enum(['paid', 'not_paid', 'unknown']), order: orderDetail }),
  }),
  retryLine: route({
    id: 'fulfilment.retryLine',
    method: 'POST',
    path: '/api/console/orders/:no/lines/:lineNo/retry',
    summary: 'Try again to deliver a line that is an exception',
    access: { kind: 'staff', permission: 'orders.handle' },
    params: no.extend({ lineNo: digits(z.int().min(1).max(LINES_MAX)) }),
    body: z.object({}),
    response: orderDetail,
  }),
  replaceGrant: route({
    id: 'fulfilment.replaceGrant',
    method: 'POST',
    path: '/api/console/orders/:no/grants/:grantId/replace',
    summary: 'Replace a bad code by a new one: the old is void, the loss recorded',
    access: { kind: 'staff', permission: 'orders.handle' },
    params: no.extend({ grantId: idParam }),
    body: z.object({ reason }),
    idempotency: 'required',
    response: orderDetail,
  }),
  refund: route({
    id: 'orders.refund',
    method: 'POST',
    path: '/api/console/orders/:no/refunds',
    summary:
      'Refund an order, a line, some pieces of it, or an amount. What is taken back is void first; an amount alone leaves the codes with the buyer',
    access: { kind: 'staff', permission: 'orders.refund' },
    params: no,
    body: z
      .object({
        lineNo: z.int().min(1).max(LINES_MAX).nullable(),
        /** Grants of the line: these are taken back, and their share of the line is refunded unless an amount is given. */
        pieces: z.array(id).min(1).max(REFUND_PIECES_MAX).optional(),
        /** Without `pieces` it is goodwill: nothing is taken back. At most what is left of the line; 0 takes pieces back for nothing, when nothing of what was received is left. */
        amountFen: fen.min(0).optional(),
        /** Only what refunds that failed had promised, now another way; the rights are gone already. */
        again: z.boolean().default(false),
        to: z.enum(['source', 'balance']),
        reason,
      })
      .refine((body) => body.lineNo !== null || (body.pieces === undefined && body.amountFen === undefined), {
        message: 'pieces and amounts belong to one line',
        path: ['lineNo'],
      })
      .refine((body) => body.amountFen !== 0 || body.pieces !== undefined, {
        message: 'an amount of nothing takes pieces back',
        path: ['amountFen'],
      })
      .refine((body) => !body.again || (body.pieces === undefined && body.amountFen === undefined), {
        message: 'what failed is refunded again as it was',
        path: ['again'],
      }),
    idempotency: 'required',
    response: orderDetail,
  }),
  approveRefund: route({
    id: 'fulfilment.approveRefund',
    method: 'POST',
    path: '/api/console/refunds/:refundId/approve',
    summary: 'Let a refund begin that waits for a second person; never by who asked for it',
    access: { kind: 'staff', permission: 'refunds.approve' },
    params: z.object({ refundId: idParam }),
    body: z.object({}),
    idempotency: 'required',
    response: ok,
  }),
  declineRefund: route({
    id: 'fulfilment.declineRefund',
    method: 'POST',
    path: '/api/console/refunds/:refundId/decline',
    summary: 'Refuse a refund that waits for a second person; nothing was taken or promised yet',
    access: { kind: 'staff', permission: 'refunds.approve' },
    params: z.object({ refundId: idParam }),
    body: z.object({ reason }),
    response: ok,
  }),
  refundByHand: route({
    id: 'fulfilment.refundByHand',
    method: 'POST',
    path: '/api/console/refunds/:refundId/by-hand',
    summary: 'Book a refund that the gateway refused as paid outside, with the number of that payment',
    access: { kind: 'staff', permission: 'refunds.approve' },
    params: z.object({ refundId: idParam }),
    body: z.object({ reference: requiredText(64), note: reason }),
    idempotency: 'required',
    response: ok,
  }),
  resend: route({
    id: 'orders.resend',
    method: 'POST',
    path: '/api/console/orders/:no/resend',
    summary: 'Send the delivery email again',
    access: { kind: 'staff', permission: 'orders.handle' },
    params: no,
    body: z.object({}),
    response: ok,
  }),
  exceptions: route({
    id: 'fulfilment.listExceptions',
    method: 'GET',
    path: '/api/console/exceptions',
    summary:
      'Everything stuck, the oldest first: paid lines not delivered, failed refunds, complaints; with what the house proposes',
    access: { kind: 'staff', permission: 'orders.read' },
    query: deskQuery,
    response: pageOf(deskRow),
  }),
  exportExceptions: route({
    id: 'fulfilment.exportExceptions',
    method: 'GET',
    path: '/api/console/exceptions.xlsx',
    summary: 'What is stuck as a workbook, the newest orders first',
    access: { kind: 'staff', permission: 'orders.read' },
    query: deskQuery,
    response: z.string(),
    responseKind: 'file',
  }),
  stuck: route({
    id: 'fulfilment.readException',
    method: 'GET',
    path: '/api/console/exceptions/:no/lines/:lineNo',
    summary: 'One stuck line: why, what the house proposes, and every attempt and event of it in the order of time',
    access: { kind: 'staff', permission: 'orders.read' },
    params: no.extend({ lineNo: digits(z.int().min(1).max(LINES_MAX)) }),
    response: deskRow.extend({
      log: z.array(timelineEntry),
    }),
  }),
  deskStaff: route({
    id: 'fulfilment.listDeskStaff',
    method: 'GET',
    path: '/api/console/exceptions/staff',
    summary: 'Colleagues who may be handed something stuck',
    access: { kind: 'staff', permission: 'orders.handle' },
    response: z.object({ items: z.array(z.object({ id, name: z.string() })) }),
  }),
  assignExceptions: route({
    id: 'fulfilment.assignExceptions',
    method: 'POST',
    path: '/api/console/exceptions/assign',
    summary: 'Take what is stuck, put it back, or hand it over; each row has its own outcome',
    access: { kind: 'staff', permission: 'orders.handle' },
    body: z
      .object({
        action: z.enum(['take', 'release', 'hand_over']),
        staffId: id.nullable().default(null),
        rows: z.array(deskKey).min(1).max(DESK_ROWS_MAX),
      })
      .refine(({ action, staffId }) => (action === 'hand_over') === (staffId !== null), {
        message: 'to hand over says to whom',
        path: ['staffId'],
      }),
    response: deskResults,
  }),
  handleExceptions: route({
    id: 'fulfilment.handleExceptions',
    method: 'POST',
    path: '/api/console/exceptions/actions',
    summary: 'Do the same to many things that are stuck; each has its own outcome. A refund needs the right to refund',
    access: { kind: 'staff', permission: 'orders.handle' },
    body: z
      .object({
        action: z.enum(DESK_ACTIONS),
        lines: z.array(deskKey).min(1).max(DESK_ROWS_MAX),
        /** Of `done` the proof: who delivered it, how, and how one knows. */
        reason,
        /** Of `source`: who is to deliver. */
        offerId: id.optional(),
      })
      .refine(({ action, offerId }) => (action === 'source') === (offerId !== undefined), {
        message: 'to change the source says to which',
        path: ['offerId'],
      }),
    response: deskResults,
  }),
  stuckSources: route({
    id: 'fulfilment.listExceptionSources',
    method: 'GET',
    path: '/api/console/exceptions/:no/lines/:lineNo/sources',
    summary: 'Who could deliver a stuck line as things stand now, best first, and why others cannot',
    access: { kind: 'staff', permission: 'orders.handle' },
    params: no.extend({ lineNo: digits(z.int().min(1).max(LINES_MAX)) }),
    response: z.object({
      items: z.array(
        z.object({
          offerId: id,
          supplier: z.string(),
          product: z.string(),
          costHao: z.int(),
          stock: z.int().nullable(),
          passedOver: z.enum(PASSED_OVER).nullable(),
          /** It refused this line already; it may be asked again. */
          refusedBefore: z.boolean(),
        }),
      ),
    }),
  }),
} as const
