import { z } from 'zod'
import { route } from '../route.ts'
import { fen, flag, id, idParam, instant, ok, pageOf, pageQuery, reason, text } from '../schemas.ts'
import { PRICE_MOVES, PRICE_ROUNDINGS } from '../supply.ts'

const hao = z.int()

/** How a SKU's price follows the cheapest source that may be used. */
export const priceRule = z.object({
  /** Hundredths of a percent on top of the cost. */
  markupBp: z.int().min(0).max(1_000_000),
  /** And this on top of that. */
  markupFen: fen.min(0).max(100_000_000),
  /** Never below. */
  floorFen: fen.min(1).max(1_000_000_000),
  /** What must be left above the cost. */
  leastMarginFen: fen.min(0).max(100_000_000),
  rounding: z.enum(PRICE_ROUNDINGS),
  /** A move of the price by more than these hundredths of a percent waits for a person. */
  jumpBp: z.int().min(1).max(1_000_000),
})

const priced = z.object({
  skuId: id,
  goodsId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  priceFen: fen,
  /** Of the cheapest source that may be used; null without any. */
  costHao: hao.nullable(),
  supplier: z.string(),
})

export const priceRuleView = priced.extend({
  rule: priceRule,
  /** A move that waits for a person. */
  held: z
    .object({
      toFen: fen,
      at: instant,
      /** The present price is below what the cost allows: nothing is sold meanwhile. */
      stopped: z.boolean(),
      leastFen: fen,
    })
    .nullable(),
  updatedAt: instant,
  updatedBy: z.string(),
})

/** Whose prices: some SKUs', or those of all that a supplier stands behind. */
const target = z
  .object({ skuIds: z.array(id).max(200).default([]), supplierId: id.nullable().default(null) })
  .refine(({ skuIds, supplierId }) => skuIds.length > 0 !== (supplierId !== null), {
    error: 'suppliers.no_skus_to_price',
  })
const skuParams = z.object({ skuId: idParam })

export const priceRuleRoutes = {
  list: route({
    id: 'suppliers.listPriceRules',
    method: 'GET',
    path: '/api/console/price-rules',
    summary: 'SKUs whose price follows the cost, those that wait for a person first; `q` searches titles',
    access: { kind: 'staff', permission: 'suppliers.read' },
    query: pageQuery.extend({ held: flag.optional(), skuId: idParam.optional() }),
    response: pageOf(priceRuleView),
  }),
  preview: route({
    id: 'suppliers.previewPriceRules',
    method: 'POST',
    path: '/api/console/price-rules/preview',
    summary: 'What a rule would make of the prices now; nothing is changed',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    body: z.object({ target, rule: priceRule }),
    response: z.object({
      items: z.array(
        priced.extend({
          /** Null when it cannot be priced by the cost; `refusal` says why. */
          toFen: fen.nullable(),
          leastFen: fen.nullable(),
          refusal: z.string().nullable(),
          hasRule: z.boolean(),
        }),
      ),
    }),
  }),
  save: route({
    id: 'suppliers.savePriceRules',
    method: 'POST',
    path: '/api/console/price-rules',
    summary: 'Switch a rule on: prices are set as the preview showed them, and follow from then on',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    body: z.object({
      target,
      rule: priceRule,
      /** As the preview showed them; another price now is refused. */
      shown: z
        .array(z.object({ skuId: id, toFen: fen }))
        .min(1)
        .max(200),
    }),
    response: z.object({ saved: z.int(), moved: z.int() }),
  }),
  remove: route({
    id: 'suppliers.removePriceRule',
    method: 'DELETE',
    path: '/api/console/skus/:skuId/price-rule',
    summary: 'End following; the price stays as it is',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params: skuParams,
    response: ok,
  }),
  decide: route({
    id: 'suppliers.decidePrice',
    method: 'POST',
    path: '/api/console/skus/:skuId/price-rule/decide',
    summary: 'Confirm a price that waits, as it was shown, or keep the present one until the cost moves again',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params: skuParams,
    body: z.object({ action: z.enum(['confirm', 'keep']), toFen: fen, reason }),
    response: priceRuleView,
  }),
  exportMoves: route({
    id: 'suppliers.exportPriceMoves',
    method: 'GET',
    path: '/api/console/price-moves.xlsx',
    summary:
      'How prices followed the cost as a workbook, newest first; of one SKU, or of all whose title has the words',
    access: { kind: 'staff', permission: 'suppliers.read' },
    query: z.object({ q: text(100).optional(), skuId: idParam.optional() }),
    response: z.string(),
    responseKind: 'file',
  }),
  history: route({
    id: 'suppliers.priceHistory',
    method: 'GET',
    path: '/api/console/skus/:skuId/price-moves',
    summary: 'How a SKU’s price followed the cost, newest first',
    access: { kind: 'staff', permission: 'suppliers.read' },
    params: skuParams,
    query: pageQuery,
    response: pageOf(
      z.object({
        id,
        kind: z.enum(PRICE_MOVES),
        fromFen: fen,
        toFen: fen,
        costHao: hao.nullable(),
        supplier: z.string(),
        by: z.string(),
        reason: z.string(),
        at: instant,
      }),
    ),
  }),
} as const
