import { z } from 'zod'
import { COVER_DAYS_MAX, RESTOCK_PIECES_MAX, RESTOCK_STATES, RESTOCK_TROUBLES, SALES_DAYS } from '../restock.ts'
import { route } from '../route.ts'
import {
  digits,
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
  reason,
  requiredText,
} from '../schemas.ts'

/** Codes that are bought for the shelf before it is empty: rules, budgets, and each filling up. */

const read = { kind: 'staff', permission: 'suppliers.read' } as const
const manage = { kind: 'staff', permission: 'suppliers.manage' } as const
const approve = { kind: 'staff', permission: 'restock.approve' } as const
const skuParams = z.object({ skuId: idParam })
const restockParams = z.object({ restockId: idParam })

const pieces = z.int().min(1).max(RESTOCK_PIECES_MAX)
const perPiece = fen.min(1).max(100_000_000).nullable()
const MONTHLY_FEN_MAX = 100_000_000_00

const coverDays = z.int().min(1).max(COVER_DAYS_MAX)
const salesDays = z.int().min(SALES_DAYS[0]).max(SALES_DAYS[1])
const leastPieces = z.int().min(0).max(RESTOCK_PIECES_MAX)
const isWithin = ({ least, most }: { readonly least: number; readonly most: number }) => most >= least
const MOST_BELOW_LEAST = { error: 'restock.most_below_least', path: ['most'] }
/** Keep `days` of cover, as sold in the last `salesDays`, at least and at most so many pieces. */
const cover = z
  .object({ days: coverDays, salesDays, least: leastPieces, most: pieces })
  .refine(isWithin, MOST_BELOW_LEAST)

const ofSku = z.object({ skuId: id, goodsId: id, goodsTitle: z.string(), skuTitle: z.string() })

export const restockView = ofSku.extend({
  id,
  state: z.enum(RESTOCK_STATES),
  quantity: z.int(),
  filled: z.int(),
  spentFen: fen,
  /** What it would cost in all, where a person was asked. */
  askedFen: fen.nullable(),
  maxUnitFen: fen.nullable(),
  budgetId: id,
  budget: z.string(),
  /** Why the rule wanted as many; null: by its written figures, or by hand. */
  demand: z
    .object({ sold: z.int(), salesDays: z.int(), coverDays: z.int(), wanted: z.int(), available: z.int() })
    .nullable(),
  /** Empty: the rule wanted it. */
  askedBy: z.string(),
  decidedBy: z.string(),
  decidedAt: instant.nullable(),
  reason: z.string(),
  trouble: z.enum(RESTOCK_TROUBLES).nullable(),
  /** What each source said when it ended short. */
  troubleNote: z.string(),
  /** Cancelled, while a purchase is still on its way. */
  isEnding: z.boolean(),
  createdAt: instant,
  endedAt: instant.nullable(),
})

export const restockBudget = z.object({
  id,
  name: z.string(),
  monthlyFen: fen,
  approveAboveFen: fen.nullable(),
  /** Of this month of the shop. */
  usedFen: fen,
  heldFen: fen,
  rules: z.int(),
  version: z.int(),
  updatedAt: instant,
  updatedBy: z.string(),
})

const restockQuery = pageQuery.extend({ state: oneOrMore(RESTOCK_STATES).optional(), skuId: idParam.optional() })

