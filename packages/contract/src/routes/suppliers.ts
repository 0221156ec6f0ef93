import { z } from 'zod'
import { formFields } from '../form-fields.ts'
import { route } from '../route.ts'
import {
  day,
  fen,
  flag,
  id,
  idParam,
  instant,
  ok,
  oneOrMore,
  orderNo,
  ownMoney,
  pageOf,
  pageQuery,
  reason,
  requiredText,
  sortBy,
  text,
} from '../schemas.ts'
import { SKU_KINDS } from '../states.ts'
import {
  ACCOUNT_CHECKS,
  BOUGHT_CARD_OUTCOMES,
  BREAKER_STATES,
  CARD_SOURCES,
  PASSED_OVER,
  PRODUCT_KINDS,
  PURCHASE_STATES,
  REFUSALS_ABOUT,
  ROUTE_POLICIES,
  SUPPLIER_STATES,
  TEMPLATE_CHANGES,
} from '../supply.ts'

const bilingual = z.object({ zh: z.string(), en: z.string() })
/** 1/10000 yuan: suppliers quote up to four decimals. */
const hao = z.int()

const fieldView = z.object({
  key: z.string(),
  name: bilingual,
  hint: bilingual.nullable(),
  secret: z.boolean(),
  required: z.boolean(),
  multiline: z.boolean(),
  choices: z.array(z.string()),
})

const capabilities = z.object({
  products: z.boolean(),
  stock: z.boolean(),
  templates: z.boolean(),
  cancel: z.boolean(),
  callback: z.boolean(),
  balance: z.boolean(),
  statement: z.boolean(),
  priceGuard: z.boolean(),
  accountCheck: z.boolean(),
  cardState: z.boolean(),
})

export const supplierKindView = z.object({
  adapter: z.string(),
  /** A profile of the shop's own. */
  own: z.boolean(),
  /** No address and no account: its people work in the console. */
  byHand: z.boolean(),
  name: bilingual,
  defaultBaseUrl: z.string(),
  identityName: bilingual,
  fields: z.array(fieldView),
  capabilities,
  perMinute: z.int(),
  concurrent: z.int(),
})

/** What the last purchases say; of 200 at most, from the last seven days. */
const quality = z.object({
  tries: z.int(),
  arrived: z.int(),
  /** Seconds from sending to arrival; null without any. */
  p50: z.number().nullable(),
  p95: z.number().nullable(),
})

export const supplierView = z.object({
  id,
  name: z.string(),
  adapter: z.string(),
  adapterName: bilingual,
  /** The profile of the shop's own that it is spoken to by, in which version, and the newest there is. */
  profile: z.object({ id, version: z.int(), latest: z.int() }).nullable(),
  state: z.enum(SUPPLIER_STATES),
  breaker: z.enum(BREAKER_STATES),
  /** When the next try is let through; null while closed. */
  openUntil: instant.nullable(),
  failures: z.int(),
  concurrent: z.int(),
  perMinute: z.int(),
  balanceHao: hao.nullable(),
  balanceAt: instant.nullable(),
  balanceAlarmFen: fen.nullable(),
  /** The prepaid balance is below the alarm. */
  isLow: z.boolean(),
  products: z.int(),
  openPurchases: z.int(),
  syncedAt: instant.nullable(),
  syncError: z.string().nullable(),
  quality,
})

export const supplierDetail = supplierView.extend({
  baseUrl: z.string(),
  identity: z.string(),
  identityName: bilingual,
  fields: z.array(fieldView.extend({ value: z.string(), isStored: z.boolean() })),
  capabilities,
  /** Where the supplier sends its callbacks. */
  callbackUrl: z.string(),
  contact: z.string(),
  note: z.string(),
})

export const supplierBody = z.object({
  name: requiredText(60),
  adapter: requiredText(40),
  /** Empty only for suppliers whose people work by hand. */
  baseUrl: z.union([z.literal(''), z.url().max(300)]),
  identity: text(100),
  settings: z.record(z.string().max(40), text(20_000)).default({}),
  /** One that is missing or empty keeps the stored one. */
  secrets: z.record(z.string().max(40), text(8_000)).default({}),
  concurrent: z.int().min(1).max(256),
  perMinute: z.int().min(1).max(600_000),
  balanceAlarmFen: fen.min(0).max(1_000_000_000_00).nullable().default(null),
  contact: text(200).default(''),
  note: text(1_000).default(''),
})

