import { z } from 'zod'
import { checkCodeForm, codeFormInput } from '../code-forms.ts'
import { catalogErrors } from '../errors/catalog.ts'
import { addRefusal, formFields, refuseRepeats } from '../form-fields.ts'
import { checkLater, laterInput } from '../later.ts'
import { route } from '../route.ts'
import {
  fen,
  flag,
  id,
  idOnly,
  idParam,
  instant,
  ok,
  oneOrMore,
  pageOf,
  pageQuery,
  requiredText,
  sortBy,
  text,
} from '../schemas.ts'
import { ALLOCATIONS, BUNDLE_POLICIES, LINE_KINDS, OPENED_BY, PICKS, SKU_KINDS } from '../states.ts'

/** Goods as staff keep them (`/api/console/…`). As shoppers see them: mall-goods.ts. */

export const GOODS_STATES = ['draft', 'on', 'off', 'archived'] as const
export const STOCK_DISPLAYS = ['exact', 'words', 'hidden'] as const
export const SKUS_MAX = 50
export const TIERS_MAX = 10
export const GOODS_PICTURES_MAX = 10
export const GOODS_TAGS_MAX = 10
export const SPECS_MAX = 10
export const BUNDLE_PARTS_MAX = 10
export const PICTURE_BYTES_MAX = 10 * 1024 * 1024
/** Widths that pictures are kept in; ask with `&w=320`. Another width answers the next larger one. */
export const PICTURE_WIDTHS = [160, 320, 640, 1280] as const

const read = { kind: 'staff', permission: 'goods.read' } as const
const write = { kind: 'staff', permission: 'goods.write' } as const
const idParams = z.object({ id: idParam })
/** 0 to 10 million yuan; 0 only with `free`, or with a price in points. */
const price = z.int().min(0).max(1_000_000_000)
const pricePoints = z.int().min(0).max(100_000_000)

/** `url` already carries `?v=…` (content hash, cached for ever); append `&w=<width>` for a smaller one. */
export const pictureRef = z.object({
  id,
  url: z.string(),
  width: z.int(),
  height: z.int(),
  /** Average colour, `#rrggbb`: shown until the picture is there. */
  color: z.string(),
})
export type PictureRef = z.output<typeof pictureRef>

/** From `minQty` pieces on, each costs `unitPriceFen`. */
export const priceTier = z.object({ minQty: z.int().min(2).max(100_000), unitPriceFen: price })
export const priceTiers = z.array(priceTier).max(TIERS_MAX)
export type PriceTier = z.output<typeof priceTier>

/* ---------------------------------------------------------------- categories and tags ---- */

const categoryFields = z.object({
  name: requiredText(40),
  nameEn: text(80).default(''),
  /** null: a top category. At most 2 levels. */
  parentId: id.nullable().default(null),
  /** A short mark shown before the name on the mall: one emoji, or empty. */
  icon: text(8).default(''),
})
export const category = z.object({
  id,
  parentId: id.nullable(),
  name: z.string(),
  nameEn: z.string(),
  icon: z.string(),
  position: z.int(),
  /** Console: goods not archived. Mall: goods on sale now. Its own, without its children's. */
  goodsCount: z.int(),
})
export type Category = z.output<typeof category>

const tagFields = z.object({ name: requiredText(20), nameEn: text(40).default('') })
export const tag = z.object({ id, name: z.string(), nameEn: z.string(), position: z.int(), goodsCount: z.int() })

/* ------------------------------------------------------------------------------- goods ---- */

/** A SKU and how many pieces of it, or points (then once). */
const bundlePartInput = z.object({
  skuId: id.nullable().default(null),
  points: z.int().min(1).max(100_000_000).nullable().default(null),
  quantity: z.int().min(1).max(1_000).default(1),
  /** What of the bundle's price is this part's, as a weight in fen; of all parts or of none. Null: by the parts' own prices. */
  shareFen: price.nullable().default(null),
})
export const bundleInput = z.object({
  policy: z.enum(BUNDLE_POLICIES).default('rest'),
  parts: z.array(bundlePartInput).min(1).max(BUNDLE_PARTS_MAX),
})
export type BundleInput = z.output<typeof bundleInput>

