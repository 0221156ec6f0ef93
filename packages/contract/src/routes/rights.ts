import { z } from 'zod'
import { COMPLAINT_STATES } from '../complaint.ts'
import { RIGHT_LISTS, RIGHT_SOURCES, RIGHT_STANDINGS } from '../rights.ts'
import { route } from '../route.ts'
import { digits, id, idParam, instant, oneOrMore, orderNo } from '../schemas.ts'
import { BUYER_RECALL_STATES, LINE_KINDS, REDEEM_STANDINGS } from '../states.ts'

/** One piece of what a member owns or owned. Never the code itself: that is opened at its order, by the rules that hold there. */
export const rightView = z.object({
  id,
  kind: z.enum(LINE_KINDS),
  standing: z.enum(RIGHT_STANDINGS),
  /** It is good for something now, and ends within days. */
  endsSoon: z.boolean(),
  source: z.enum(RIGHT_SOURCES),
  orderNo,
  lineNo: z.int(),
  /** 1… within the line. */
  piece: z.int(),
  skuId: id,
  goodsId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  pictureUrl: z.string().nullable(),
  /** How many points it brought; null for all but points. */
  points: z.int().nullable(),
  /** The number that was chosen; null: any. */
  pickedNumber: z.string().nullable(),
  grantedAt: instant,
  /** Null: for ever, or nobody has said. */
  validUntil: instant.nullable(),
  /** Since when it is used or taken back; null: neither. */
  endedAt: instant.nullable(),
  /** Another piece stands in its place. */
  isReplaced: z.boolean(),
  /** Of a top-up that was bought to be activated later and has not arrived: it waits for its owner, is on its way, or needs somebody. */
  activation: z.enum(['open', 'under_way', 'stuck']).nullable(),
  /** Of a redeem code that was bought. */
  link: z.object({ uses: z.int(), used: z.int(), standing: z.enum(REDEEM_STANDINGS) }).nullable(),
  /** What the buyer said of it that does not work, and how that stands; null: nothing. */
  complaint: z.enum(COMPLAINT_STATES).nullable(),
  /** Its batch was called back, and how that stands for it; null: it was not. */
  recall: z.enum(BUYER_RECALL_STATES).nullable(),
})
export type RightView = z.infer<typeof rightView>

const rightsQuery = z.object({
  list: z.enum(RIGHT_LISTS).optional(),
  kind: oneOrMore(LINE_KINDS).optional(),
  /** An order's number, or a part of the title of goods. */
  q: z.string().trim().max(80).optional(),
  /** Rights older than this one. */
  before: idParam.optional(),
  limit: digits(z.int().min(1).max(100).default(20)),
})
const rightsPage = z.object({
  /** The newest first. A page may be short, or empty, while `next` says that there is more to look through. */
  items: z.array(rightView),
  /** To be given as `before`; null: that was all. */
  next: id.nullable(),
  /** With the first page only: how many there are in each list, of those kinds and words. */
  counts: z.record(z.enum(RIGHT_LISTS), z.int()).nullable(),
  /** False: `counts` are of the newest thousand rights, and there are more. */
  isCountWhole: z.boolean(),
})

export const rightsRoutes = {
  mine: route({
    id: 'entitlements.listMyRights',
    method: 'GET',
    path: '/api/mall/me/rights',
    summary: 'What I own from all my orders, newest first: pass `next` as `before` until it is null',
    access: { kind: 'member' },
    query: rightsQuery,
    response: rightsPage,
    rateLimit: { max: 240, windowMs: 60_000 },
  }),
  ofMember: route({
    id: 'entitlements.listRightsOfMember',
    method: 'GET',
    path: '/api/console/members/:id/rights',
    summary: 'The same of a member, for the shop; without codes as there',
    access: { kind: 'staff', permission: 'orders.read' },
    params: z.object({ id: idParam }),
    query: rightsQuery,
    response: rightsPage,
  }),
} as const
