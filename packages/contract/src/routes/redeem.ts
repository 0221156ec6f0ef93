import { z } from 'zod'
import { formFields } from '../form-fields.ts'
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
import {
  LINK_STOCKS,
  ORDER_STATES,
  REDEEM_BATCH_STATES,
  REDEEM_CODE_STATES,
  REDEEM_STANDINGS,
  SKU_KINDS,
  WHEN_SHORT,
} from '../states.ts'
import { orderView } from './mall-orders.ts'

export const REDEEM_CODES_MAX = 20_000
export const REDEEM_USES_MAX = 100_000
export const REDEEM_QUANTITY_MAX = 100
export const REDEEM_PART_POINTS_MAX = 1_000_000
export const REDEEM_DAYS_MAX = 3_650

/** As it was typed or scanned; longer text is no code. */
const code = z.string().trim().min(1).max(60)

/** What a code is good for, as the landing page shows it. Nothing here tells who redeemed it before. */
export const redeemFace = z.object({
  standing: z.enum(REDEEM_STANDINGS),
  goodsId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  pictureUrl: z.string().nullable(),
  kind: z.enum(SKU_KINDS),
  quantity: z.int(),
  validFrom: instant.nullable(),
  validTo: instant.nullable(),
  uses: z.int(),
  usesLeft: z.int(),
  perPerson: z.int().nullable(),
  /** False: off the shelf or without stock at this moment; the code keeps its use until there is some. */
  inStock: z.boolean(),
  /** True: what is short may be redeemed all the same, as an order that waits. */
  waitsWhenShort: z.boolean(),
  /** Points come with it, or codes that are kept to a member, so that only a member can have it. */
  membersOnly: z.boolean(),
  formFields,
  /** Whether somebody without an account may redeem, and then has to choose a query password. */
  guestsMay: z.boolean(),
  queryPasswordRequired: z.boolean(),
  /** The order that this visitor redeemed with it last. */
  ownOrderNo: orderNo.nullable(),
})
export type RedeemFace = z.infer<typeof redeemFace>

export const mallRedeemRoutes = {
  look: route({
    id: 'redeem.look',
    method: 'POST',
    path: '/api/mall/redeem/look',
    summary: 'What a redeem code is good for and how it stands. What is no code and what is unknown answer alike',
    access: { kind: 'public' },
    body: z.object({ code }),
    response: redeemFace,
    rateLimit: { max: 30, windowMs: 60_000 },
  }),
  redeem: route({
    id: 'redeem.redeem',
    method: 'POST',
    path: '/api/mall/redeem',
    summary: 'Redeem a code: an order that the code pays, delivered in the same step as every other',
    access: { kind: 'public' },
    idempotency: 'required',
    body: z.object({
      code,
      contact: z.string().trim().min(5).max(254),
      queryPassword: z.string().min(4).max(64).optional(),
      /** What the goods' form asks for, by field key. */
      form: z.record(z.string().max(48), z.string().max(200)).default({}),
      locale: z.enum(['zh-CN', 'en']).default('zh-CN'),
    }),
    response: orderView,
    rateLimit: { max: 30, windowMs: 60_000 },
  }),
  readOffer: route({
    id: 'redeem.readOffer',
    method: 'GET',
    path: '/api/mall/skus/:skuId/link',
    summary: 'What a redeem link on sale is good for, how often and how long',
    access: { kind: 'public' },
    params: z.object({ skuId: idParam }),
    response: z.object({
      /** Null: the shop has not said yet. */
      offer: z
        .object({
          goodsId: id,
          goodsTitle: z.string(),
          goodsTitleEn: z.string(),
          skuTitle: z.string(),
          skuTitleEn: z.string(),
          kind: z.enum(SKU_KINDS),
          quantity: z.int(),
          uses: z.int(),
          perPerson: z.int().nullable(),
          validDays: z.int().nullable(),
          validTo: instant.nullable(),
        })
        .nullable(),
    }),
  }),
} as const

const redeemBatch = z.object({
  id,
  name: z.string(),
  skuId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  kind: z.enum(SKU_KINDS),
  quantity: z.int(),
  codes: z.int(),
  usesPerCode: z.int(),
  perPerson: z.int().nullable(),
  validFrom: instant.nullable(),
  validTo: instant.nullable(),
  validDays: z.int().nullable(),
  givesBack: z.boolean(),
  whenShort: z.enum(WHEN_SHORT),
  /** Points for each yuan that a part of a bundle was worth which cannot be had; null: somebody of the shop decides. */
  partPoints: z.int().nullable(),
  /** As which goods its codes are sold; null: they are handed out. */
  linkSkuId: id.nullable(),
  state: z.enum(REDEEM_BATCH_STATES),
  note: z.string(),
  createdBy: z.string(),
  createdAt: instant,
  /** Codes: made so far, left the house, used at least once, used up, past their date with uses left, voided. */
  counts: z.object({
    made: z.int(),
    handedOut: z.int(),
    touched: z.int(),
    usedUp: z.int(),
    expired: z.int(),
    void: z.int(),
    /** Redemptions that stand. */
    uses: z.int(),
  }),
  exported: z.object({ at: instant, by: z.string(), reason: z.string(), codes: z.int() }).nullable(),
  actions: z.array(z.enum(['export', 'suspend', 'resume', 'void'])),
})
export type RedeemBatch = z.infer<typeof redeemBatch>

