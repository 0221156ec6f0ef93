import { WHOLESALE_HOPS_MAX } from '@quanshu/kernel'
import { z } from 'zod'
import { FORM_FIELDS_MAX, FORM_VALUE_LENGTH_MAX, formFields } from '../form-fields.ts'
import { route } from '../route.ts'
import {
  day,
  digits,
  fen,
  fenPositive,
  id,
  idParam,
  instant,
  ok,
  oneOrMore,
  pageOf,
  pageQuery,
  phone,
  reason,
  requiredText,
  sortBy,
  text,
} from '../schemas.ts'

/** How the shop sells to other shops, and the interface that those call. docs/wholesale-api.md. */

export const WHOLESALE_KEY_STATES = ['on', 'paused', 'revoked'] as const
export type WholesaleKeyState = (typeof WHOLESALE_KEY_STATES)[number]
/** `read`: products and prices; `order`: placing, asking, cancelling; `money`: balance and statement. */
export const WHOLESALE_SCOPES = ['read', 'order', 'money'] as const
export type WholesaleScope = (typeof WHOLESALE_SCOPES)[number]
export const WHOLESALE_ORDER_STATES = ['processing', 'done', 'partial', 'failed'] as const
export type WholesaleOrderState = (typeof WHOLESALE_ORDER_STATES)[number]
export const WHOLESALE_QUANTITY_MAX = 100
export const WHOLESALE_PAGE_MAX = 200
export const WHOLESALE_NETWORKS_MAX = 50
/** Parts of the mall's price, in hundredths of a percent. */
const PRICE_BP_MAX = 20_000
const PER_MINUTE_MAX = 60_000

/* What other shops call. ------------------------------------------------------------------------------------------- */

const outerNo = z.string().regex(/^[\w-]{1,64}$/)
const productId = z.string().regex(/^\d{1,16}$/)
const address = z.url({ protocol: /^https?$/ }).max(500)

export const wholesaleProduct = z.object({
  productId: z.string(),
  /** `card`: hands over codes, also redeem links, whose secret is the link with its code behind the `#`; `topup`: tops up an account. */
  kind: z.enum(['card', 'topup']),
  name: z.string(),
  /** What one piece costs the caller now. */
  priceFen: fen,
  /** What it is worth to its user; null: not told. */
  faceFen: fen.nullable(),
  currency: z.literal('CNY'),
  /** Null: not counted, which is neither none nor unlimited. */
  stock: z.int().nullable(),
  minQuantity: z.int(),
  maxQuantity: z.int(),
  onSale: z.boolean(),
  /** What has to be filled in for it. */
  fields: formFields,
})
export type WholesaleProduct = z.output<typeof wholesaleProduct>

export const wholesaleOrder = z.object({
  /** The caller's number, and ours. */
  outerNo: z.string(),
  orderNo: z.string(),
  productId: z.string(),
  quantity: z.int(),
  state: z.enum(WHOLESALE_ORDER_STATES),
  /** Pieces that are there and stay: all of them when `done`. */
  arrived: z.int(),
  priceFen: fen,
  amountFen: fen,
  /** Back in the purse. */
  refundedFen: fen,
  /** Of codes that arrived. Only the key that bought them is told. */
  cards: z.array(z.object({ number: z.string(), secret: z.string(), validTo: instant.nullable() })),
  /** Of one that failed: `cancelled` by the caller, `account_refused` (what was filled in is wrong), `no_source`, … */
  failedBecause: z.string().nullable(),
  placedAt: instant,
})
export type WholesaleOrder = z.output<typeof wholesaleOrder>

export const wholesalePlaceBody = z.object({
  outerNo,
  productId,
  quantity: z.int().min(1).max(WHOLESALE_QUANTITY_MAX),
  fields: z
    .record(z.string().max(60), z.string().max(FORM_VALUE_LENGTH_MAX))
    .refine((fields) => Object.keys(fields).length <= FORM_FIELDS_MAX)
    .default({}),
  /** No more than this for a piece; above it nothing is ordered. */
  ceilingFen: fenPositive,
  /** Told when the order changes; the key's own address without one. */
  callbackUrl: address.optional(),
  /** Marks of the shops that the order came through, the first one first. */
  trace: z
    .array(z.string().regex(/^[0-9a-f]{16}$/))
    .max(WHOLESALE_HOPS_MAX)
    .default([]),
})
export type WholesalePlace = z.output<typeof wholesalePlaceBody>