export const restockRoutes = {
  list: route({
    id: 'restock.list',
    method: 'GET',
    path: '/api/console/restocks',
    summary: 'Fillings up of shelves, newest first; `q` searches titles',
    access: read,
    query: restockQuery,
    response: pageOf(restockView),
  }),
  export: route({
    id: 'restock.export',
    method: 'GET',
    path: '/api/console/restocks.xlsx',
    summary: 'Fillings up of shelves as a workbook, newest first',
    access: read,
    query: restockQuery,
    response: z.string(),
    responseKind: 'file',
  }),
  get: route({
    id: 'restock.get',
    method: 'GET',
    path: '/api/console/restocks/:restockId',
    summary: 'One of them; its purchases are those of `suppliers.listPurchases` with its `restockId`',
    access: read,
    params: restockParams,
    response: restockView,
  }),
  ask: route({
    id: 'restock.ask',
    method: 'POST',
    path: '/api/console/restocks',
    summary: 'Buy some pieces for the shelf now',
    access: manage,
    body: z.object({ skuId: id, budgetId: id, quantity: pieces, maxUnitFen: perPiece.default(null) }),
    response: restockView,
  }),
  decide: route({
    id: 'restock.decide',
    method: 'POST',
    path: '/api/console/restocks/:restockId/decide',
    summary: 'Say yes or no to what costs more than may go by itself; `fen` as it was shown',
    access: approve,
    params: restockParams,
    body: z.object({ action: z.enum(['approve', 'reject']), fen, reason }),
    response: restockView,
  }),
  cancel: route({
    id: 'restock.cancel',
    method: 'POST',
    path: '/api/console/restocks/:restockId/cancel',
    summary: 'Buy nothing more; what is on its way still arrives',
    access: manage,
    params: restockParams,
    body: z.object({ reason }),
    response: restockView,
  }),
  rules: route({
    id: 'restock.listRules',
    method: 'GET',
    path: '/api/console/restock/rules',
    summary: 'Variants that are filled up by themselves, those that are low first; `q` searches titles',
    access: read,
    query: pageQuery.extend({ low: flag.optional(), skuId: idParam.optional() }),
    response: pageOf(
      ofSku.extend({
        available: z.int(),
        enabled: z.boolean(),
        threshold: z.int(),
        target: z.int(),
        cover: cover.nullable(),
        /** What holds now: by demand, or as written. */
        thresholdNow: z.int(),
        targetNow: z.int(),
        /** What was counted last; null: not by demand, or not yet. */
        sold: z.int().nullable(),
        /** Whether the sales say what is wanted. */
        byDemand: z.boolean(),
        maxUnitFen: fen.nullable(),
        budgetId: id,
        budget: z.string(),
        /** The filling up that is open. */
        openId: id.nullable(),
        openState: z.enum(RESTOCK_STATES).nullable(),
        trouble: z.enum(RESTOCK_TROUBLES).nullable(),
        /** Nothing is bought before. */
        lookAt: instant,
        updatedAt: instant,
        updatedBy: z.string(),
      }),
    ),
  }),
  saveRule: route({
    id: 'restock.saveRule',
    method: 'PUT',
    path: '/api/console/skus/:skuId/restock',
    summary: 'Say when a variant is filled up, how far, from which budget',
    access: manage,
    params: skuParams,
    body: z
      .object({
        enabled: z.boolean(),
        threshold: pieces,
        target: pieces,
        cover: cover.nullable().default(null),
        budgetId: id,
        maxUnitFen: perPiece,
      })
      .refine(({ threshold, target }) => target >= threshold, {
        error: 'restock.target_below_threshold',
        path: ['target'],
      }),
    response: ok,
  }),
  previewCover: route({
    id: 'restock.previewCover',
    method: 'GET',
    path: '/api/console/skus/:skuId/restock/cover',
    summary: 'What a rule by demand would want now; nothing is saved',
    access: read,
    params: skuParams,
    query: z
      .object({
        coverDays: digits(coverDays).default(5),
        salesDays: digits(salesDays).default(7),
        least: digits(leastPieces).default(0),
        most: digits(pieces).default(RESTOCK_PIECES_MAX),
      })
      .refine(isWithin, MOST_BELOW_LEAST),
    response: z.object({
      sold: z.int(),
      available: z.int(),
      wanted: z.int(),
      /** Below so many it is filled up. */
      below: z.int(),
      firstSoldAt: instant.nullable(),
      /** False: sold for fewer days than are counted; the written figures hold. */
      isLongEnough: z.boolean(),
    }),
  }),
  removeRule: route({
    id: 'restock.removeRule',
    method: 'DELETE',
    path: '/api/console/skus/:skuId/restock',
    summary: 'Fill this variant up no more; what is under way goes on',
    access: manage,
    params: skuParams,
    response: ok,
  }),
  budgets: route({
    id: 'restock.listBudgets',
    method: 'GET',
    path: '/api/console/restock/budgets',
    summary: 'What may be spent on filling up, a month, and what of it is used',
    access: read,
    response: z.object({ items: z.array(restockBudget) }),
  }),
  saveBudget: route({
    id: 'restock.saveBudget',
    method: 'POST',
    path: '/api/console/restock/budgets',
    summary: 'Add a budget, or change one (`id` and `version`)',
    access: approve,
    body: z.object({
      id: id.optional(),
      version: z.int().optional(),
      name: requiredText(60),
      monthlyFen: fen.min(0).max(MONTHLY_FEN_MAX),
      approveAboveFen: fen.min(0).max(MONTHLY_FEN_MAX).nullable(),
    }),
    response: idOnly,
  }),
  removeBudget: route({
    id: 'restock.removeBudget',
    method: 'DELETE',
    path: '/api/console/restock/budgets/:budgetId',
    summary: 'Remove a budget that no rule uses',
    access: approve,
    params: z.object({ budgetId: idParam }),
    response: ok,
  }),
} as const