const redeemCode = z.object({
  id,
  batchId: id,
  batchName: z.string(),
  masked: z.string(),
  state: z.enum(REDEEM_CODE_STATES),
  standing: z.enum(REDEEM_STANDINGS),
  uses: z.int(),
  used: z.int(),
  handedOutAt: instant.nullable(),
  expiresAt: instant.nullable(),
  actions: z.array(z.enum(['suspend', 'resume', 'void'])),
})
export type RedeemCode = z.infer<typeof redeemCode>

const redeemUse = z.object({
  orderNo,
  orderState: z.enum(ORDER_STATES),
  codeId: id,
  useNo: z.int(),
  masked: z.string(),
  contactMasked: z.string(),
  memberId: id.nullable(),
  at: instant,
  takenBackAt: instant.nullable(),
  gaveBack: z.boolean(),
  /** Of a bundle: its parts, of which some may be taken back, and for some that cannot be had points be given. */
  parts: z.array(z.object({ lineNo: z.int(), title: z.string(), isTakenBack: z.boolean(), hasFailed: z.boolean() })),
})

const soldCode = redeemCode.extend({
  orderNo,
  orderState: z.enum(ORDER_STATES),
  contactMasked: z.string(),
  memberId: id.nullable(),
  goodsTitle: z.string(),
  skuTitle: z.string(),
})

const linkFacts = z.object({
  /** What it redeems into: any kind but another link. */
  intoSkuId: id,
  quantity: z.int().min(1).max(REDEEM_QUANTITY_MAX).default(1),
  usesPerCode: z.int().min(1).max(REDEEM_USES_MAX).default(1),
  /** How often one person may redeem, over all codes that were sold as this. */
  perPerson: z.int().min(1).max(REDEEM_USES_MAX).nullable().default(null),
  /** Days from the sale; with `validTo`, whichever comes first. */
  validDays: z.int().min(1).max(REDEEM_DAYS_MAX).nullable().default(null),
  validTo: instant.nullable().default(null),
  givesBack: z.boolean().default(true),
  whenShort: z.enum(WHEN_SHORT).default('refuse'),
  partPoints: z.int().min(1).max(REDEEM_PART_POINTS_MAX).nullable().default(null),
  stock: z.enum(LINK_STOCKS).default('derived'),
})

/** A SKU of kind `link`. Without an offer nobody has said yet what it is good for, and it cannot be sold. */
const redeemLink = z.object({
  skuId: id,
  goodsId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  priceFen: fen,
  pricePoints: z.int(),
  /** Links that may be sold now; null: not counted. */
  available: z.int().nullable(),
  offer: linkFacts
    .extend({
      batchId: id,
      state: z.enum(REDEEM_BATCH_STATES),
      intoGoodsTitle: z.string(),
      intoSkuTitle: z.string(),
      intoKind: z.enum(SKU_KINDS),
    })
    .nullable(),
  counts: z.object({ sold: z.int(), open: z.int(), usedUp: z.int(), void: z.int(), uses: z.int() }),
})
export type RedeemLink = z.infer<typeof redeemLink>

const redeemBatchId = z.object({ redeemBatchId: idParam })

