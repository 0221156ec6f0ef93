import { z } from 'zod'
import { DESK_ACTIONS, DESK_AGES, DESK_GROUNDS, DESK_PROPOSALS, DESK_REASONS, DESK_ROWS_MAX } from '../desk.ts'
import { RECHARGE_FEN_MAX } from '../recharge.ts'
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
import { settingSchemas } from '../settings.ts'
import {
  ATTEMPT_STATES,
  BUNDLE_POLICIES,
  EXCEPTION_REASONS,
  GRANT_STATES,
  LINE_KINDS,
  LINE_STATES,
  ORDER_PURPOSES,
  ORDER_STATES,
  RECEIPT_STATES,
  REDEEM_STANDINGS,
  REFUND_STATES,
  REFUND_TAKES,
} from '../states.ts'
import { SUPPLY_PROGRESS } from '../supply.ts'
import { orderComplaint } from './complaints.ts'
import { lineService } from './service.ts'
import { channelCode } from './warehouses.ts'

export const QUANTITY_MAX = 10_000
export const LINES_MAX = 20
/** Pieces that one refund names. */
export const REFUND_PIECES_MAX = 1_000

/** What the buyer typed into the goods' form, by field key; those of a bundle's parts have its place before them (`p2_account`). */
const form = z.record(z.string().max(48), z.string().max(200))
const contact = z.string().trim().min(5).max(254)
const queryPassword = z.string().min(4).max(64)

/** A delivered piece. `parts` is the code as it was imported, split at its separators (number, password…). */
export const deliveredCode = z.object({
  grantId: id,
  piece: z.int(),
  parts: z.array(z.string()),
  state: z.enum(GRANT_STATES),
  /** Of a redeem code that was bought: how often it was used, and how it stands. */
  link: z
    .object({ uses: z.int(), used: z.int(), standing: z.enum(REDEEM_STANDINGS), validTo: instant.nullable() })
    .nullable(),
})
export type DeliveredCode = z.infer<typeof deliveredCode>

/** How a line stands that a supplier delivers; null for others, and before it is paid. */
export const lineSupply = z.object({
  progress: z.enum(SUPPLY_PROGRESS),
  /** Since when it is with suppliers. */
  since: instant,
  /** When all of it had arrived. */
  arrivedAt: instant.nullable(),
  /** What its source usually needs, and what nineteen of twenty do, in seconds; null when nobody knows yet. */
  usuallySeconds: z.number().nullable(),
  slowSeconds: z.number().nullable(),
  /** Its account was refused, and the buyer may say another, so often still; null: not, or not for whoever asks. */
  account: z.object({ correctionsLeft: z.int(), mayGiveUp: z.boolean() }).nullable(),
})

export const orderLine = z.object({
  lineNo: z.int(),
  kind: z.enum(LINE_KINDS),
  skuId: id,
  goodsId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  pictureUrl: z.string().nullable(),
  quantity: z.int(),
  unitPriceFen: fen,
  unitPoints: z.int(),
  amountFen: fen,
  state: z.enum(LINE_STATES),
  deliveredQuantity: z.int(),
  /** Of which bundle of the order it is a part. */
  bundleNo: z.int().nullable(),
  /** Points that it brings; 0 for all but parts of kind `points`. */
  creditPoints: z.int(),
  /** Set aside, and handed out together with the other parts of its bundle. */
  heldBack: z.boolean(),
  /** The number that the buyer chose; null: any. */
  pickedNumber: z.string().nullable(),
  form,
  supply: lineSupply.nullable(),
  service: lineService.nullable(),
})

/** A bundle that was ordered; its parts are lines, and their amounts add up to its own. */
export const orderBundle = z.object({
  bundleNo: z.int(),
  skuId: id,
  goodsId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  quantity: z.int(),
  unitPriceFen: fen,
  amountFen: fen,
  policy: z.enum(BUNDLE_POLICIES),
})
const shownBundle = orderBundle.extend({ pictureUrl: z.string().nullable() })