export const productView = z.object({
  id,
  supplierId: id,
  supplier: z.string(),
  remoteId: z.string(),
  name: z.string(),
  kind: z.enum(PRODUCT_KINDS),
  faceHao: hao.nullable(),
  costHao: hao,
  currency: z.string(),
  /** Null: not told. */
  stock: z.int().nullable(),
  minQuantity: z.int(),
  maxQuantity: z.int().nullable(),
  onSale: z.boolean(),
  toldAt: instant,
  /** The SKUs it may be bought for. */
  skus: z.array(z.object({ id, goodsTitle: z.string(), skuTitle: z.string() })),
})

export const offerView = z.object({
  id,
  productId: id,
  product: z.string(),
  supplierId: id,
  supplier: z.string(),
  supplierState: z.enum(SUPPLIER_STATES),
  breaker: z.enum(BREAKER_STATES),
  costHao: hao,
  currency: z.string(),
  stock: z.int().nullable(),
  onSale: z.boolean(),
  position: z.int(),
  weight: z.int(),
  enabled: z.boolean(),
  /** The supplier's field → the key of the goods' form that fills it. */
  fieldMap: z.record(z.string(), z.string()),
  /** What the supplier asks the buyer for; null until it was asked. */
  fields: formFields.nullable(),
  /** What it asks for otherwise than when the map was saved. */
  templateChanges: z.array(z.object({ label: z.string(), change: z.enum(TEMPLATE_CHANGES) })),
  quality,
})

export const skuSupplyView = z.object({
  skuId: id,
  goodsId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  priceFen: fen,
  formFields,
  kind: z.enum(SKU_KINDS),
  /** Of codes: whether suppliers are asked at all, and when. What is topped up always comes from them. */
  source: z.enum(CARD_SOURCES),
  /** Codes of ours that may be sold now. */
  ownPieces: z.int(),
  policy: z.enum(ROUTE_POLICIES),
  /** What must be left of the price; below zero the shop knowingly sells at a loss; null: no guard. */
  leastMarginFen: fen.nullable(),
  /** Of top-ups: whether buyers’ accounts are checked before an order. */
  accountCheck: z.enum(ACCOUNT_CHECKS),
  offers: z.array(offerView),
  /** What the choice would be now, best first, and who is passed over and why. */
  preview: z.array(
    z.object({
      offerId: id,
      supplier: z.string(),
      costHao: hao,
      passedOver: z.enum(PASSED_OVER).nullable(),
      /** What its buyer has to be ready to wait: half way from p50 to p95. */
      waitSeconds: z.number(),
      /** By shares: its part of what is bought, 0 to 1. */
      share: z.number().nullable(),
      score: z.number().nullable(),
    }),
  ),
})

/** Only `cancelled` proves that nothing will be delivered; after `unknown` the purchase itself tells how it ends. */
export const CANCEL_OUTCOMES = ['cancelled', 'too_late', 'refused', 'unknown'] as const
const CANCEL_STATES = ['asking', ...CANCEL_OUTCOMES] as const

export const purchaseView = z.object({
  id,
  no: z.string(),
  purpose: z.enum(['line', 'test', 'stock', 'complaint', 'offered']),
  /** What is bought for the shelf. */
  restockId: id.nullable(),
  orderNo: orderNo.nullable(),
  lineNo: z.int().nullable(),
  turn: z.int(),
  supplierId: id,
  supplier: z.string(),
  productId: id,
  product: z.string(),
  quantity: z.int(),
  arrived: z.int(),
  /** Codes that came and cannot be sold. */
  bad: z.int(),
  ceilingHao: hao,
  quotedHao: hao,
  costFen: fen.nullable(),
  /** What it cost in the supplier’s own money, and the rate it was booked at; null: in yuan. */
  own: ownMoney.nullable(),
  state: z.enum(PURCHASE_STATES),
  remoteNo: z.string().nullable(),
  serial: z.string().nullable(),
  asks: z.int(),
  dueAt: instant.nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  about: z.enum(REFUSALS_ABOUT).nullable(),
  createdAt: instant,
  sentAt: instant.nullable(),
  endedAt: instant.nullable(),
  decidedBy: z.string().nullable(),
  decidedNote: z.string().nullable(),
})

