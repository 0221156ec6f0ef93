import { z } from 'zod'
import { route } from '../route.ts'
import { fen, flag, id, idParam, instant, ok, pageOf, pageQuery, reason, text } from '../schemas.ts'
import { PRICE_BOUNDS, PRICE_CAUSES, PRICE_MOVES, PRICE_ROUNDINGS, PRICE_STEPS_MAX } from '../supply.ts'

const hao = z.int()

const price = fen.min(1).max(1_000_000_000)
/** From `from` pieces sold in 24 hours on, the price is `bp` hundredths of a percent above or below the base. */
const priceStep = z.object({ from: z.int().min(0).max(1_000_000), bp: z.int().min(-9_000).max(50_000) })

/** How a SKU's price follows the cheapest source that may be used, and what is sold. */
export const priceRule = z
  .object({
    /** Hundredths of a percent on top of the cost. */
    markupBp: z.int().min(0).max(1_000_000),
    /** And this on top of that. */
    markupFen: fen.min(0).max(100_000_000),
    /** In place of cost and markup; for one SKU, with steps. */
    baseFen: price.nullable().default(null),
    /** Never below. */
    floorFen: price,
    /** Never above by itself. */
    ceilingFen: price.nullable().default(null),
    /** What must be left above the cost. */
    leastMarginFen: fen.min(0).max(100_000_000),
    rounding: z.enum(PRICE_ROUNDINGS),
    /** A move of the price by more than these hundredths of a percent waits for a person. */
    jumpBp: z.int().min(1).max(1_000_000),
    /** Rising. The last one that is reached holds; below the first it is the base price. */
    steps: z.array(priceStep).max(PRICE_STEPS_MAX).default([]),
  })
  .refine(({ floorFen, ceilingFen }) => ceilingFen === null || ceilingFen >= floorFen, {
    error: 'suppliers.ceiling_below_floor',
    path: ['ceilingFen'],
  })
  .refine(({ steps }) => steps.every(({ from }, n) => from > (steps[n - 1]?.from ?? -1)), {
    error: 'suppliers.steps_unordered',
    path: ['steps'],
  })
  .refine(
    ({ baseFen, markupBp, markupFen, steps }) =>
      baseFen === null || (markupBp === 0 && markupFen === 0 && steps.length > 0),
    { error: 'suppliers.base_needs_steps', path: ['baseFen'] },
  )

const heldStep = z.object({ sold: z.int(), step: z.int(), from: z.int(), bp: z.int() })

const priced = z.object({
  skuId: id,
  goodsId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  priceFen: fen,
  /** Of the cheapest source that may be used, else what a piece usually costs; null when nobody knows. */
  costHao: hao.nullable(),
  supplier: z.string(),
})

export const priceRuleView = priced.extend({
  rule: priceRule,
  /** The step that holds, as it was counted last; null: a rule without steps. */
  demand: heldStep.extend({ countedAt: instant, movedAt: instant.nullable() }).nullable(),
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
type Aimed = { readonly target: { readonly skuIds: readonly number[] }; readonly rule: z.output<typeof priceRule> }
const isForOne = ({ target, rule }: Aimed) => rule.baseFen === null || target.skuIds.length === 1
const BASE_FOR_ONE = { error: 'suppliers.base_needs_steps', path: ['rule', 'baseFen'] }
const skuParams = z.object({ skuId: idParam })

export const priceRuleRoutes = {
  list: route({
    id: 'suppliers.listPriceRules',
    method: 'GET',
    path: '/api/console/price-rules',
    summary: 'SKUs whose price follows cost or demand, those that wait for a person first; `q` searches titles',
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
    body: z.object({ target, rule: priceRule }).refine(isForOne, BASE_FOR_ONE),
    response: z.object({
      items: z.array(
        priced.extend({
          /** Null when it cannot be priced by the rule; `refusal` says why. */
          toFen: fen.nullable(),
          leastFen: fen.nullable(),
          refusal: z.string().nullable(),
          hasRule: z.boolean(),
          /** Null: a rule without steps, or a refusal. */
          demand: z
            .object({
              /** In the last 24 hours, to the hour. */
              sold: z.int(),
              /** The step that makes, counted from 1; 0: the base price. */
              step: z.int(),
              /** False: not sold before these hours, so no step takes it below its base price. */
              hasPast: z.boolean(),
              baseFen: fen,
              /** What it would be on each step, the base price first. */
              ladder: z.array(
                z.object({ from: z.int(), bp: z.int(), toFen: fen, bound: z.enum(PRICE_BOUNDS).nullable() }),
              ),
            })
            .nullable(),
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
    body: z
      .object({
        target,
        rule: priceRule,
        /** As the preview showed them; another price now is refused. */
        shown: z
          .array(z.object({ skuId: id, toFen: fen }))
          .min(1)
          .max(200),
      })
      .refine(isForOne, BASE_FOR_ONE),
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
    summary: 'How a SKU’s price followed cost and demand, newest first',
    access: { kind: 'staff', permission: 'suppliers.read' },
    params: skuParams,
    query: pageQuery,
    response: pageOf(
      z.object({
        id,
        kind: z.enum(PRICE_MOVES),
        cause: z.enum(PRICE_CAUSES),
        /** The step that held then; null: a rule without steps. */
        demand: heldStep.nullable(),
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