/** An order as its buyer sees it. `codes` is present only for whoever may see them. */
export const cashierView = z.discriminatedUnion('way', [
  z.object({ way: z.literal('redirect'), url: z.string() }),
  /** The text of a QR code. */
  z.object({ way: z.literal('qr'), content: z.string() }),
  /** For the bridge of the gateway's own app. */
  z.object({ way: z.literal('in_app'), params: z.record(z.string(), z.string()) }),
])

/**
 * What keeps a line's codes from whoever asks though the order is theirs to see, and what opens them: signing in as the member who
 * bought, a code sent to the order's contact, or only the shop.
 */
export const codesLock = z.object({ by: z.enum(['member', 'device']), way: z.enum(['sign_in', 'code', 'shop']) })
export type CodesLock = z.infer<typeof codesLock>

export const orderView = z.object({
  no: orderNo,
  state: z.enum(ORDER_STATES),
  totalFen: fen,
  /** Of `totalFen`, what the balance pays beside a gateway; held from placing on. */
  balanceFen: fen,
  points: z.int(),
  refundedFen: fen,
  contactMasked: z.string(),
  placedAt: instant,
  expiresAt: instant,
  paidAt: instant.nullable(),
  deliveredAt: instant.nullable(),
  /** The server's clock at the answer; countdowns run against it, not against the visitor's clock. */
  now: instant,
  /** Not goods but money on the balance: what it gets, bonus included, and how that stands. Then there are no lines. */
  recharge: z.object({ creditFen: fen, bonusFen: fen, state: z.enum(LINE_STATES) }).nullable(),
  lines: z.array(
    orderLine.extend({
      guide: z.string().nullable(),
      codes: z.array(deliveredCode).nullable(),
      moreCodes: z.int(),
      lock: codesLock.nullable(),
    }),
  ),
  bundles: z.array(shownBundle),
  /** What the buyer says does not work, and what became of it; for whoever may see the codes. */
  complaints: z.array(orderComplaint),
  /** False: the visitor knows the number only; the query password opens the codes. */
  canSeeCodes: z.boolean(),
  /** `cashier`: where or how to pay, once it was asked for; for the buyer only, and only while the order waits. */
  payment: z.object({ gateway: z.string(), cashier: cashierView.nullable() }).nullable(),
})
export type CashierView = z.infer<typeof cashierView>
export type OrderView = z.infer<typeof orderView>

const lineInput = z.object({
  skuId: id,
  quantity: z.int().min(1).max(QUANTITY_MAX),
  /** The card whose number was chosen (`vault.mallNumbers`); then one piece, at its price and what choosing costs. */
  cardId: id.optional(),
})

