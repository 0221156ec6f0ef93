import { z } from 'zod'
import { route } from '../route.ts'
import { day, fen, id, idParam } from '../schemas.ts'
import { REFUSALS_ABOUT } from '../supply.ts'

/** A year and a day, so that the same day of last year is in it. */
export const QUALITY_DAYS_MAX = 366

/** How purchases went that were sent in a span. Rates are made of these where they are shown. */
const figures = z.object({
  sent: z.int(),
  /** Came to an end. */
  ended: z.int(),
  /** Wholly or in part. */
  arrived: z.int(),
  refused: z.int(),
  /** Once not known; and what became of them. */
  unknown: z.int(),
  unknownArrived: z.int(),
  unknownRefused: z.int(),
  unknownOpen: z.int(),
  /** Refused, and delivered after all. */
  contradicted: z.int(),
  /** Cost more than the ceiling that went with it, or would have gone with it where a supplier takes none. */
  dear: z.int(),
  pieces: z.int(),
  /** Codes that could not be sold. */
  badPieces: z.int(),
  costFen: fen,
  /** Seconds from sending to arrival; null without any. */
  p50: z.number().nullable(),
  p95: z.number().nullable(),
})

export const supplierQualityView = z.object({
  total: figures.extend({
    /** 0 to 100, `supplierScore`; null: too few to say. */
    score: z.int().nullable(),
    /** What of the shop’s purchases in the span was bought here, by cost; null when nothing was bought at all. */
    shareOfCost: z.number().nullable(),
    breakerOpenings: z.int(),
    priceRises: z.int(),
    priceFalls: z.int(),
    /** Delivered codes of this supplier whose batch was recalled in the span. */
    recalledPieces: z.int(),
    bookFen: fen,
    reportedFen: fen.nullable(),
  }),
  refusals: z.array(z.object({ about: z.enum(REFUSALS_ABOUT), count: z.int() })),
  /** Every day of the span, the earliest first. */
  days: z.array(figures.extend({ day })),
  /** What was bought, the most often first. */
  products: z.array(figures.extend({ productId: id, product: z.string() })),
})

const params = z.object({ supplierId: idParam })
/** Days of Beijing time, both in it; `productId`: of one product alone. */
const span = z.object({ from: day, to: day, productId: idParam.optional() })
const read = { kind: 'staff', permission: 'suppliers.read' } as const

export const supplierQualityRoutes = {
  read: route({
    id: 'suppliers.quality',
    method: 'GET',
    path: '/api/console/suppliers/:supplierId/quality',
    summary:
      'How a supplier does: what arrived, was refused, was unknown, how fast, at what cost; by day and by product',
    access: read,
    params,
    query: span,
    response: supplierQualityView,
  }),
  export: route({
    id: 'suppliers.exportQuality',
    method: 'GET',
    path: '/api/console/suppliers/:supplierId/quality/export',
    summary: 'The same as a workbook: a row for each day, or for each product',
    access: read,
    params,
    query: span.extend({ by: z.enum(['day', 'product']).default('day') }),
    response: z.unknown(),
    responseKind: 'file',
  }),
} as const