export const WHOLESALE_MOVEMENTS = [
  'order',
  'refund',
  'recharge',
  'bonus',
  'recharge_back',
  'correction',
  'other',
] as const
export const wholesaleMovement = z.object({
  movementId: z.string(),
  at: instant,
  /** `recharge_back`: a recharge that was refunded; `correction`: put right by the shop that sells, which money by bank is too. */
  kind: z.enum(WHOLESALE_MOVEMENTS),
  /** Above zero into the purse, below zero out of it. */
  amountFen: fen,
  /** What the purse held then. */
  balanceFen: fen,
  /** Of an order or recharge; your number where your key placed it. */
  orderNo: z.string().nullable(),
  outerNo: z.string().nullable(),
  /** Of a line of a bulk order: your number of the whole, and your word for the line. */
  bulkOuterNo: z.string().optional(),
  ref: z.string().optional(),
  /** Of a recharge: the gateway's number. */
  tradeNo: z.string().nullable(),
})
export type WholesaleMovement = z.output<typeof wholesaleMovement>
export const wholesalePurse = z.object({
  /** What it held when the day began and when it ended: the movements of all pages are the difference. */
  openingFen: fen,
  closingFen: fen,
  items: z.array(wholesaleMovement),
  next: z.string().nullable(),
})
export type WholesalePurse = z.output<typeof wholesalePurse>

const byKey = { kind: 'key' } as const
/** Of one network; what a key may is the key's own. */
const rateLimit = { max: 6_000, windowMs: 60_000 }

export const wholesaleApiRoutes = {
  products: route({
    id: 'wholesaleApi.products',
    method: 'GET',
    path: '/api/wholesale/v1/products',
    summary: '对您开放的商品，按编号翻页 · The products that are open to you, page by page',
    access: byKey,
    rateLimit,
    query: z.object({
      /** `next` of the page before. */
      cursor: digits(z.int().nonnegative()).default(0),
      limit: digits(z.int().min(1).max(WHOLESALE_PAGE_MAX)).default(100),
    }),
    response: z.object({ items: z.array(wholesaleProduct), next: z.string().nullable() }),
  }),
  product: route({
    id: 'wholesaleApi.product',
    method: 'GET',
    path: '/api/wholesale/v1/products/:wholesaleProductId',
    summary: '单个商品的价格与库存 · Price and stock of one product',
    access: byKey,
    rateLimit,
    params: z.object({ wholesaleProductId: productId }),
    response: wholesaleProduct,
  }),
  balance: route({
    id: 'wholesaleApi.balance',
    method: 'GET',
    path: '/api/wholesale/v1/balance',
    summary: '预存余额 · What is left in the purse',
    access: byKey,
    rateLimit,
    response: z.object({ balanceFen: fen, currency: z.literal('CNY') }),
  }),
  place: route({
    id: 'wholesaleApi.place',
    method: 'POST',
    path: '/api/wholesale/v1/orders',
    summary:
      '下单并从预存余额付款；同一商户单号只成交一次 · Order and pay from the purse; once for each number of yours',
    access: byKey,
    rateLimit,
    bodyKind: 'raw',
    body: wholesalePlaceBody,
    response: wholesaleOrder,
  }),
  order: route({
    id: 'wholesaleApi.order',
    method: 'GET',
    path: '/api/wholesale/v1/orders/:outerNo',
    summary: '按商户单号查询订单与卡密 · An order by your number, with its codes',
    access: byKey,
    rateLimit,
    params: z.object({ outerNo }),
    response: wholesaleOrder,
  }),
  cancel: route({
    id: 'wholesaleApi.cancel',
    method: 'POST',
    path: '/api/wholesale/v1/orders/:outerNo/cancel',
    summary:
      '取消尚未发货的订单，款项退回预存余额 · End an order that nobody is bringing; its money goes back to the purse',
    access: byKey,
    rateLimit,
    bodyKind: 'raw',
    params: z.object({ outerNo }),
    response: z.object({ outcome: z.enum(['cancelled', 'too_late']) }),
  }),
  statement: route({
    id: 'wholesaleApi.statement',
    method: 'GET',
    path: '/api/wholesale/v1/statement',
    summary:
      '某日（北京时间）下的订单及其现状，用于对账 · The orders of a day (Beijing time) as they stand, to reconcile',
    access: byKey,
    rateLimit,
    query: z.object({
      day,
      /** `next` of the page before. */
      cursor: digits(z.int().nonnegative()).default(0),
    }),
    response: z.object({
      items: z.array(
        wholesaleOrder.pick({
          outerNo: true,
          orderNo: true,
          productId: true,
          quantity: true,
          state: true,
          arrived: true,
          amountFen: true,
          refundedFen: true,
          placedAt: true,
        }),
      ),
      next: z.string().nullable(),
    }),
  }),
  purse: route({
    id: 'wholesaleApi.purse',
    method: 'GET',
    path: '/api/wholesale/v1/purse',
    summary:
      '某日（北京时间）预存余额的期初、每笔变动与期末 · What the purse held when a day (Beijing time) began, each movement, and what it held at the end',
    access: byKey,
    rateLimit,
    query: z.object({
      day,
      /** `next` of the page before. */
      cursor: digits(z.int().nonnegative()).default(0),
    }),
    response: wholesalePurse,
  }),
} as const