export const skuInput = z.object({
  /** Absent: a new SKU. SKUs that an update leaves out are removed; refused while they hold stock. */
  id: id.optional(),
  title: requiredText(60),
  titleEn: text(100).default(''),
  /** E.g. `{"时长": "12 个月"}`; shown on the goods page. */
  specs: z.record(requiredText(20), text(60)).default({}),
  priceFen: price,
  /** What a piece costs in points, beside its price in money. */
  pricePoints: pricePoints.default(0),
  /** Must be true when it costs neither money nor points, so that nothing is given away by a slip. */
  free: z.boolean().default(false),
  /** Struck-through price; above `priceFen`. */
  marketPriceFen: price.nullable().default(null),
  /** Staff only: what one piece usually costs; a batch's own cost counts in reports. */
  costHintFen: price.nullable().default(null),
  /** Quantity prices, `minQty` rising and `unitPriceFen` falling, all below `priceFen`. */
  tiers: priceTiers.default([]),
  /** When pieces are set aside: when the order is placed, or only when it is paid. */
  holdMode: z.enum(['order', 'payment']).default('order'),
  allocation: z.enum(ALLOCATIONS).default('fifo'),
  ...codeFormInput,
  ...laterInput,
  /** How it is delivered; that of a SKU that exists cannot be changed. */
  kind: z.enum(SKU_KINDS).default('card'),
  /** Of a SKU of kind `bundle`, and only of one. */
  bundle: bundleInput.nullable().default(null),
  /** Alarm and "few left" at or below this many pieces; null: no alarm. */
  lowStockAt: z.int().min(0).max(1_000_000).nullable().default(10),
  state: z.enum(['on', 'off']).default('on'),
})
export type SkuInput = z.output<typeof skuInput>

const goodsFields = z.object({
  title: requiredText(80),
  titleEn: text(120).default(''),
  subtitle: text(120).default(''),
  subtitleEn: text(200).default(''),
  categoryId: id.nullable().default(null),
  /** By name; names not yet known become new tags. */
  tags: z.array(requiredText(20)).max(GOODS_TAGS_MAX).default([]),
  /** In order; the first is the cover. */
  pictureIds: z.array(id).max(GOODS_PICTURES_MAX).default([]),
  /** Markdown. What it is. */
  description: text(20_000).default(''),
  descriptionEn: text(20_000).default(''),
  /** Markdown. How to use a code; shown on the goods page and beside delivered codes. */
  guide: text(20_000).default(''),
  guideEn: text(20_000).default(''),
  formFields: formFields.default([]),
  /** On sale only from / until then, as long as the state is `on`. */
  onAt: instant.nullable().default(null),
  offAt: instant.nullable().default(null),
  stockDisplay: z.enum(STOCK_DISPLAYS).default('words'),
  /** How many pieces of these goods one person may buy, over all orders under a contact or of a member; null: any number. */
  limitPerPerson: z.int().min(1).max(1_000_000).nullable().default(null),
  /** Counts only what was ordered in so many days before; null: all that was ever bought. Means nothing without the limit. */
  limitDays: z.int().min(1).max(366).nullable().default(null),
  limitPerOrder: z.int().min(1).max(10_000).default(100),
  /** Whether a mail may carry their codes; null: as the shop has it. */
  codesByEmail: z.boolean().nullable().default(null),
  /** Whether a text message may; otherwise it has a link to the order. */
  codesBySms: z.boolean().default(false),
  position: z.int().min(-1_000_000).max(1_000_000).default(0),
  skus: z.array(skuInput).min(1).max(SKUS_MAX),
})
export type GoodsInput = z.output<typeof goodsFields>
export const goodsInput = goodsFields.superRefine(checkGoods)

/** Rules that span fields. */
function checkGoods(goods: GoodsInput, context: z.RefinementCtx): void {
  if (goods.onAt && goods.offAt && Date.parse(goods.onAt) >= Date.parse(goods.offAt)) {
    addRefusal(context, ['offAt'], catalogErrors.scheduleBackwards())
  }
  refuseRepeats(context, goods.pictureIds, (index) => ['pictureIds', index])
  refuseRepeats(
    context,
    goods.tags.map((name) => name.toLowerCase()),
    (index) => ['tags', index],
  )
  refuseRepeats(
    context,
    goods.skus.map((sku) => sku.title),
    (index) => ['skus', index, 'title'],
  )
  const ids = goods.skus.map((sku, index) => sku.id ?? `new ${index}`)
  refuseRepeats(context, ids, (index) => ['skus', index, 'id'])
  goods.skus.forEach((sku, index) => {
    checkSku(sku, goods.limitPerOrder, (...path) => ['skus', index, ...path], context)
  })
}

type PathOf = (...path: (string | number)[]) => (string | number)[]

