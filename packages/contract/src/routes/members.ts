import { z } from 'zod'
import { route } from '../route.ts'
import { fen, id, idParam, instant, ok, orderNo, pageOf, pageQuery, phone, reason, sortBy, text } from '../schemas.ts'

export const MEMBER_STATUSES = ['active', 'disabled'] as const
export const LOGIN_CODE_DIGITS = 6

/** The signed-in shopper. */
export const mallMeView = z.object({
  id,
  /** `138****0000`. */
  phoneMasked: z.string(),
  name: z.string(),
  balanceFen: fen,
  /** Free to spend. */
  points: z.int(),
  createdAt: instant,
})

export const memberSessionView = z.object({
  id,
  current: z.boolean(),
  ip: z.string().nullable(),
  userAgent: z.string(),
  createdAt: instant,
  lastSeenAt: instant,
  expiresAt: instant,
})

export const memberView = z.object({
  id,
  phoneMasked: z.string(),
  name: z.string(),
  status: z.enum(MEMBER_STATUSES),
  balanceFen: fen,
  points: z.int(),
  note: z.string(),
  lastSeenAt: instant.nullable(),
  createdAt: instant,
  version: z.int(),
})

const memberParams = z.object({ id: idParam })
const memberFilter = pageQuery.extend({
  sort: sortBy('createdAt', 'lastSeenAt'),
  status: z.enum(MEMBER_STATUSES).optional(),
  createdFrom: instant.optional(),
  createdTo: instant.optional(),
})

export const memberRoutes = {
  sendCode: route({
    id: 'members.sendCode',
    method: 'POST',
    path: '/api/mall/auth/code',
    summary: 'Send a sign-in code by SMS; the answer is the same whether the phone is known or not',
    access: { kind: 'public' },
    body: z.object({ phone }),
    response: z.object({ resendAfterSeconds: z.int(), expiresInSeconds: z.int() }),
    rateLimit: { max: 20, windowMs: 60_000 },
  }),
  signIn: route({
    id: 'members.signIn',
    method: 'POST',
    path: '/api/mall/auth/sign-in',
    summary: 'Sign in with phone and code; sets the cookie qs_member; the first time makes the member',
    access: { kind: 'public' },
    body: z.object({ phone, code: z.string().regex(/^\d{6}$/) }),
    response: mallMeView,
    rateLimit: { max: 20, windowMs: 60_000 },
  }),
  signOut: route({
    id: 'members.signOut',
    method: 'POST',
    path: '/api/mall/auth/sign-out',
    summary: 'End the current session',
    access: { kind: 'member' },
    response: ok,
  }),
  getMe: route({
    id: 'members.getMe',
    method: 'GET',
    path: '/api/mall/me',
    summary: 'The signed-in member with balance',
    access: { kind: 'member' },
    response: mallMeView,
  }),
  saveMe: route({
    id: 'members.saveMe',
    method: 'PUT',
    path: '/api/mall/me',
    summary: 'Change own name',
    access: { kind: 'member' },
    body: z.object({ name: text(40) }),
    response: mallMeView,
  }),
  listMyMovements: route({
    id: 'members.listMyMovements',
    method: 'GET',
    path: '/api/mall/me/movements',
    summary: 'What went into and out of my balance, newest first',
    access: { kind: 'member' },
    query: pageQuery.pick({ page: true, pageSize: true }),
    response: pageOf(
      z.object({
        id,
        at: instant,
        /** Of the ledger, e.g. `cash.recharge`; a kind that a page does not know is told by its sign. */
        kind: z.string(),
        /** Below zero when it went out. */
        amountFen: fen,
        /** The balance after it. */
        balanceFen: fen,
        orderNo: orderNo.nullable(),
      }),
    ),
  }),
  listMySessions: route({
    id: 'members.listMySessions',
    method: 'GET',
    path: '/api/mall/me/sessions',
    summary: 'Where I am signed in, newest first, at most 50',
    access: { kind: 'member' },
    response: z.object({ items: z.array(memberSessionView) }),
  }),
  endMySession: route({
    id: 'members.endMySession',
    method: 'DELETE',
    path: '/api/mall/me/sessions/:id',
    summary: 'End one of my sessions',
    access: { kind: 'member' },
    params: memberParams,
    response: ok,
  }),

  listMembers: route({
    id: 'members.listMembers',
    method: 'GET',
    path: '/api/console/members',
    summary: 'Members; q is a whole phone number, its last four digits, a name or an id; sort by createdAt, lastSeenAt',
    access: { kind: 'staff', permission: 'members.read' },
    query: memberFilter,
    response: pageOf(memberView),
  }),
  exportMembers: route({
    id: 'members.exportMembers',
    method: 'GET',
    path: '/api/console/members/export',
    summary: 'Members as xlsx with masked phones, same filters as the list',
    access: { kind: 'staff', permission: 'members.read' },
    query: memberFilter,
    response: z.unknown(),
    responseKind: 'file',
  }),
  getMember: route({
    id: 'members.getMember',
    method: 'GET',
    path: '/api/console/members/:id',
    summary: 'One member; the whole phone only with members.manage',
    access: { kind: 'staff', permission: 'members.read' },
    params: memberParams,
    response: memberView.extend({
      /** Null without the permission members.manage; every look at a whole number is in the audit log. */
      phone: z.string().nullable(),
      sessionCount: z.int(),
    }),
  }),
  saveNote: route({
    id: 'members.saveNote',
    method: 'PUT',
    path: '/api/console/members/:id/note',
    summary: 'A note for colleagues; the member never sees it',
    access: { kind: 'staff', permission: 'members.manage' },
    params: memberParams,
    body: z.object({ note: text(500), version: z.int() }),
    response: memberView,
  }),
  disableMember: route({
    id: 'members.disableMember',
    method: 'POST',
    path: '/api/console/members/:id/disable',
    summary: 'Close a member’s account; sessions end at once, orders stay',
    access: { kind: 'staff', permission: 'members.manage' },
    params: memberParams,
    body: z.object({ reason }),
    response: memberView,
  }),
  enableMember: route({
    id: 'members.enableMember',
    method: 'POST',
    path: '/api/console/members/:id/enable',
    summary: 'Open a closed account again',
    access: { kind: 'staff', permission: 'members.manage' },
    params: memberParams,
    response: memberView,
  }),
  adjustBalance: route({
    id: 'members.adjustBalance',
    method: 'POST',
    path: '/api/console/members/:id/balance',
    summary: 'Put money on a member’s balance (+) or take it off (-), posted in the ledger with the reason',
    access: { kind: 'staff', permission: 'finance.adjust' },
    params: memberParams,
    body: z.object({
      amountFen: fen
        .min(-100_000_000)
        .max(100_000_000)
        .refine((value) => value !== 0, { message: 'must not be 0' }),
      reason,
    }),
    /** Free to spend after it; what a running payment holds is not counted. */
    response: z.object({ balanceFen: fen }),
    idempotency: 'required',
  }),
  adjustPoints: route({
    id: 'members.adjustPoints',
    method: 'POST',
    path: '/api/console/members/:id/points',
    summary: 'Give a member points (+) or take some off (-), posted in the ledger with the reason',
    access: { kind: 'staff', permission: 'finance.adjust' },
    params: memberParams,
    body: z.object({
      points: z
        .int()
        .min(-100_000_000)
        .max(100_000_000)
        .refine((value) => value !== 0, { message: 'must not be 0' }),
      reason,
    }),
    /** Free to spend after it. */
    response: z.object({ points: z.int() }),
    idempotency: 'required',
  }),
} as const