export const purchaseDetail = purchaseView.extend({
  /** It is open, and its supplier can be asked to take it back. */
  canCancel: z.boolean(),
  /** The last time that it was asked to. */
  cancel: z
    .object({
      state: z.enum(CANCEL_STATES),
      by: z.string(),
      note: z.string(),
      said: z.string().nullable(),
      askedAt: instant,
      answeredAt: instant.nullable(),
    })
    .nullable(),
  fields: z.record(z.string(), z.string()),
  /** Why this source: the policy and every candidate as it stood. */
  choice: z.object({
    policy: z.enum(ROUTE_POLICIES).nullable(),
    candidates: z.array(
      z.object({
        offerId: id,
        supplier: z.string(),
        product: z.string(),
        costHao: hao,
        stock: z.int().nullable(),
        /** Absent of choices that were made before these were kept. */
        balanceHao: hao.nullable().optional(),
        breaker: z.enum(BREAKER_STATES).optional(),
        tries: z.int(),
        arrived: z.int(),
        p50: z.number().nullable(),
        p95: z.number().nullable(),
        /** What its buyer had to be ready to wait, and by shares its part; absent of choices that were made before. */
        waitSeconds: z.number().optional(),
        share: z.number().nullable().optional(),
        score: z.number().nullable(),
        passedOver: z.enum(PASSED_OVER).nullable(),
      }),
    ),
  }),
  /** The codes that came, each masked, and what became of it. */
  cards: z.array(
    z.object({
      piece: z.int(),
      outcome: z.enum(BOUGHT_CARD_OUTCOMES),
      /** The card that it became; of a duplicate, the one that was here before. */
      cardId: id.nullable(),
      batchId: id.nullable(),
      masked: z.string(),
    }),
  ),
  callbacks: z.array(z.object({ id, verdict: z.string(), body: z.string(), receivedAt: instant })),
})

const supplierParams = z.object({ supplierId: idParam })