function checkSku(sku: SkuInput, limitPerOrder: number, at: PathOf, context: z.RefinementCtx): void {
  checkPrice(sku, at, context)
  if (sku.marketPriceFen !== null && sku.marketPriceFen <= sku.priceFen) {
    addRefusal(context, at('marketPriceFen'), catalogErrors.marketPriceNotAbove())
  }
  checkBundle(sku, at, context)
  checkCodeForm(sku, (field) => at(field), context)
  checkLater(sku, (field) => at(field), context)
  if (Object.keys(sku.specs).length > SPECS_MAX) {
    addRefusal(context, at('specs'), catalogErrors.tooManySpecs({ limit: SPECS_MAX }))
  }
  sku.tiers.forEach(({ minQty }, index) => {
    if (minQty <= limitPerOrder) return
    addRefusal(context, at('tiers', index, 'minQty'), catalogErrors.tierAboveLimit({ limit: limitPerOrder }))
  })
}

/** That parts exist, and are no bundles, only the server knows. */
function checkBundle({ kind, bundle, pricePoints }: SkuInput, at: PathOf, context: z.RefinementCtx): void {
  if ((kind === 'bundle') !== (bundle !== null)) addRefusal(context, at('bundle'), catalogErrors.bundlePartsMissing())
  if (!bundle) return
  if (pricePoints > 0) addRefusal(context, at('pricePoints'), catalogErrors.bundleInPoints())
  bundle.parts.forEach(({ skuId, points, quantity }, index) => {
    if ((skuId === null) === (points === null) || (points !== null && quantity !== 1)) {
      addRefusal(context, at('bundle', 'parts', index, 'skuId'), catalogErrors.bundlePartUnclear())
    }
  })
  refuseRepeats(
    context,
    bundle.parts.map(({ skuId }) => skuId ?? 'points'),
    (index) => at('bundle', 'parts', index, 'skuId'),
  )
  const shares = bundle.parts.flatMap(({ shareFen }) => (shareFen === null ? [] : [shareFen]))
  if (shares.length === 0) return
  if (shares.length < bundle.parts.length) addRefusal(context, at('bundle'), catalogErrors.bundleSharesMixed())
  else if (shares.every((share) => share === 0)) addRefusal(context, at('bundle'), catalogErrors.bundleSharesEmpty())
}

type PriceInput = {
  readonly priceFen: number
  readonly pricePoints: number
  readonly free: boolean
  readonly tiers: readonly PriceTier[]
}

/** Zero must be meant; the more, the cheaper. */
function checkPrice({ priceFen, pricePoints, free, tiers }: PriceInput, at: PathOf, context: z.RefinementCtx): void {
  const mayBeZero = free || pricePoints > 0
  if (priceFen === 0 && !mayBeZero) addRefusal(context, at('priceFen'), catalogErrors.zeroPriceNotMeant())
  let before = { minQty: 1, unitPriceFen: priceFen }
  tiers.forEach((tier, index) => {
    if (tier.minQty <= before.minQty) addRefusal(context, at('tiers', index, 'minQty'), catalogErrors.tiersNotRising())
    if (tier.unitPriceFen >= before.unitPriceFen || (tier.unitPriceFen === 0 && !mayBeZero)) {
      addRefusal(context, at('tiers', index, 'unitPriceFen'), catalogErrors.tiersNotFalling())
    }
    before = tier
  })
}

/** Pieces per SKU as the ledger counts them, or as suppliers tell. `unlimited`: a source does not count; `available` is no count then. */
export const stockCount = z.object({ available: z.int(), held: z.int(), unlimited: z.boolean() })

/** What a bundle is made of, as its editor shows it. */
export const bundlePart = z.object({
  skuId: id.nullable(),
  points: z.int().nullable(),
  quantity: z.int(),
  shareFen: fen.nullable(),
  kind: z.enum(LINE_KINDS),
  /** Empty for points. */
  goodsTitle: z.string(),
  goodsTitleEn: z.string(),
  title: z.string(),
  titleEn: z.string(),
  goodsId: id.nullable(),
  /** Of one piece: its own price, and what it usually costs; null when nobody knows. */
  priceFen: fen.nullable(),
  costFen: fen.nullable(),
  /** What there is of it; null: not counted. */
  available: z.int().nullable(),
  /** Why the part is not for sale, and so the bundle is not. */
  reason: z.enum(['off_shelf', 'not_yet', 'ended', 'archived']).nullable(),
})
export const bundleDetail = z.object({ policy: z.enum(BUNDLE_POLICIES), parts: z.array(bundlePart) })
export type BundleDetail = z.output<typeof bundleDetail>

