import { z } from 'zod'
import { route } from '../route.ts'
import {
  digits,
  fen,
  flag,
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
import { CLAIM_STATES, ORDER_STATES, RECEIPT_STATES, REFUND_STATES } from '../states.ts'
import { refundView } from './orders.ts'

const bilingual = z.object({ zh: z.string(), en: z.string() })

/** Who pays what the gateway takes for its service. */
export const FEE_PAYERS = ['shop', 'buyer'] as const

export const gatewayConfigView = z.object({
  gateway: z.string(),
  name: z.string(),
  /** Saved once: there is something to switch on and to test. */
  isSetUp: z.boolean(),
  enabled: z.boolean(),
  baseUrl: z.string(),
  /** The gateway's own address, for the form; empty where every operator has another. */
  defaultBaseUrl: z.string(),
  merchantId: z.string(),
  merchantIdName: bilingual,
  /** What else the gateway asks for; a secret never leaves, only whether it is stored. */
  fields: z.array(
    z.object({
      key: z.string(),
      name: bilingual,
      hint: bilingual.nullable(),
      secret: z.boolean(),
      required: z.boolean(),
      multiline: z.boolean(),
      choices: z.array(z.string()),
      value: z.string(),
      isStored: z.boolean(),
    }),
  ),
  feeBp: z.int(),
  feePayer: z.enum(FEE_PAYERS),
  /** The least the gateway takes in one payment. */
  minFen: fen,
  position: z.int(),
  notifyUrl: z.string(),
  updatedAt: instant.nullable(),
})

/** `refund`: back to where it came from; `balance`: into the member's purse; `apply`: taken for the order all the same. */
export const RECEIPT_ACTIONS = ['refund', 'balance', 'apply'] as const
export const CHARGEBACK_STATES = ['opened', 'lost', 'won'] as const

export const receiptView = z.object({
  id,
  gateway: z.string(),
  tradeNo: z.string(),
  orderNo,
  orderState: z.enum(ORDER_STATES),
  /** What a gateway was to bring; a part from the balance is not in it. */
  orderTotalFen: fen,
  memberId: id.nullable(),
  amountFen: fen,
  /** Of it, what the buyer paid for the gateway's service. */
  feeFen: fen,
  /** What a payer's bank has had back of it, beyond refunds. */
  disputedFen: fen,
  /** Of money that bought nothing, what is left to decide about: not refunded, not with a payer's bank. 0 for all other money. */
  leftFen: fen,
  currency: z.string(),
  state: z.enum(RECEIPT_STATES),
  paidAt: instant.nullable(),
  receivedAt: instant,
  /** Nobody and no refund has taken care of it yet. */
  isOpen: z.boolean(),
  handledBy: z.string(),
  handledNote: z.string(),
})

export const chargebackView = z.object({
  id,
  gateway: z.string(),
  disputeNo: z.string(),
  tradeNo: z.string(),
  orderNo,
  amountFen: fen,
  /** Of it, what no refunded line accounts for. */
  lossFen: fen,
  state: z.enum(CHARGEBACK_STATES),
  reason: z.string(),
  openedAt: instant,
  endedAt: instant.nullable(),
})

export const claimView = z.object({
  id,
  orderNo,
  gateway: z.string(),
  tradeNo: z.string(),
  amountFen: fen,
  paidAt: instant,
  state: z.enum(CLAIM_STATES),
  /** What settling made of it: `surplus` goes back by itself, `duplicate` was settled by its notice meanwhile. */
  verdict: z.enum(['applied', 'surplus', 'duplicate', 'unmatched']).nullable(),
  reason: z.string(),
  requestedBy: z.string(),
  requestedById: id,
  decidedBy: z.string().nullable(),
  decidedNote: z.string().nullable(),
  decidedAt: instant.nullable(),
  createdAt: instant,
})

export const NOTICE_VERDICTS = [
  'applied',
  'duplicate',
  'surplus',
  'unmatched',
  'ignored',
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
    /** What is to be paid; without it, no fee is told. */
    query: z.object({ amountFen: digits(fen.min(0).max(1_000_000_000_00).default(0)) }),
    response: z.object({
      items: z.array(
        z.object({
          gateway: z.string(),
          name: z.string(),
          nameEn: z.string(),
          needsMember: z.boolean(),
          /** What the buyer pays on top for the gateway's service; 0 when the shop bears it. */
          feeFen: fen,
          /** The least it takes; less, with the fee on top, cannot be paid this way. */
          minFen: fen,
          /** A desktop shows a code to scan instead of leaving for the gateway's page. */
          scansOnDesktop: z.boolean(),
        }),
      ),
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
  notifyByQuery: route({
    id: 'payments.notifyByQuery',
    method: 'GET',
    path: '/api/pay/:gateway/notify',
    summary: 'The same from gateways that put their notice into the address',
    access: { kind: 'public' },
    params: z.object({ gateway: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/) }),
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
    // A way back that was tampered with still leads to the shop.
    query: z.object({ no: orderNo.optional().catch(undefined) }),
    response: z.string(),
    responseKind: 'file',
  }),
  enter: route({
    id: 'payments.enter',
    method: 'GET',
    path: '/api/pay/:gateway/enter',
    summary: 'Inside the gateway’s own app: asks it who the person is, and comes back to the order’s payment',
    access: { kind: 'public' },
    params: z.object({ gateway: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/) }),
    query: z.object({ no: orderNo }),
    response: z.string(),
    responseKind: 'file',
  }),
  person: route({
    id: 'payments.person',
    method: 'GET',
    path: '/api/pay/:gateway/person',
    summary:
      'Where the gateway’s app comes back with a code for the person; kept in this browser, and on to the payment',
    access: { kind: 'public' },
    params: z.object({ gateway: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/) }),
    query: z.object({
      no: orderNo,
      code: z.string().max(512).optional().catch(undefined),
      state: z.string().max(128).optional().catch(undefined),
    }),
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
    summary: 'Set up a gateway; a secret that is left empty keeps the stored one',
    access: { kind: 'staff', permission: 'settings.manage' },
    params: z.object({ gateway: text(40) }),
    body: z.object({
      enabled: z.boolean(),
      baseUrl: z.url().max(300),
      merchantId: requiredText(100),
      settings: z.record(z.string().max(40), text(4_000)).default({}),
      /** One that is missing or empty keeps the stored one. */
      secrets: z.record(z.string().max(40), text(8_000)).default({}),
      /** Hundredths of a percent. */
      feeBp: z.int().min(0).max(2_000).default(0),
      feePayer: z.enum(FEE_PAYERS).default('shop'),
      /** Unless given, what is stored, or usual with the gateway. */
      minFen: fen.min(0).max(100_000_000).optional(),
      position: z.int().min(0).max(1_000).default(0),
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
  listReceipts: route({
    id: 'payments.listReceipts',
    method: 'GET',
    path: '/api/console/receipts',
    summary: 'Money that gateways took, by what became of it; `open` is what waits for a decision',
    access: { kind: 'staff', permission: 'finance.read' },
    query: pageQuery.extend({
      state: oneOrMore(RECEIPT_STATES).optional(),
      open: flag.optional(),
      orderNo: orderNo.optional(),
    }),
    response: pageOf(receiptView),
  }),
  handleReceipt: route({
    id: 'payments.handleReceipt',
    method: 'POST',
    path: '/api/console/receipts/:receiptId/handle',
    summary: 'Decide about money that did not fit: send it back, put it into the purse, or take it for the order',
    access: { kind: 'staff', permission: 'orders.refund' },
    idempotency: 'required',
    params: z.object({ receiptId: idParam }),
    body: z.object({ action: z.enum(RECEIPT_ACTIONS), note: reason }),
    response: ok,
  }),
  claim: route({
    id: 'payments.claim',
    method: 'POST',
    path: '/api/console/orders/:no/claims',
    summary:
      'Claim a payment for an unpaid order by the gateway’s number: the gateway is asked, and above an amount a second person must agree',
    access: { kind: 'staff', permission: 'orders.handle' },
    params: z.object({ no: orderNo }),
    body: z.object({ gateway: requiredText(40), tradeNo: requiredText(64), reason }),
    response: claimView,
  }),
  listClaims: route({
    id: 'payments.listClaims',
    method: 'GET',
    path: '/api/console/claims',
    summary: 'Payments that staff claimed for orders, newest first',
    access: { kind: 'staff', permission: 'orders.read' },
    query: pageQuery.extend({ state: oneOrMore(CLAIM_STATES).optional(), orderNo: orderNo.optional() }),
    response: pageOf(claimView),
  }),
  approveClaim: route({
    id: 'payments.approveClaim',
    method: 'POST',
    path: '/api/console/claims/:claimId/approve',
    summary:
      'Agree to a claim that waits: the gateway is asked once more, and the payment settled; never by who claimed it',
    access: { kind: 'staff', permission: 'payments.approve' },
    params: z.object({ claimId: idParam }),
    body: z.object({}),
    response: claimView,
  }),
  declineClaim: route({
    id: 'payments.declineClaim',
    method: 'POST',
    path: '/api/console/claims/:claimId/decline',
    summary: 'Refuse a claim that waits; nothing was booked yet',
    access: { kind: 'staff', permission: 'payments.approve' },
    params: z.object({ claimId: idParam }),
    body: z.object({ reason }),
    response: claimView,
  }),
  listChargebacks: route({
    id: 'payments.listChargebacks',
    method: 'GET',
    path: '/api/console/chargebacks',
    summary: 'Money that payers’ banks had gateways take back',
    access: { kind: 'staff', permission: 'finance.read' },
    query: pageQuery.extend({ state: oneOrMore(CHARGEBACK_STATES).optional(), orderNo: orderNo.optional() }),
    response: pageOf(chargebackView),
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
  /** What happened, where an event waits for somebody to run it again; null: a job. */
  event: z.string().nullable(),
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
    summary: 'Run jobs again that have given up: these, or all of them, the oldest first',
    access: { kind: 'staff', permission: 'jobs.manage' },
    body: z
      .object({ ids: z.array(z.string().max(40)).max(200).default([]), all: z.literal(true).optional() })
      .refine(({ ids, all }) => (all === true) !== ids.length > 0, { error: 'common.jobs_or_all', path: ['ids'] }),
    response: z.object({
      rerun: z.int(),
      /** Events that could not be applied again, and wait on. */
      failed: z.int(),
    }),
  }),
} as const