/* What staff see and do. ------------------------------------------------------------------------------------------- */

export const wholesaleKey = z.object({
  id,
  /** Put into every call; no secret. */
  key: z.string(),
  name: z.string(),
  memberId: id,
  memberPhone: z.string(),
  /** What the purse holds and may spend. */
  balanceFen: fen,
  state: z.enum(WHOLESALE_KEY_STATES),
  scopes: z.array(z.enum(WHOLESALE_SCOPES)),
  networks: z.array(z.string()),
  perMinute: z.int(),
  dailyCapFen: fen.nullable(),
  today: z.object({ orderedFen: fen, orders: z.int() }),
  opens: z.enum(['listed', 'all']),
  priceBp: z.int(),
  /** Prices of its own. */
  prices: z.int(),
  callbackUrl: z.string(),
  /** Orders that no source will deliver go back by themselves. */
  givesBack: z.boolean(),
  callbacks: z.object({ queued: z.int(), failed: z.int() }),
  note: z.string(),
  /** Until when the secret before is good beside the present one. */
  previousUntil: instant.nullable(),
  createdBy: z.string(),
  createdAt: instant,
  usedAt: instant.nullable(),
})
export type WholesaleKey = z.output<typeof wholesaleKey>

const settings = z.object({
  name: requiredText(60),
  scopes: z.array(z.enum(WHOLESALE_SCOPES)).min(1).max(WHOLESALE_SCOPES.length),
  networks: z.array(z.string().trim().min(1).max(50)).max(WHOLESALE_NETWORKS_MAX).default([]),
  perMinute: z.int().min(1).max(PER_MINUTE_MAX).default(120),
  dailyCapFen: fen.min(0).max(1_000_000_000_00).nullable().default(null),
  opens: z.enum(['listed', 'all']).default('listed'),
  priceBp: z.int().min(1).max(PRICE_BP_MAX).default(10_000),
  callbackUrl: z.union([z.literal(''), address]).default(''),
  givesBack: z.boolean().default(true),
  note: text(500).default(''),
})
export type WholesaleKeySettings = z.output<typeof settings>

export const wholesalePrice = z.object({
  skuId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  kind: z.enum(['card', 'topup', 'link']),
  mallFen: fen,
  floorFen: fen,
  /** Null: by the key's part of the mall's price. */
  ownFen: fen.nullable(),
  /** What the key pays now. */
  priceFen: fen,
  belowFloor: z.boolean(),
  /** Opened by itself, and not because all is open. */
  isListed: z.boolean(),
  stock: z.int().nullable(),
  sellable: z.boolean(),
})
export type WholesalePrice = z.output<typeof wholesalePrice>

export const wholesaleCall = z.object({
  id,
  at: instant,
  operation: z.string(),
  outerNo: z.string().nullable(),
  status: z.int(),
  code: z.string().nullable(),
  /** Why a call was not believed; its caller was not told. */
  reason: z.string().nullable(),
  ip: z.string(),
  elapsedMs: z.int(),
  /** Masked. */
  request: z.string(),
  answer: z.string(),
})