export const skuDetail = z.object({
  id,
  title: z.string(),
  titleEn: z.string(),
  specs: z.record(z.string(), z.string()),
  kind: z.enum(SKU_KINDS),
  /** The price in force now, scheduled changes included. */
  priceFen: fen,
  pricePoints: z.int(),
  free: z.boolean(),
  marketPriceFen: fen.nullable(),
  costHintFen: fen.nullable(),
  tiers: priceTiers,
  holdMode: z.enum(['order', 'payment']),
  allocation: z.enum(ALLOCATIONS),
  usesPerCode: z.int().nullable(),
  pick: z.enum(PICKS),
  pickFeeFen: fen,
  openedBy: z.enum(OPENED_BY),
  laterDays: z.int().nullable(),
  laterRefund: z.boolean(),
  lowStockAt: z.int().nullable(),
  state: z.enum(['on', 'off']),
  position: z.int(),
  stock: stockCount,
  low: z.boolean(),
  bundle: bundleDetail.nullable(),
  /** The next planned price change, if any. */
  nextChange: z.object({ at: instant, priceFen: fen, pricePoints: z.int() }).nullable(),
})
export type SkuDetail = z.output<typeof skuDetail>

/** Why goods cannot go on sale (`blocks`) or what would make them sell better (`advice`). */
export const goodsProblem = z.object({
  code: z.enum([
    'no_sku_on',
    'ended',
    'bundle_part_off',
    'bundle_below_cost',
    'no_picture',
    'no_guide',
    'no_category',
    'no_stock',
  ]),
  level: z.enum(['blocks', 'advice']),
  zh: z.string(),
  en: z.string(),
})
export type GoodsProblem = z.output<typeof goodsProblem>

/** `draft | off | archived` as kept; `on` splits by schedule into `scheduled`, `selling`, `ended`. */
export const SHELF_STATES = ['draft', 'scheduled', 'selling', 'ended', 'off', 'archived'] as const

export const goodsDetail = z.object({
  id,
  version: z.int(),
  state: z.enum(GOODS_STATES),
  shelf: z.enum(SHELF_STATES),
  title: z.string(),
  titleEn: z.string(),
  subtitle: z.string(),
  subtitleEn: z.string(),
  categoryId: id.nullable(),
  categoryName: z.string().nullable(),
  tags: z.array(z.string()),
  pictures: z.array(pictureRef),
  description: z.string(),
  descriptionEn: z.string(),
  guide: z.string(),
  guideEn: z.string(),
  formFields,
  onAt: instant.nullable(),
  offAt: instant.nullable(),
  stockDisplay: z.enum(STOCK_DISPLAYS),
  limitPerPerson: z.int().nullable(),
  limitDays: z.int().nullable(),
  limitPerOrder: z.int(),
  codesByEmail: z.boolean().nullable(),
  codesBySms: z.boolean(),
  position: z.int(),
  skus: z.array(skuDetail),
  problems: z.array(goodsProblem),
  createdAt: instant,
  updatedAt: instant,
})
export type GoodsDetail = z.output<typeof goodsDetail>

export const goodsRow = z.object({
  id,
  version: z.int(),
  state: z.enum(GOODS_STATES),
  shelf: z.enum(SHELF_STATES),
  title: z.string(),
  titleEn: z.string(),
  categoryId: id.nullable(),
  categoryName: z.string().nullable(),
  tags: z.array(z.string()),
  cover: pictureRef.nullable(),
  /** Of the SKUs that are `on`; null when there is none. */
  priceFromFen: fen.nullable(),
  /** Of the cheapest of them. */
  pricePoints: z.int(),
  priceToFen: fen.nullable(),
  skuCount: z.int(),
  stock: stockCount,
  /** Some SKU that is `on` is at or below its alarm threshold. */
  low: z.boolean(),
  onAt: instant.nullable(),
  offAt: instant.nullable(),
  position: z.int(),
  createdAt: instant,
  updatedAt: instant,
})
export type GoodsRow = z.output<typeof goodsRow>

/** Filters of the goods list and of its export. */
const goodsFilter = {
  state: oneOrMore(GOODS_STATES).optional(),
  categoryId: idParam.optional(),
  tagId: idParam.optional(),
  /** Only goods with a SKU at or below its threshold. */
  low: flag.optional(),
}

