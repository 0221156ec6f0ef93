import { z } from 'zod'
import { answeredFields } from '../form-fields.ts'
import { RECHARGE_FEN_MAX } from '../recharge.ts'
import { route } from '../route.ts'
import { fen, id, idParam, instant, oneOrMore, orderNo, pageOf, pageQuery } from '../schemas.ts'
import { settingSchemas } from '../settings.ts'
import {
  ACTIVATION_STATES,
  BUNDLE_POLICIES,
  GRANT_STATES,
  LINE_KINDS,
  LINE_STATES,
  ORDER_STATES,
  REDEEM_STANDINGS,
} from '../states.ts'
import { SUPPLY_PROGRESS } from '../supply.ts'
import { orderComplaint } from './complaints.ts'
import { orderRecall } from './recalls.ts'
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

/** Of a top-up that was bought to be activated later, once it is paid. */
export const lineActivation = z.object({
  state: z.enum(ACTIVATION_STATES),
  /** Until when it may be activated. */
  endsAt: instant,
  /** Since when it is what `state` says; null: it is open. */
  closedAt: instant.nullable(),
  by: z.enum(['buyer', 'staff']).nullable(),
  /** Its buyer may give it back alone now. */
  mayReturn: z.boolean(),
  /** Why its buyer cannot activate it though its time is not over: a refund is to be decided, or a payer's bank has money of it. */
  onHold: z.enum(['refund', 'dispute']).nullable(),
})
export type LineActivation = z.infer<typeof lineActivation>

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
  /** Bought to be activated within so many days after the payment; null: delivered as soon as it is paid. */
  laterDays: z.int().nullable(),
  activation: lineActivation.nullable(),
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
      /** A part of a redeemed bundle that could not be had: so many points were given for it. */
      madeGoodPoints: z.int().nullable(),
      /** What was asked, and may be asked again; also of goods that are off the shelf by now. For whoever may see the answers. */
      formFields: answeredFields,
    }),
  ),
  bundles: z.array(shownBundle),
  /** What the buyer says does not work, and what became of it; for whoever may see the codes. */
  complaints: z.array(orderComplaint),
  /** Codes that the shop called back, and what becomes of them; for whoever may see the codes. */
  recalls: z.array(orderRecall),
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
            /** Of a top-up that allows it: bought now without an account, and activated after the payment. */
            later: z.boolean().optional(),
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
