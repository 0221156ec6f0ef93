import { z } from 'zod'
import { route } from '../route.ts'
import {
  fen,
  fenPositive,
  givenOwnMoney,
  id,
  idParam,
  instant,
  oneOrMore,
  ownMoney,
  pageOf,
  pageQuery,
  reason,
  requiredText,
  text,
} from '../schemas.ts'
import { SUPPLIER_MONEY_KINDS, SUPPLIER_MONEY_STATES } from '../supply.ts'

export const supplierMoneyView = z.object({
  id,
  kind: z.enum(SUPPLIER_MONEY_KINDS),
  amountFen: fen,
  /** The bank's number of a transfer, the supplier's of a credit; '' of a claim that is not granted yet. */
  reference: z.string(),
  note: z.string(),
  /** When the money moved there; of a claim, when it was made. */
  at: instant,
  state: z.enum(SUPPLIER_MONEY_STATES),
  /** What it is in the supplier’s own money; null: in yuan, or nobody said. */
  own: ownMoney.omit({ rate: true }).nullable(),
  /** The difference of a statement that it was claimed for. */
  caseId: id.nullable(),
  requestedBy: z.string(),
  decidedBy: z.string().nullable(),
  decidedAt: instant.nullable(),
  decidedNote: z.string().nullable(),
  reversedBy: z.string().nullable(),
  reversedAt: instant.nullable(),
  reversedNote: z.string().nullable(),
  createdAt: instant,
  /** A statement of the supplier has it. */
  isOnStatement: z.boolean(),
  actions: z.array(z.enum(['approve', 'decline', 'grant', 'reverse'])),
})

export const supplierStandingView = z.object({
  /** What is left there by our books: paid ahead above zero, owed below. */
  bookFen: fen,
  /** What the supplier tells, and when it did; null where it tells nothing. */
  reportedFen: fen.nullable(),
  reportedAt: instant.nullable(),
  /** What the supplier has more than we. */
  differenceFen: fen.nullable(),
  /** Bought and not yet in the books: the supplier may have taken it already. */
  underWay: z.object({ count: z.int(), fen }),
  alarmFen: fen.nullable(),
  lowSince: instant.nullable(),
  depositsFen: fen,
  withdrawalsFen: fen,
  creditsFen: fen,
  purchases: z.object({ count: z.int(), fen }),
  /** What statements had more than our books, and was written off. */
  writtenOffFen: fen,
  /** What the rates of statements made of what is in the supplier’s own money; above zero, it took less than our books had. */
  exchangeFen: fen,
  claims: z.object({ count: z.int(), fen }),
  awaiting: z.int(),
  /** The account in the ledger; null before anything was booked. */
  accountId: id.nullable(),
  /** Of other money, that the shop has a rate of for this supplier; its own first. */
  currencies: z.array(z.string()),
  /** Above this a second person has to agree; 0 asks nobody. */
  approvalAboveFen: fen,
})

const ofSupplier = z.object({ supplierId: idParam })
const ofMoney = ofSupplier.extend({ moneyId: idParam })
const read = { kind: 'staff', permission: 'finance.read' } as const
const write = { kind: 'staff', permission: 'finance.adjust' } as const
/** As a bank or a supplier prints it. */
const reference = requiredText(64)

export const supplierMoneyRoutes = {
  standing: route({
    id: 'suppliers.standing',
    method: 'GET',
    path: '/api/console/suppliers/:supplierId/standing',
    summary: 'What we have and owe at a supplier by our books, beside what it says itself',
    access: read,
    params: ofSupplier,
    response: supplierStandingView,
  }),
  list: route({
    id: 'suppliers.listMoney',
    method: 'GET',
    path: '/api/console/suppliers/:supplierId/money',
    summary: 'Deposits, withdrawals, credits and claims at a supplier, newest first; `q` searches references and notes',
    access: read,
    params: ofSupplier,
    query: pageQuery.extend({
      kind: oneOrMore(SUPPLIER_MONEY_KINDS).optional(),
      state: oneOrMore(SUPPLIER_MONEY_STATES).optional(),
    }),
    response: pageOf(supplierMoneyView),
  }),
  record: route({
    id: 'suppliers.recordMoney',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/money',
    summary:
      'Book money that was paid ahead, taken back or given back by the supplier; above the shop’s amount a second person agrees first',
    access: write,
    params: ofSupplier,
    idempotency: 'required',
    body: z.object({
      kind: z.enum(SUPPLIER_MONEY_KINDS),
      amountFen: fenPositive,
      reference,
      at: instant,
      note: text(500).default(''),
      /** What it is in the supplier’s own money, where it is not yuan: its statement has it in that. */
      own: givenOwnMoney.optional(),
    }),
    response: supplierMoneyView,
  }),
  approve: route({
    id: 'suppliers.approveMoney',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/money/:moneyId/approve',
    summary: 'Agree to a booking that waits for a second person; never by who recorded it',
    access: { kind: 'staff', permission: 'payments.approve' },
    params: ofMoney,
    body: z.object({}),
    response: supplierMoneyView,
  }),
  decline: route({
    id: 'suppliers.declineMoney',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/money/:moneyId/decline',
    summary: 'Refuse a booking that waits, or give up a claim; nothing was booked',
    access: write,
    params: ofMoney,
    body: z.object({ reason }),
    response: supplierMoneyView,
  }),
  grant: route({
    id: 'suppliers.grantClaim',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/money/:moneyId/grant',
    summary: 'The supplier has given a claim back, wholly or in part: it becomes a credit',
    access: write,
    params: ofMoney,
    body: z.object({ amountFen: fenPositive, reference, at: instant, own: givenOwnMoney.optional() }),
    response: supplierMoneyView,
  }),
  reverse: route({
    id: 'suppliers.reverseMoney',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/money/:moneyId/reverse',
    summary: 'Take a booking back that was a mistake; one that a statement has already is refused',
    access: write,
    params: ofMoney,
    body: z.object({ reason }),
    response: supplierMoneyView,
  }),
} as const