export const skuRow = z.object({
  id,
  goodsId: id,
  title: z.string(),
  titleEn: z.string(),
  goodsTitle: z.string(),
  goodsTitleEn: z.string(),
  kind: z.enum(SKU_KINDS),
  priceFen: fen,
  state: z.enum(['on', 'off']),
  goodsState: z.enum(GOODS_STATES),
  cover: pictureRef.nullable(),
  stock: stockCount,
  lowStockAt: z.int().nullable(),
  low: z.boolean(),
  /** What one piece usually costs, for building a bundle; null when nobody knows. */
  costFen: fen.nullable(),
})

export const priceChangeInput = z
  .object({
    at: instant,
    priceFen: price,
    pricePoints: pricePoints.default(0),
    free: z.boolean().default(false),
    tiers: priceTiers.default([]),
  })
  .superRefine((change, context) => checkPrice(change, (...path) => path, context))
export type PriceChangeInput = z.output<typeof priceChangeInput>

export const priceChange = z.object({
  id,
  skuId: id,
  skuTitle: z.string(),
  at: instant,
  priceFen: fen,
  pricePoints: z.int(),
  tiers: priceTiers,
  state: z.enum(['planned', 'in_force', 'past', 'cancelled']),
  createdAt: instant,
  createdBy: z.string(),
})

/* ------------------------------------------------------------------------------ routes ---- */