export const redeemRoutes = {
  listBatches: route({
    id: 'redeem.listBatches',
    method: 'GET',
    path: '/api/console/redeem-batches',
    summary: 'Series of redeem codes with their counts',
    access: { kind: 'staff', permission: 'redeem.read' },
    query: pageQuery.extend({
      sort: sortBy('id', 'name', 'codes', 'createdAt', 'validTo'),
      state: oneOrMore(REDEEM_BATCH_STATES).optional(),
    }),
    response: pageOf(redeemBatch),
  }),
  createBatch: route({
    id: 'redeem.createBatch',
    method: 'POST',
    path: '/api/console/redeem-batches',
    summary: 'Make a series of redeem codes',
    access: { kind: 'staff', permission: 'redeem.manage' },
    idempotency: 'optional',
    body: z.object({
      name: requiredText(60),
      skuId: id,
      quantity: z.int().min(1).max(REDEEM_QUANTITY_MAX).default(1),
      codes: z.int().min(1).max(REDEEM_CODES_MAX),
      usesPerCode: z.int().min(1).max(REDEEM_USES_MAX).default(1),
      perPerson: z.int().min(1).max(REDEEM_USES_MAX).nullable().default(null),
      validFrom: instant.nullable().default(null),
      validTo: instant.nullable().default(null),
      validDays: z.int().min(1).max(REDEEM_DAYS_MAX).nullable().default(null),
      givesBack: z.boolean().default(true),
      whenShort: z.enum(WHEN_SHORT).default('refuse'),
      partPoints: z.int().min(1).max(REDEEM_PART_POINTS_MAX).nullable().default(null),
      note: text(500).default(''),
    }),
    response: redeemBatch,
  }),
  getBatch: route({
    id: 'redeem.getBatch',
    method: 'GET',
    path: '/api/console/redeem-batches/:redeemBatchId',
    summary: 'One series with its counts',
    access: { kind: 'staff', permission: 'redeem.read' },
    params: redeemBatchId,
    response: redeemBatch,
  }),
  setBatchState: route({
    id: 'redeem.setBatchState',
    method: 'POST',
    path: '/api/console/redeem-batches/:redeemBatchId/state',
    summary: 'Suspend, resume or void a series; what was redeemed stays',
    access: { kind: 'staff', permission: 'redeem.manage' },
    params: redeemBatchId,
    body: z.object({ to: z.enum(['suspended', 'ready', 'void']), reason }),
    response: redeemBatch,
  }),
  exportCodes: route({
    id: 'redeem.exportCodes',
    method: 'POST',
    path: '/api/console/redeem-batches/:redeemBatchId/export',
    summary: 'Codes and links of a series as one CSV file, once. Who, when and why is stored before the first leaves',
    access: { kind: 'staff', permission: 'redeem.export' },
    params: redeemBatchId,
    body: z.object({ reason }),
    response: z.string(),
    responseKind: 'file',
    rateLimit: { max: 10, windowMs: 60_000 },
  }),
  listCodes: route({
    id: 'redeem.listCodes',
    method: 'GET',
    path: '/api/console/redeem-batches/:redeemBatchId/codes',
    summary: 'Codes of a series, masked',
    access: { kind: 'staff', permission: 'redeem.read' },
    params: redeemBatchId,
    query: pageQuery.extend({ standing: oneOrMore(REDEEM_STANDINGS).optional() }),
    response: pageOf(redeemCode),
  }),
  listUses: route({
    id: 'redeem.listUses',
    method: 'GET',
    path: '/api/console/redeem-batches/:redeemBatchId/uses',
    summary: 'Redemptions of a series with their orders, newest first',
    access: { kind: 'staff', permission: 'redeem.read' },
    params: redeemBatchId,
    query: pageQuery.extend({ codeId: idParam.optional() }),
    response: pageOf(redeemUse),
  }),
  searchCode: route({
    id: 'redeem.searchCode',
    method: 'POST',
    path: '/api/console/redeem-codes/search',
    summary: 'Find a code by its full value, by keyed hash; nothing is decrypted to search',
    access: { kind: 'staff', permission: 'redeem.read' },
    body: z.object({ value: code }),
    response: z.object({ items: z.array(redeemCode) }),
    rateLimit: { max: 60, windowMs: 60_000 },
  }),
  setCodeState: route({
    id: 'redeem.setCodeState',
    method: 'POST',
    path: '/api/console/redeem-codes/:redeemCodeId/state',
    summary: 'Suspend, resume or void one code; what was redeemed with it stays',
    access: { kind: 'staff', permission: 'redeem.manage' },
    params: z.object({ redeemCodeId: idParam }),
    body: z.object({ to: z.enum(['suspended', 'active', 'void']), reason }),
    response: redeemCode,
  }),
  takeBack: route({
    id: 'redeem.takeBack',
    method: 'POST',
    path: '/api/console/redeem-uses/:redeemedNo/take-back',
    summary: 'Take a redemption back: its rights end and, by the rule of its series, the code may be used again',
    access: { kind: 'staff', permission: 'redeem.manage' },
    params: z.object({ redeemedNo: orderNo }),
    body: z.object({
      reason,
      /** Parts of a bundle; without it all that is left. The code may be used again once nothing is left. */
      lines: z.array(z.int().min(1).max(99)).min(1).max(99).optional(),
      /** Of one part that cannot be had: so many points for it instead. */
      points: z.int().min(1).max(REDEEM_PART_POINTS_MAX).optional(),
    }),
    response: ok.extend({ gaveBack: z.boolean(), isWhole: z.boolean() }),
  }),
  listLinks: route({
    id: 'redeem.listLinks',
    method: 'GET',
    path: '/api/console/redeem-links',
    summary: 'Redeem links that are goods, what each redeems into, and how many were sold and used',
    access: { kind: 'staff', permission: 'redeem.read' },
    response: z.object({ items: z.array(redeemLink) }),
  }),
  saveLink: route({
    id: 'redeem.saveLink',
    method: 'PUT',
    path: '/api/console/redeem-links/:skuId',
    summary: 'Say what a redeem link is good for; codes that were sold keep what they were sold as',
    access: { kind: 'staff', permission: 'redeem.manage' },
    params: z.object({ skuId: idParam }),
    body: linkFacts,
    response: redeemLink,
  }),
  listSold: route({
    id: 'redeem.listSold',
    method: 'GET',
    path: '/api/console/redeem-sold',
    summary: 'Redeem codes that were sold, newest first, with the order that sold each',
    access: { kind: 'staff', permission: 'redeem.read' },
    query: pageQuery.extend({
      standing: oneOrMore(REDEEM_STANDINGS).optional(),
      skuId: idParam.optional(),
    }),
    response: pageOf(soldCode),
  }),
} as const
