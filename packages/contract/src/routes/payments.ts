import { z } from 'zod'
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
import { REFUND_STATES } from '../states.ts'
import { refundView } from './orders.ts'

export const gatewayConfigView = z.object({
  gateway: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  baseUrl: z.string(),
  merchantId: z.string(),
  /** True when a secret is stored; the secret itself never leaves. */
  hasSecret: z.boolean(),
  notifyUrl: z.string(),
  updatedAt: instant.nullable(),
})

export const NOTICE_VERDICTS = [
  'applied',
  'duplicate',
  'surplus',
  'bad_signature',
  'wrong_merchant',
  'unknown_order',
  'wrong_amount',
  'wrong_currency',
  'malformed',
  'stale',
  'not_paid',
] as const

export const paymentRoutes = {
  methods: route({
    id: 'payments.methods',
    method: 'GET',
    path: '/api/mall/payment-methods',
    summary: 'Ways to pay in this shop',
    access: { kind: 'public' },
    response: z.object({
      items: z.array(z.object({ gateway: z.string(), name: z.string(), nameEn: z.string(), needsMember: z.boolean() })),
    }),
  }),
  notify: route({
    id: 'payments.notify',
    method: 'POST',
    path: '/api/pay/:gateway/notify',
    summary:
      'A gateway’s notice; verified on the raw bytes, answered after the commit with exactly what the gateway expects',
    access: { kind: 'public' },
    params: z.object({ gateway: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/) }),
    bodyKind: 'raw',
    bodyLimitBytes: 64 * 1024,
    rateLimit: false,
    response: z.string(),
    responseKind: 'file',
  }),
  comeBack: route({
    id: 'payments.return',
    method: 'GET',
    path: '/api/pay/:gateway/return',
    summary:
      'Where the gateway sends the person afterwards: asks the gateway soon and goes on to the order. Proves nothing',
    access: { kind: 'public' },
    params: z.object({ gateway: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/) }),
    query: z.object({ out_trade_no: z.string().max(64).default('') }),
    response: z.string(),
    responseKind: 'file',
  }),
  listGateways: route({
    id: 'payments.listGateways',
    method: 'GET',
    path: '/api/console/gateways',
    summary: 'Payment gateways and whether they are set up',
    access: { kind: 'staff', permission: 'settings.read' },
    response: z.object({ items: z.array(gatewayConfigView) }),
  }),
  saveGateway: route({
    id: 'payments.saveGateway',
    method: 'PUT',
    path: '/api/console/gateways/:gateway',
    summary: 'Set up a gateway; an empty secret keeps the stored one',
    access: { kind: 'staff', permission: 'settings.manage' },
    params: z.object({ gateway: text(40) }),
    body: z.object({
      enabled: z.boolean(),
      baseUrl: z.url().max(300),
      merchantId: requiredText(100),
      secret: text(500).default(''),
    }),
    response: gatewayConfigView,
  }),
  testGateway: route({
    id: 'payments.testGateway',
    method: 'POST',
    path: '/api/console/gateways/:gateway/test',
    summary: 'Call the gateway with the stored configuration and say what it answered',
    access: { kind: 'staff', permission: 'settings.manage' },
    params: z.object({ gateway: text(40) }),
    body: z.object({}),
    response: z.object({ ok: z.boolean(), message: z.string(), elapsedMs: z.int() }),
  }),
  listNotices: route({
    id: 'payments.listNotices',
    method: 'GET',
    path: '/api/console/notices',
    summary: 'Every notice as it came, with the verdict',
    access: { kind: 'staff', permission: 'finance.read' },
    query: pageQuery.extend({ verdict: oneOrMore(NOTICE_VERDICTS).optional(), orderNo: orderNo.optional() }),
    response: pageOf(
      z.object({
        id,
        gateway: z.string(),
        receivedAt: instant,
        verdict: z.enum(NOTICE_VERDICTS),
        orderNo: orderNo.nullable(),
        tradeNo: z.string().nullable(),
        amountFen: fen.nullable(),
        body: z.string(),
      }),
    ),
  }),
  listRefunds: route({
    id: 'payments.listRefunds',
    method: 'GET',
    path: '/api/console/refunds',
    summary: 'Refunds and where they stand',
    access: { kind: 'staff', permission: 'finance.read' },
    query: pageQuery.extend({ state: oneOrMore(REFUND_STATES).optional(), orderNo: orderNo.optional() }),
    response: pageOf(refundView),
  }),
  retryRefund: route({
    id: 'payments.retryRefund',
    method: 'POST',
    path: '/api/console/refunds/:refundId/retry',
    summary: 'Ask the gateway again, under the same refund number',
    access: { kind: 'staff', permission: 'orders.refund' },
    params: z.object({ refundId: idParam }),
    body: z.object({ reason }),
    response: ok,
  }),
} as const