export const catalogRoutes = {
  listCategories: route({
    id: 'catalog.listCategories',
    method: 'GET',
    path: '/api/console/categories',
    summary: 'Categories in order, parents before children',
    access: read,
    response: z.object({ items: z.array(category) }),
  }),
  createCategory: route({
    id: 'catalog.createCategory',
    method: 'POST',
    path: '/api/console/categories',
    summary: 'Add a category at the end of its level',
    access: write,
    body: categoryFields,
    response: idOnly,
  }),
  updateCategory: route({
    id: 'catalog.updateCategory',
    method: 'PUT',
    path: '/api/console/categories/:id',
    summary: 'Rename or move a category',
    access: write,
    params: idParams,
    body: categoryFields,
    response: ok,
  }),
  deleteCategory: route({
    id: 'catalog.deleteCategory',
    method: 'DELETE',
    path: '/api/console/categories/:id',
    summary: 'Delete an empty category',
    access: write,
    params: idParams,
    response: ok,
  }),
  orderCategories: route({
    id: 'catalog.orderCategories',
    method: 'PUT',
    path: '/api/console/category-order',
    summary: 'Set the order of one level: all its ids, first to last',
    access: write,
    body: z.object({ parentId: id.nullable(), ids: z.array(id).max(200) }),
    response: ok,
  }),

  listTags: route({
    id: 'catalog.listTags',
    method: 'GET',
    path: '/api/console/tags',
    summary: 'All tags',
    access: read,
    response: z.object({ items: z.array(tag) }),
  }),
  createTag: route({
    id: 'catalog.createTag',
    method: 'POST',
    path: '/api/console/tags',
    summary: 'Add a tag',
    access: write,
    body: tagFields,
    response: idOnly,
  }),
  updateTag: route({
    id: 'catalog.updateTag',
    method: 'PUT',
    path: '/api/console/tags/:id',
    summary: 'Rename a tag everywhere',
    access: write,
    params: idParams,
    body: tagFields,
    response: ok,
  }),
  deleteTag: route({
    id: 'catalog.deleteTag',
    method: 'DELETE',
    path: '/api/console/tags/:id',
    summary: 'Delete a tag and take it off all goods',
    access: write,
    params: idParams,
    response: ok,
  }),

  listGoods: route({
    id: 'catalog.listGoods',
    method: 'GET',
    path: '/api/console/goods',
    access: read,
    summary:
      'Goods, newest first; `sort` by position, title, price, stock, createdAt, updatedAt; without `state` the archived are left out',
    query: pageQuery.extend({
      ...goodsFilter,
      sort: sortBy('position', 'title', 'price', 'stock', 'createdAt', 'updatedAt'),
    }),
    response: pageOf(goodsRow),
  }),
  exportGoods: route({
    id: 'catalog.exportGoods',
    method: 'GET',
    path: '/api/console/goods/export.xlsx',
    access: read,
    responseKind: 'file',
    summary: 'The goods list as an Excel file, one row a SKU, with the same filters',
    query: z.object({ ...goodsFilter, q: z.string().trim().max(200).optional() }),
    response: z.unknown(),
  }),
  getGoods: route({
    id: 'catalog.getGoods',
    method: 'GET',
    path: '/api/console/goods/:id',
    summary: 'One goods with its SKUs, pictures and what stands in the way of sale',
    access: read,
    params: idParams,
    response: goodsDetail,
  }),
  createGoods: route({
    id: 'catalog.createGoods',
    method: 'POST',
    path: '/api/console/goods',
    summary: 'Create goods as a draft; `shelf: "on"` puts them on sale at once',
    access: write,
    idempotency: 'optional',
    bodyLimitBytes: 512 * 1024,
    body: goodsFields.extend({ shelf: z.enum(['draft', 'on']).default('draft') }).superRefine(checkGoods),
    response: goodsDetail,
  }),
  updateGoods: route({
    id: 'catalog.updateGoods',
    method: 'PUT',
    path: '/api/console/goods/:id',
    access: write,
    bodyLimitBytes: 512 * 1024,
    summary: 'Replace goods and their SKUs; `version` must be the one that was read, else common.conflict',
    params: idParams,
    body: goodsFields.extend({ version: z.int().min(1) }).superRefine(checkGoods),
    response: goodsDetail,
  }),
  duplicateGoods: route({
    id: 'catalog.duplicateGoods',
    method: 'POST',
    path: '/api/console/goods/:id/duplicate',
    summary: 'Copy goods into a new draft; stock and price plans are not copied',
    access: write,
    params: idParams,
    response: goodsDetail,
  }),
  setShelf: route({
    id: 'catalog.setShelf',
    method: 'POST',
    path: '/api/console/goods/shelf',
    access: write,
    summary: 'Put goods on or off the shelf, archive or restore them, one or many; each has its own outcome',
    body: z.object({ ids: z.array(id).min(1).max(200), to: z.enum(['on', 'off', 'archived', 'restored']) }),
    response: z.object({
      done: z.array(id),
      refused: z.array(
        z.object({ id, title: z.string().nullable(), code: z.string(), zh: z.string(), en: z.string() }),
      ),
    }),
  }),

  listSkus: route({
    id: 'catalog.listSkus',
    method: 'GET',
    path: '/api/console/skus',
    access: read,
    summary: 'SKUs for pickers and the stock page; `q` searches both titles or an id; archived goods are left out',
    query: pageQuery.extend({
      sort: sortBy('title', 'price', 'stock', 'goods'),
      goodsId: idParam.optional(),
      low: flag.optional(),
    }),
    response: pageOf(skuRow),
  }),

  listPriceChanges: route({
    id: 'catalog.listPriceChanges',
    method: 'GET',
    path: '/api/console/goods/:id/price-changes',
    summary: "Planned and past price changes of the goods' SKUs, newest first",
    access: read,
    params: idParams,
    response: z.object({ items: z.array(priceChange) }),
  }),
  planPriceChange: route({
    id: 'catalog.planPriceChange',
    method: 'POST',
    path: '/api/console/skus/:id/price-changes',
    summary: 'Plan a price for a moment in the future; it holds from that second on',
    access: write,
    params: idParams,
    idempotency: 'optional',
    body: priceChangeInput,
    response: idOnly,
  }),
  cancelPriceChange: route({
    id: 'catalog.cancelPriceChange',
    method: 'POST',
    path: '/api/console/price-changes/:id/cancel',
    summary: 'Cancel a price change that has not come yet',
    access: write,
    params: idParams,
    response: ok,
  }),

  uploadPicture: route({
    id: 'catalog.uploadPicture',
    method: 'POST',
    path: '/api/console/pictures',
    access: write,
    bodyKind: 'raw',
    bodyLimitBytes: PICTURE_BYTES_MAX,
    summary:
      'Upload one picture as the raw body (JPEG, PNG, WebP, GIF, AVIF; up to 10 MB); the same bytes give the same picture',
    response: pictureRef,
  }),
  listPictures: route({
    id: 'catalog.listPictures',
    method: 'GET',
    path: '/api/console/pictures',
    summary: 'The picture library, newest first',
    access: read,
    query: pageQuery,
    response: pageOf(pictureRef.extend({ usedBy: z.int(), createdAt: instant })),
  }),
  deletePicture: route({
    id: 'catalog.deletePicture',
    method: 'DELETE',
    path: '/api/console/pictures/:id',
    summary: 'Delete a picture that no goods use',
    access: write,
    params: idParams,
    response: ok,
  }),
} as const