export const mallOrderRoutes = {
  quote: route({
    id: 'orders.quote',
    method: 'POST',
    path: '/api/mall/quotes',
    summary: 'Price some lines as they would be sold now',
    access: { kind: 'public' },
    body: z.object({ lines: z.array(lineInput).min(1).max(LINES_MAX) }),
    response: z.object({
      lines: z.array(
        z.object({
          skuId: id,
          quantity: z.int(),
          unitPriceFen: fen,
          unitPoints: z.int(),
          amountFen: fen,
          sellable: z.boolean(),
          /** Why not; `number_taken`: the chosen card is no longer free. */
          reason: z.string().nullable(),
          /** How the chosen card is called; null: none was chosen, or it is taken. */
          pickedNumber: z.string().nullable(),
        }),
      ),
      totalFen: fen,
      totalPoints: z.int(),
    }),
  }),
  place: route({
    id: 'orders.place',
    method: 'POST',
    path: '/api/mall/orders',
    summary: 'Place an order; with `payWith: balance` it is paid and delivered in the same step',
    access: { kind: 'public' },
    idempotency: 'required',
    body: z.object({
      lines: z
        .array(
          lineInput.extend({
            /** Proof of price: what the page showed. Another current price refuses the order and names the new one. */
            unitPriceFen: fen,
            unitPoints: z.int().min(0).default(0),
            form: form.default({}),
            /** What was typed a second time; what is there must be the same. */
            formAgain: form.optional(),
          }),
        )
        .min(1)
        .max(LINES_MAX),
      contact,
      queryPassword: queryPassword.optional(),
      payWith: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/),
      /** Paid from the balance, the rest by `payWith`; all of it when it reaches the total. */
      balanceFen: fen.min(0).max(1_000_000_000).default(0),
      locale: z.enum(['zh-CN', 'en']).default('zh-CN'),
      /** The channel through which the mall was opened; without one it is the mall's own. */
      channel: channelCode.optional(),
    }),
    response: orderView,
    rateLimit: { max: 60, windowMs: 60_000 },
  }),
  rechargeOffer: route({
    id: 'orders.rechargeOffer',
    method: 'GET',
    path: '/api/mall/recharge',
    summary: 'What a member may put on the balance, and what comes on top',
    access: { kind: 'public' },
    response: z.object({
      enabled: z.boolean(),
      minFen: fen,
      maxFen: fen,
      amounts: z.array(fen),
      rules: settingSchemas['recharge.rules'].unwrap(),
    }),
  }),
  placeRecharge: route({
    id: 'orders.placeRecharge',
    method: 'POST',
    path: '/api/mall/recharges',
    summary: 'Top up one’s own balance: an order that is paid like any other, through a gateway',
    access: { kind: 'member' },
    idempotency: 'required',
    body: z.object({
      amountFen: fen.min(1).max(RECHARGE_FEN_MAX),
      /** Proof of the bonus: what the page showed. Another current one refuses the recharge and names the new one. */
      bonusFen: fen.min(0).max(RECHARGE_FEN_MAX),
      payWith: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/),
      locale: z.enum(['zh-CN', 'en']).default('zh-CN'),
    }),
    response: orderView,
    rateLimit: { max: 30, windowMs: 60_000 },
  }),
  pay: route({
    id: 'orders.pay',
    method: 'POST',
    path: '/api/mall/orders/:no/pay',
    summary: 'Pay a pending order: by balance at once, or get the way to the gateway’s cashier',
    access: { kind: 'public' },
    params: z.object({ no: orderNo }),
    body: z.object({
      payWith: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/),
      /** A phone is led to the gateway's page for phones; a desktop to its page, or to a code to scan. */
      device: z.enum(['desktop', 'phone']).default('desktop'),
    }),
    response: orderView,
  }),
  cancel: route({
    id: 'orders.cancel',
    method: 'POST',
    path: '/api/mall/orders/:no/cancel',
    summary: 'Cancel an unpaid order; what it held is free again at once',
    access: { kind: 'public' },
    params: z.object({ no: orderNo }),
    body: z.object({}),
    response: orderView,
  }),
  get: route({
    id: 'orders.get',
    method: 'GET',
    path: '/api/mall/orders/:no',
    summary: 'An order for its buyer (session, this browser, or after a look-up)',
    access: { kind: 'public' },
    params: z.object({ no: orderNo }),
    response: orderView,
  }),
  stream: route({
    id: 'orders.stream',
    method: 'GET',
    path: '/api/mall/orders/:no/stream',
    summary: 'Server-sent `order` events: the whole order view at once and after every change',
    access: { kind: 'public' },
    params: z.object({ no: orderNo }),
    response: orderView,
    responseKind: 'sse',
  }),
  codesFile: route({
    id: 'orders.codesFile',
    method: 'GET',
    path: '/api/mall/orders/:no/codes.txt',
    summary: 'All codes of the order as a text file',
    access: { kind: 'public' },
    params: z.object({ no: orderNo }),
    response: z.string(),
    responseKind: 'file',
  }),
  sendDeviceCode: route({
    id: 'orders.sendDeviceCode',
    method: 'POST',
    path: '/api/mall/orders/:no/device-code',
    summary: 'Send a code to the order’s contact, with which this device may open codes that are kept to their device',
    access: { kind: 'public' },
    params: z.object({ no: orderNo }),
    body: z.object({}),
    response: z.object({ sentTo: z.string(), resendAfterSeconds: z.int(), expiresInSeconds: z.int() }),
    rateLimit: { max: 10, windowMs: 60_000 },
  }),
  admitDevice: route({
    id: 'orders.admitDevice',
    method: 'POST',
    path: '/api/mall/orders/:no/devices',
    summary: 'Open the order’s codes on this device from now on, with the code that was sent',
    access: { kind: 'public' },
    params: z.object({ no: orderNo }),
    body: z.object({ code: z.string().regex(/^\d{6}$/) }),
    response: orderView,
    rateLimit: { max: 20, windowMs: 60_000 },
  }),
  useGrant: route({
    id: 'orders.markGrant',
    method: 'POST',
    path: '/api/mall/orders/:no/grants/:grantId/used',
    summary: 'The buyer marks a code as used, or takes that back',
    access: { kind: 'public' },
    params: z.object({ no: orderNo, grantId: idParam }),
    body: z.object({ used: z.boolean() }),
    response: orderView,
  }),
  mine: route({
    id: 'orders.mine',
    method: 'GET',
    path: '/api/mall/orders',
    summary: 'The signed-in member’s orders; without a sign-in, this browser’s last five',
    access: { kind: 'public' },
    query: pageQuery.extend({ state: oneOrMore(ORDER_STATES).optional() }),
    response: pageOf(orderView.omit({ lines: true }).extend({ lines: z.array(orderLine) })),
  }),
  lookup: route({
    id: 'orders.lookup',
    method: 'POST',
    path: '/api/mall/orders/lookup',
    summary: 'Find orders by number, or by contact and query password. Missing and wrong answer alike',
    access: { kind: 'public' },
    body: z.union([
      z.object({ no: orderNo, queryPassword: queryPassword.optional() }),
      z.object({ contact, queryPassword }),
    ]),
    response: z.object({ items: z.array(orderView) }),
    rateLimit: { max: 10, windowMs: 60_000 },
  }),
} as const

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
      refundedFen: fen,
      refundedPoints: z.int(),
      /** Under way, or failed and waiting for a decision. */
      refundingFen: fen,
      refundedQuantity: z.int(),
      /** What its pieces cost so far: codes by their batches, top-ups by their purchases. Null: not for this person to see. */
      costFen: fen.nullable(),
      /** Of `refundingFen`, what failed. */
      failedFen: fen,
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
    body: z.object({
      action: z.enum(DESK_ACTIONS),
      lines: z.array(deskKey).min(1).max(DESK_ROWS_MAX),
      reason,
    }),
    response: deskResults,
  }),
} as const