export const supplierRoutes = {
  kinds: route({
    id: 'suppliers.kinds',
    method: 'GET',
    path: '/api/console/supplier-kinds',
    summary: 'The interfaces of suppliers that are spoken, and what each asks for',
    access: { kind: 'staff', permission: 'suppliers.read' },
    response: z.object({ items: z.array(supplierKindView) }),
  }),
  list: route({
    id: 'suppliers.list',
    method: 'GET',
    path: '/api/console/suppliers',
    summary: 'Suppliers with their lanes, balances and quality; without `state` the archived are left out',
    access: { kind: 'staff', permission: 'suppliers.read' },
    query: pageQuery.extend({
      sort: sortBy('name', 'balance', 'openPurchases', 'createdAt'),
      state: oneOrMore(SUPPLIER_STATES).optional(),
    }),
    response: pageOf(supplierView),
  }),
  read: route({
    id: 'suppliers.read',
    method: 'GET',
    path: '/api/console/suppliers/:supplierId',
    summary: 'A supplier; secrets never leave',
    access: { kind: 'staff', permission: 'suppliers.read' },
    params: supplierParams,
    response: supplierDetail,
  }),
  create: route({
    id: 'suppliers.create',
    method: 'POST',
    path: '/api/console/suppliers',
    summary: 'Join a supplier',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    idempotency: 'required',
    body: supplierBody,
    response: supplierDetail,
  }),
  save: route({
    id: 'suppliers.save',
    method: 'PUT',
    path: '/api/console/suppliers/:supplierId',
    summary: 'Change a supplier; a secret that is left empty keeps the stored one',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params: supplierParams,
    body: supplierBody.omit({ adapter: true }),
    response: supplierDetail,
  }),
  setState: route({
    id: 'suppliers.setState',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/state',
    summary: 'Pause a supplier (nothing new is bought there), go on with it, or archive it',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params: supplierParams,
    body: z.object({ state: z.enum(SUPPLIER_STATES), reason }),
    response: supplierDetail,
  }),
  test: route({
    id: 'suppliers.test',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/test',
    summary: 'Ask the supplier for the balance with the stored configuration and say what it answered',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params: supplierParams,
    body: z.object({}),
    response: z.object({
      ok: z.boolean(),
      message: z.string(),
      balanceHao: hao.nullable(),
      elapsedMs: z.int(),
    }),
  }),
  sync: route({
    id: 'suppliers.sync',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/sync',
    summary: 'Fetch all that the supplier sells; goes on in the background',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params: supplierParams,
    body: z.object({}),
    response: ok,
  }),
  listProducts: route({
    id: 'suppliers.listProducts',
    method: 'GET',
    path: '/api/console/supplier-products',
    summary: 'What suppliers sell, cheapest first; `q` searches names and the suppliers’ own ids',
    access: { kind: 'staff', permission: 'suppliers.read' },
    query: pageQuery.extend({
      sort: sortBy('cost', 'name', 'stock', 'toldAt'),
      supplierId: idParam.optional(),
      kind: oneOrMore(PRODUCT_KINDS).optional(),
      onSale: z.enum(['true', 'false']).optional(),
      mapped: z.enum(['true', 'false']).optional(),
    }),
    response: pageOf(productView),
  }),
  enterProduct: route({
    id: 'suppliers.enterProduct',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/products',
    summary: 'Enter a product by hand, of a supplier whose interface lists none; the same id again changes it',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params: supplierParams,
    body: z.object({
      remoteId: requiredText(128),
      name: requiredText(200),
      kind: z.enum(PRODUCT_KINDS),
      costHao: hao.min(0).max(1_000_000_000_000),
      faceHao: hao.min(0).max(1_000_000_000_000).nullable().default(null),
      onSale: z.boolean().default(true),
      minQuantity: z.int().min(1).max(10_000).default(1),
      maxQuantity: z.int().min(1).max(10_000).nullable().default(null),
      /** What its buyer has to fill; keys are the supplier's own names of the fields. */
      fields: formFields.default([]),
    }),
    response: productView.extend({ fields: formFields.nullable() }),
  }),
  productHistory: route({
    id: 'suppliers.productHistory',
    method: 'GET',
    path: '/api/console/supplier-products/:productId/history',
    summary: 'What a product cost over time, newest first',
    access: { kind: 'staff', permission: 'suppliers.read' },
    params: z.object({ productId: idParam }),
    query: pageQuery,
    response: pageOf(z.object({ id, costHao: hao, onSale: z.boolean(), at: instant })),
  }),
  fetchProduct: route({
    id: 'suppliers.fetchProduct',
    method: 'POST',
    path: '/api/console/supplier-products/:productId/fetch',
    summary: 'Ask the supplier about one product: price, stock, and what its buyer has to fill',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params: z.object({ productId: idParam }),
    body: z.object({}),
    response: productView.extend({ fields: formFields.nullable() }),
  }),
  tryProduct: route({
    id: 'suppliers.tryProduct',
    method: 'POST',
    path: '/api/console/supplier-products/:productId/try',
    summary: 'Buy one piece for real and measure how long it takes to arrive',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    idempotency: 'required',
    params: z.object({ productId: idParam }),
    body: z.object({ fields: z.record(z.string().max(60), text(100)).default({}) }),
    response: purchaseView,
  }),
  readSkuSupply: route({
    id: 'suppliers.readSkuSupply',
    method: 'GET',
    path: '/api/console/skus/:skuId/supply',
    summary: 'Who may deliver a SKU, how the source is chosen, and what the choice would be now',
    access: { kind: 'staff', permission: 'suppliers.read' },
    params: z.object({ skuId: idParam }),
    response: skuSupplyView,
  }),
  saveSkuSupply: route({
    id: 'suppliers.saveSkuSupply',
    method: 'PUT',
    path: '/api/console/skus/:skuId/supply',
    summary: 'Say who may deliver a SKU and how the source is chosen; offers that are left out are removed',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params: z.object({ skuId: idParam }),
    body: z.object({
      policy: z.enum(ROUTE_POLICIES),
      source: z.enum(CARD_SOURCES).default('own'),
      leastMarginFen: fen.min(-1_000_000_00).max(1_000_000_00).nullable(),
      accountCheck: z.enum(ACCOUNT_CHECKS).default('advise'),
      /** In the order of the fixed policy. */
      offers: z
        .array(
          z.object({
            productId: id,
            weight: z.int().min(1).max(100).default(1),
            enabled: z.boolean().default(true),
            fieldMap: z.record(z.string().max(60), z.string().max(40)).default({}),
          }),
        )
        .max(20),
    }),
    response: skuSupplyView,
  }),
  listPurchases: route({
    id: 'suppliers.listPurchases',
    method: 'GET',
    path: '/api/console/purchases',
    summary: 'Every asking of every supplier, newest first; `q` is an order’s number, ours or the supplier’s',
    access: { kind: 'staff', permission: 'suppliers.read' },
    query: pageQuery.extend({
      state: oneOrMore(PURCHASE_STATES).optional(),
      supplierId: idParam.optional(),
      orderNo: orderNo.optional(),
      restockId: idParam.optional(),
      productId: idParam.optional(),
      /** Days of Beijing time on which it was sent, both in it. */
      sentFrom: day.optional(),
      sentTo: day.optional(),
      about: oneOrMore(REFUSALS_ABOUT).optional(),
      /** Once not known what became of it. */
      wasUnknown: flag.optional(),
      /** Something of it came. */
      hasArrived: flag.optional(),
      /** False: without those that a supplier took back at our asking, which figures do not count as refused. */
      takenBack: flag.optional(),
      /** Some of its codes could not be sold. */
      hasBad: flag.optional(),
    }),
    response: pageOf(purchaseView),
  }),
  readPurchase: route({
    id: 'suppliers.readPurchase',
    method: 'GET',
    path: '/api/console/purchases/:purchaseId',
    summary: 'A purchase with the reasons for its source and the callbacks about it',
    access: { kind: 'staff', permission: 'suppliers.read' },
    params: z.object({ purchaseId: idParam }),
    response: purchaseDetail,
  }),
  askPurchase: route({
    id: 'suppliers.askPurchase',
    method: 'POST',
    path: '/api/console/purchases/:purchaseId/ask',
    summary: 'Ask the supplier now what became of a purchase',
    access: { kind: 'staff', permission: 'orders.handle' },
    params: z.object({ purchaseId: idParam }),
    body: z.object({}),
    response: ok,
  }),
  settlePurchase: route({
    id: 'suppliers.settlePurchase',
    method: 'POST',
    path: '/api/console/purchases/:purchaseId/settle',
    summary: 'Say what became of a purchase whose supplier cannot: it arrived, or it was never bought',
    access: { kind: 'staff', permission: 'orders.handle' },
    idempotency: 'required',
    params: z.object({ purchaseId: idParam }),
    body: z.object({ outcome: z.enum(['done', 'refused']), note: reason }),
    response: purchaseView,
  }),
  handlePurchases: route({
    id: 'suppliers.handlePurchases',
    method: 'POST',
    path: '/api/console/purchases/handle',
    summary: 'Ask about several purchases now, or say that none of them was bought; each by itself',
    access: { kind: 'staff', permission: 'orders.handle' },
    body: z
      .object({ ids: z.array(id).min(1).max(50), action: z.enum(['ask', 'not_bought']), note: text(200).default('') })
      .refine(({ action, note }) => action === 'ask' || note !== '', {
        error: 'common.evidence_required',
        path: ['note'],
      }),
    response: z.object({
      done: z.int(),
      refused: z.array(z.object({ id, code: z.string() })),
    }),
  }),
  cancelPurchase: route({
    id: 'suppliers.cancelPurchase',
    method: 'POST',
    path: '/api/console/purchases/:purchaseId/cancel',
    summary: 'Ask the supplier to take an open purchase back; only a definite yes ends it, and the line goes on',
    access: { kind: 'staff', permission: 'orders.handle' },
    params: z.object({ purchaseId: idParam }),
    body: z.object({ note: reason }),
    response: z.object({
      outcome: z.enum(CANCEL_OUTCOMES),
      /** The supplier's own words. */
      said: z.string(),
      purchase: purchaseView,
    }),
  }),
  callback: route({
    id: 'suppliers.callback',
    method: 'POST',
    path: '/api/supply/:supplierId/notify',
    summary:
      'A supplier’s callback; verified on the raw bytes, kept, and answered after the commit with exactly what the supplier expects',
    access: { kind: 'public' },
    params: supplierParams,
    bodyKind: 'raw',
    bodyLimitBytes: 64 * 1024,
    rateLimit: false,
    response: z.string(),
    responseKind: 'file',
  }),
  callbackByQuery: route({
    id: 'suppliers.callbackByQuery',
    method: 'GET',
    path: '/api/supply/:supplierId/notify',
    summary: 'The same from suppliers that put their callback into the address',
    access: { kind: 'public' },
    params: supplierParams,
    rateLimit: false,
    response: z.string(),
    responseKind: 'file',
  }),
} as const
