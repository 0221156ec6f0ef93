import { z } from 'zod'
import { formFields } from '../form-fields.ts'
import { route } from '../route.ts'
import { digits, fen, id, idParam, instant } from '../schemas.ts'
import { BUNDLE_POLICIES, LINE_KINDS, OPENED_BY, PICKS, SKU_KINDS } from '../states.ts'
import { category, pictureRef, priceTiers, STOCK_DISPLAYS, tag } from './catalog.ts'
import { channelCode } from './warehouses.ts'

/** Goods as shoppers see them (`/api/mall/…`). */

const anyone = { kind: 'public' } as const
/** A company's people share one network and browse at once; the answers come from memory. */
const browsing = { max: 3000, windowMs: 60_000 } as const
const idParams = z.object({ id: idParam })

/**
 * Stock as a shopper may see it. `state` is always true; `level` is there when shown in words, `count` when shown
 * exactly. Sold out is a state, never a zero that might mean "unlimited".
 */
export const mallStock = z.object({
  display: z.enum(STOCK_DISPLAYS),
  state: z.enum(['available', 'sold_out', 'unlimited']),
  level: z.enum(['plenty', 'some', 'few']).nullable(),
  count: z.int().nullable(),
})
export type MallStock = z.output<typeof mallStock>

export const mallGoodsCard = z.object({
  id,
  title: z.string(),
  titleEn: z.string(),
  subtitle: z.string(),
  subtitleEn: z.string(),
  categoryId: id.nullable(),
  tags: z.array(z.object({ id, name: z.string(), nameEn: z.string() })),
  cover: pictureRef.nullable(),
  priceFromFen: fen,
  /** What the cheapest SKU costs in points beside it. */
  pricePoints: z.int(),
  /** Equal to `priceFromFen` when all SKUs cost the same. */
  priceToFen: fen,
  /** Struck-through price of the cheapest SKU. */
  marketPriceFen: fen.nullable(),
  stock: mallStock,
})
export type MallGoodsCard = z.output<typeof mallGoodsCard>

/** What is in a bundle, as a shopper sees it. */
export const mallBundle = z.object({
  policy: z.enum(BUNDLE_POLICIES),
  parts: z.array(
    z.object({
      kind: z.enum(LINE_KINDS),
      /** Of points there are no goods. */
      goodsId: id.nullable(),
      goodsTitle: z.string(),
      goodsTitleEn: z.string(),
      title: z.string(),
      titleEn: z.string(),
      quantity: z.int(),
      points: z.int().nullable(),
      /** Bought by itself, one piece costs this; null when it is not sold by itself for money. */
      priceFen: fen.nullable(),
      isOff: z.boolean(),
    }),
  ),
  /** What its buyer is asked: the goods' own fields, and those of the parts. */
  formFields,
})
export type MallBundle = z.output<typeof mallBundle>

export const mallSku = z.object({
  id,
  kind: z.enum(SKU_KINDS),
  title: z.string(),
  titleEn: z.string(),
  specs: z.record(z.string(), z.string()),
  priceFen: fen,
  pricePoints: z.int(),
  marketPriceFen: fen.nullable(),
  tiers: priceTiers,
  stock: mallStock,
  /** How many pieces one order may take right now: the limit per order, and the stock where it is shown exactly. */
  maxQty: z.int(),
  /** Whether buyers may choose their code by its number (`vault.mallNumbers`), and what that costs beside the price. */
  pick: z.enum(PICKS),
  pickFeeFen: fen,
  /** Who may open a delivered code. */
  openedBy: z.enum(OPENED_BY),
  /** Of a top-up: how many days after the payment it may be activated, where it may be bought without an account; null: at once only. */
  laterDays: z.int().nullable(),
  /** Whether its buyer may give it back alone while it is not activated. */
  laterRefund: z.boolean(),
  bundle: mallBundle.nullable(),
})

export const mallGoods = z.object({
  id,
  title: z.string(),
  titleEn: z.string(),
  subtitle: z.string(),
  subtitleEn: z.string(),
  category: z.object({ id, name: z.string(), nameEn: z.string() }).nullable(),
  tags: z.array(z.object({ id, name: z.string(), nameEn: z.string() })),
  pictures: z.array(pictureRef),
  description: z.string(),
  descriptionEn: z.string(),
  guide: z.string(),
  guideEn: z.string(),
  formFields,
  limitPerPerson: z.int().nullable(),
  limitDays: z.int().nullable(),
  limitPerOrder: z.int(),
  /** When the sale ends by schedule. */
  offAt: instant.nullable(),
  /** False with a reason when an old link leads to goods that are not on sale now. */
  sellable: z.boolean(),
  reason: z.enum(['off_shelf', 'not_yet', 'ended', 'archived']).nullable(),
  /** When the sale begins, for `not_yet`. */
  onAt: instant.nullable(),
  skus: z.array(mallSku),
})
export type MallGoods = z.output<typeof mallGoods>

/** Only categories and tags under which something is on sale now; a parent is there for its children. */
export const mallShelves = z.object({ categories: z.array(category), tags: z.array(tag) })
export type MallShelves = z.output<typeof mallShelves>

export const mallGoodsRoutes = {
  shelves: route({
    id: 'catalog.mallShelves',
    method: 'GET',
    path: '/api/mall/shelves',
    summary: 'Categories and tags with goods on sale; the shop itself is tenancy.getShop',
    access: anyone,
    rateLimit: browsing,
    response: mallShelves,
  }),
  listGoods: route({
    id: 'catalog.mallListGoods',
    method: 'GET',
    path: '/api/mall/goods',
    access: anyone,
    rateLimit: browsing,
    summary: 'Goods on sale, page by page: pass `next` as `cursor` until it is null',
    query: z.object({
      /** A parent category includes its children. */
      categoryId: idParam.optional(),
      tagId: idParam.optional(),
      q: z.string().trim().max(60).optional(),
      sort: z.enum(['recommended', 'newest', 'priceAsc', 'priceDesc']).default('recommended'),
      cursor: z.string().max(200).optional(),
      limit: digits(z.int().min(1).max(60).default(20)),
      /** Stock as the buyers of this channel have it. */
      channel: channelCode.optional(),
    }),
    response: z.object({ items: z.array(mallGoodsCard), next: z.string().nullable() }),
  }),
  getGoods: route({
    id: 'catalog.mallGetGoods',
    method: 'GET',
    path: '/api/mall/goods/:id',
    summary: 'Everything the goods page needs',
    access: anyone,
    rateLimit: browsing,
    params: idParams,
    query: z.object({ channel: channelCode.optional() }),
    response: mallGoods,
  }),
  picture: route({
    id: 'catalog.picture',
    method: 'GET',
    path: '/files/pictures/:id',
    summary: 'A picture as WebP; `w` picks the width, `v` makes it cacheable for ever',
    access: anyone,
    responseKind: 'file',
    rateLimit: false,
    params: idParams,
    query: z.object({
      w: digits(z.int().min(1).max(4096)).optional(),
      v: z
        .string()
        .regex(/^[0-9a-f]{8,64}$/)
        .optional(),
    }),
    response: z.unknown(),
  }),
} as const