export const boardRoutes = {
  board: route({
    id: 'orders.board',
    method: 'GET',
    path: '/api/console/board',
    summary: 'Today at a glance, with the last 14 days beside it',
    access: { kind: 'staff', permission: 'board.read' },
    response: z.object({
      now: instant,
      today: z.object({
        orders: z.int(),
        paidOrders: z.int(),
        salesFen: fen,
        piecesDelivered: z.int(),
        refundsFen: fen,
        buyers: z.int(),
      }),
      yesterday: z.object({ orders: z.int(), paidOrders: z.int(), salesFen: fen, piecesDelivered: z.int() }),
      exceptions: z.int(),
      pendingOrders: z.int(),
      failedJobs: z.int(),
      /** Median and 99th percentile from payment to delivery today, milliseconds. */
      deliveryMs: z.object({ p50: z.int().nullable(), p99: z.int().nullable() }),
      days: z.array(z.object({ day: z.string(), orders: z.int(), salesFen: fen, pieces: z.int() })),
      hours: z.array(z.object({ hour: z.int(), orders: z.int(), salesFen: fen })),
      lowStock: z.array(
        z.object({ skuId: id, goodsId: id, title: z.string(), available: z.int(), threshold: z.int() }),
      ),
      top: z.array(z.object({ goodsId: id, title: z.string(), pieces: z.int(), salesFen: fen })),
    }),
  }),
} as const