const accountView = z.object({
  id,
  kind: z.string(),
  ref: z.string(),
  refTitle: z.string().nullable(),
  unit: z.string(),
  balance: z.int(),
  held: z.int(),
  floor: z.int().nullable(),
  updatedAt: instant,
})

export const ledgerRoutes = {
  trialBalance: route({
    id: 'ledger.trialBalance',
    method: 'GET',
    path: '/api/console/ledger/trial-balance',
    summary: 'Sum of every kind of account, by unit; each unit adds up to zero',
    access: { kind: 'staff', permission: 'finance.read' },
    response: z.object({
      rows: z.array(
        z.object({ unit: z.string(), kind: z.string(), accounts: z.int(), balance: z.int(), held: z.int() }),
      ),
      units: z.array(z.object({ unit: z.string(), sum: z.int() })),
    }),
  }),
  accounts: route({
    id: 'ledger.accounts',
    method: 'GET',
    path: '/api/console/ledger/accounts',
    summary: 'Accounts with balance and what is held',
    access: { kind: 'staff', permission: 'finance.read' },
    query: pageQuery.extend({
      sort: sortBy('kind', 'balance', 'held', 'updatedAt'),
      kind: text(60).optional(),
      unit: text(20).optional(),
    }),
    response: pageOf(accountView),
  }),
  statement: route({
    id: 'ledger.statement',
    method: 'GET',
    path: '/api/console/ledger/accounts/:accountId/statement',
    summary: 'The entries of one account, newest first, with the balance after each',
    access: { kind: 'staff', permission: 'finance.read' },
    params: z.object({ accountId: idParam }),
    query: pageQuery.extend({ from: instant.optional(), to: instant.optional() }),
    response: pageOf(
      z.object({
        id,
        at: instant,
        amount: z.int(),
        balanceAfter: z.int(),
        kind: z.string(),
        counterparty: z.string(),
        cause: z.string(),
      }),
    ).extend({ account: accountView }),
  }),
} as const

const jobView = z.object({
  id: z.string(),
  task: z.string(),
  attempts: z.int(),
  attemptsMax: z.int(),
  lastError: z.string().nullable(),
  createdAt: instant,
  runAt: instant,
  givenUp: z.boolean(),
  summary: z.string(),
})

export const jobRoutes = {
  list: route({
    id: 'jobs.list',
    method: 'GET',
    path: '/api/console/jobs',
    summary: 'Work that waits or has given up',
    access: { kind: 'staff', permission: 'jobs.read' },
    query: pageQuery.extend({ state: z.enum(['waiting', 'given_up']).default('given_up') }),
    response: pageOf(jobView),
  }),
  rerun: route({
    id: 'jobs.rerun',
    method: 'POST',
    path: '/api/console/jobs/rerun',
    summary: 'Run jobs again that have given up',
    access: { kind: 'staff', permission: 'jobs.manage' },
    body: z.object({ ids: z.array(z.string().max(40)).min(1).max(200) }),
    response: z.object({ rerun: z.int() }),
  }),
} as const