const keyParam = z.object({ wholesaleKeyId: idParam })
const priceParam = keyParam.extend({ skuId: idParam })
const PATH = '/api/console/wholesale-keys'
const reads = { kind: 'staff', permission: 'wholesale.read' } as const
const manages = { kind: 'staff', permission: 'wholesale.manage' } as const

export const wholesaleRoutes = {
  list: route({
    id: 'wholesale.list',
    method: 'GET',
    path: PATH,
    summary: 'Keys of other shops that buy here',
    access: reads,
    query: pageQuery.extend({
      sort: sortBy('id', 'name', 'createdAt', 'usedAt'),
      state: oneOrMore(WHOLESALE_KEY_STATES).optional(),
    }),
    response: pageOf(wholesaleKey),
  }),
  create: route({
    id: 'wholesale.create',
    method: 'POST',
    path: PATH,
    summary: 'Make a key for the member with this phone, who is made when there is none. The secret is told this once',
    access: manages,
    body: settings.extend({ phone }),
    response: z.object({ key: wholesaleKey, secret: z.string() }),
  }),
  get: route({
    id: 'wholesale.get',
    method: 'GET',
    path: `${PATH}/:wholesaleKeyId`,
    summary: 'One key',
    access: reads,
    params: keyParam,
    response: wholesaleKey,
  }),
  save: route({
    id: 'wholesale.save',
    method: 'PUT',
    path: `${PATH}/:wholesaleKeyId`,
    summary: 'Change what a key may',
    access: manages,
    params: keyParam,
    body: settings,
    response: wholesaleKey,
  }),
  rotate: route({
    id: 'wholesale.rotate',
    method: 'POST',
    path: `${PATH}/:wholesaleKeyId/rotate`,
    summary: 'A new secret, told this once; the one before is good beside it for so many hours',
    access: manages,
    params: keyParam,
    body: z.object({ bothHours: z.int().min(0).max(168).default(24) }),
    response: z.object({ key: wholesaleKey, secret: z.string() }),
  }),
  setState: route({
    id: 'wholesale.setState',
    method: 'POST',
    path: `${PATH}/:wholesaleKeyId/state`,
    summary: 'Pause (no new orders), resume, or revoke for good',
    access: manages,
    params: keyParam,
    body: z.object({ to: z.enum(WHOLESALE_KEY_STATES), reason }),
    response: wholesaleKey,
  }),
  listPrices: route({
    id: 'wholesale.listPrices',
    method: 'GET',
    path: `${PATH}/:wholesaleKeyId/prices`,
    summary: 'What is open to a key, and for how much',
    access: reads,
    params: keyParam,
    query: pageQuery,
    response: pageOf(wholesalePrice),
  }),
  setPrice: route({
    id: 'wholesale.setPrice',
    method: 'PUT',
    path: `${PATH}/:wholesaleKeyId/prices/:skuId`,
    summary:
      'Open a SKU to a key, at a price of its own or (null) at the key’s part of the mall’s price; not below the floor',
    access: manages,
    params: priceParam,
    body: z.object({ priceFen: fenPositive.max(1_000_000_000).nullable() }),
    response: ok,
  }),
  setPriceBelowFloor: route({
    id: 'wholesale.setPriceBelowFloor',
    method: 'PUT',
    path: `${PATH}/:wholesaleKeyId/prices/:skuId/below-floor`,
    summary: 'Open a SKU to a key at a price that may be below what it costs',
    access: { kind: 'staff', permission: 'wholesale.below_floor' },
    params: priceParam,
    body: z.object({ priceFen: fenPositive.max(1_000_000_000), reason }),
    response: ok,
  }),
  removePrice: route({
    id: 'wholesale.removePrice',
    method: 'DELETE',
    path: `${PATH}/:wholesaleKeyId/prices/:skuId`,
    summary: 'Take a price of its own away: the SKU is closed to the key, or costs its part of the mall’s price',
    access: manages,
    params: priceParam,
    response: ok,
  }),
  listCalls: route({
    id: 'wholesale.listCalls',
    method: 'GET',
    path: `${PATH}/:wholesaleKeyId/calls`,
    summary: 'The last calls of a key, masked, newest first',
    access: reads,
    params: keyParam,
    query: pageQuery.extend({ only: z.enum(['refused']).optional() }),
    response: pageOf(wholesaleCall),
  }),
} as const
