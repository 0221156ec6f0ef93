import { z } from 'zod'
import { formFields } from '../form-fields.ts'
import { route } from '../route.ts'
import {
  email,
  fen,
  flag,
  id,
  idParam,
  instant,
  ok,
  oneOrMore,
  pageOf,
  pageQuery,
  reason,
  requiredText,
  sortBy,
  text,
} from '../schemas.ts'
import {
  PRICE_ASK_STATES,
  PRODUCT_KINDS,
  PURCHASE_STATES,
  SUPPLY_FILE_STATES,
  SUPPLY_LINE_OUTCOMES,
  SUPPLY_LINE_PROBLEMS,
  SUPPLY_TASK_STATES,
  TASK_REFUSALS,
} from '../supply.ts'
import { STAFF_STATUSES } from './identity.ts'

/**
 * The workspace of a supplier's own people, and the shop's side of it. What is answered under `/workspace` holds nothing of the shop but
 * what a delivery needs: no sale price, no margin, no other supplier, no buyer.
 */

const own = { kind: 'staff', permission: 'workspace.supplier' } as const
const seeing = { kind: 'staff', permission: 'suppliers.read' } as const
const managing = { kind: 'staff', permission: 'suppliers.manage' } as const
const hao = z.int()
const price = hao.min(0).max(1_000_000_000_000)
/** A month of the shop's calendar. */
const month = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/)
/** Codes of one task: ten thousand long lines. */
const CODES_BYTES_MAX = 4 * 1024 * 1024
/** Tasks that one call accepts. */
export const SUPPLY_TASKS_TAKEN_MAX = 100

export const workspaceHome = z.object({
  supplier: z.string(),
  shop: z.string(),
  /** Accepted within; done within, from then on. */
  acceptMinutes: z.int(),
  workMinutes: z.int(),
  /** A price that moves by more percent waits for the shop. */
  priceJump: z.int(),
  waiting: z.int(),
  accepted: z.int(),
  overdue: z.int(),
  pricesWaiting: z.int(),
  onSale: z.int(),
  /** Of the last thirty days. */
  quality: z.object({
    tasks: z.int(),
    done: z.int(),
    refused: z.int(),
    expired: z.int(),
    late: z.int(),
    /** Codes that could not be sold: known already, or not a code. */
    badCodes: z.int(),
    /** Seconds from the order to the delivery; null without any. */
    p50: z.number().nullable(),
    p95: z.number().nullable(),
  }),
})
export type WorkspaceHome = z.output<typeof workspaceHome>

export const ownProduct = z.object({
  id,
  remoteId: z.string(),
  name: z.string(),
  kind: z.enum(PRODUCT_KINDS),
  costHao: hao,
  /** Null: as many as are ordered. */
  stock: z.int().nullable(),
  minQuantity: z.int(),
  maxQuantity: z.int().nullable(),
  onSale: z.boolean(),
  /** The shop buys it for something that it sells. */
  isUsed: z.boolean(),
  toldAt: instant,
  /** A price that waits for the shop. */
  askedHao: hao.nullable(),
})
export type OwnProduct = z.output<typeof ownProduct>

const productFields = z.object({
  name: requiredText(200),
  costHao: price,
  stock: z.int().min(0).max(100_000_000).nullable(),
  minQuantity: z.int().min(1).max(10_000).default(1),
  maxQuantity: z.int().min(1).max(10_000).nullable().default(null),
  onSale: z.boolean().default(true),
})

export const supplyTaskRow = z.object({
  id,
  no: z.string(),
  remoteId: z.string(),
  product: z.string(),
  kind: z.enum(PRODUCT_KINDS),
  quantity: z.int(),
  arrived: z.int(),
  /** What a piece is paid with. */
  costHao: hao,
  state: z.enum(SUPPLY_TASK_STATES),
  staffName: z.string(),
  openedAt: instant,
  acceptBy: instant.nullable(),
  dueAt: instant.nullable(),
  isOverdue: z.boolean(),
  endedAt: instant.nullable(),
})
export type SupplyTaskRow = z.output<typeof supplyTaskRow>

export const supplyTaskDetail = supplyTaskRow.extend({
  /** What the delivery needs of the buyer; only while it is open. */
  fields: z.array(z.object({ key: z.string(), labelZh: z.string(), labelEn: z.string(), value: z.string() })),
  serial: z.string(),
  note: z.string(),
})
export type SupplyTaskDetail = z.output<typeof supplyTaskDetail>

const settlementLine = z.object({
  id,
  no: z.string(),
  remoteId: z.string(),
  product: z.string(),
  quantity: z.int(),
  arrived: z.int(),
  costFen: fen,
  state: z.enum(PURCHASE_STATES),
  endedAt: instant,
})

export const supplierPerson = z.object({
  id,
  name: z.string(),
  email: z.string(),
  status: z.enum(STAFF_STATUSES),
  lastSeenAt: instant.nullable(),
  createdAt: instant,
})

export const priceAsk = z.object({
  id,
  supplierId: id,
  supplier: z.string(),
  productId: id,
  product: z.string(),
  remoteId: z.string(),
  fromHao: hao,
  toHao: hao,
  state: z.enum(PRICE_ASK_STATES),
  askedBy: z.string(),
  askedAt: instant,
  decidedBy: z.string().nullable(),
  decidedAt: instant.nullable(),
  reason: z.string(),
})

/** Which column is what, by its heading; empty where the file has none. */
export const fileMapping = z.object({
  remoteId: requiredText(200),
  name: text(200).default(''),
  cost: text(200).default(''),
  stock: text(200).default(''),
  onSale: text(200).default(''),
  /** What products are that nobody knows yet; `skip`: they are not added. */
  newKind: z.enum([...PRODUCT_KINDS, 'skip']).default('skip'),
})
export type FileMapping = z.output<typeof fileMapping>

/** Lines that a report names one by one; those that stay as they are are only counted. */
export const FILE_LINES_SHOWN = 500
export const fileReport = z.object({
  read: z.int(),
  added: z.int(),
  changed: z.int(),
  same: z.int(),
  held: z.int(),
  invalid: z.int(),
  lines: z.array(
    z.object({
      line: z.int(),
      remoteId: z.string(),
      outcome: z.enum(SUPPLY_LINE_OUTCOMES),
      problem: z.enum(SUPPLY_LINE_PROBLEMS).nullable(),
    }),
  ),
})
export type FileReport = z.output<typeof fileReport>

export const supplyFileRow = z.object({
  id,
  name: z.string(),
  state: z.enum(SUPPLY_FILE_STATES),
  modifiedAt: instant,
  uploadedBy: z.string(),
  uploadedAt: instant,
  appliedAt: instant.nullable(),
  report: fileReport.nullable(),
  /** The last that was taken. */
  mayUndo: z.boolean(),
})

export const supplyFileDetail = supplyFileRow.extend({
  /** The headings. */
  columns: z.array(z.string()),
  /** As it was said for the last file, or guessed from the headings; null where the code cannot be guessed. */
  mapping: fileMapping.nullable(),
  /** Nobody has said yet what the columns are. */
  isGuessed: z.boolean(),
  /** The very file that was taken last. */
  isKnown: z.boolean(),
  /** Written before the one that was taken last. */
  isOlder: z.boolean(),
})
export type SupplyFileDetail = z.output<typeof supplyFileDetail>

const fileParams = z.object({ supplyFileId: idParam })
/** Ten thousand products with long names. */
const FILE_BYTES_MAX = 8 * 1024 * 1024

const taskParams = z.object({ workTaskId: idParam })
const supplierParams = z.object({ supplierId: idParam })
const personParams = supplierParams.extend({ personId: idParam })
const oncePassword = z.object({ id, initialPassword: z.string() })

const priceAskQuery = pageQuery.extend({
  state: oneOrMore(PRICE_ASK_STATES).optional(),
  supplierId: idParam.optional(),
})

export const workspaceRoutes = {
  home: route({
    id: 'workspace.home',
    method: 'GET',
    path: '/api/console/workspace',
    summary: 'What waits for a supplier’s people, its rules, and how well they did',
    access: own,
    response: workspaceHome,
  }),
  listProducts: route({
    id: 'workspace.listProducts',
    method: 'GET',
    path: '/api/console/workspace/products',
    summary: 'What the own supplier sells to this shop',
    access: own,
    query: pageQuery.extend({
      sort: sortBy('name', 'cost', 'stock', 'toldAt'),
      kind: oneOrMore(PRODUCT_KINDS).optional(),
      onSale: z.enum(['true', 'false']).optional(),
    }),
    response: pageOf(ownProduct),
  }),
  addProduct: route({
    id: 'workspace.addProduct',
    method: 'POST',
    path: '/api/console/workspace/products',
    summary: 'Offer a product; the shop decides what it sells it as',
    access: own,
    body: productFields.extend({
      remoteId: requiredText(128),
      kind: z.enum(PRODUCT_KINDS),
      /** What its buyer has to fill. */
      fields: formFields.default([]),
    }),
    response: ownProduct,
  }),
  saveProduct: route({
    id: 'workspace.saveProduct',
    method: 'PUT',
    path: '/api/console/workspace/products/:productId',
    summary: 'Change name, price, stock and whether it is on sale; a price that moves too far waits for the shop',
    access: own,
    params: z.object({ productId: idParam }),
    body: productFields,
    response: ownProduct,
  }),
  productHistory: route({
    id: 'workspace.productHistory',
    method: 'GET',
    path: '/api/console/workspace/products/:productId/history',
    summary: 'What an own product cost over time, newest first',
    access: own,
    params: z.object({ productId: idParam }),
    query: pageQuery,
    response: pageOf(z.object({ id, costHao: hao, onSale: z.boolean(), at: instant })),
  }),
  listTasks: route({
    id: 'workspace.listTasks',
    method: 'GET',
    path: '/api/console/workspace/tasks',
    summary: 'What the shop has ordered; unless asked otherwise what is open, the most pressing first',
    access: own,
    query: pageQuery.extend({
      sort: sortBy('openedAt', 'dueAt'),
      state: oneOrMore(SUPPLY_TASK_STATES).optional(),
      overdue: flag.optional(),
    }),
    response: pageOf(supplyTaskRow),
  }),
  getTask: route({
    id: 'workspace.getTask',
    method: 'GET',
    path: '/api/console/workspace/tasks/:workTaskId',
    summary: 'One order of the shop, with what its delivery needs',
    access: own,
    params: taskParams,
    response: supplyTaskDetail,
  }),
  acceptTasks: route({
    id: 'workspace.acceptTasks',
    method: 'POST',
    path: '/api/console/workspace/accept',
    summary: 'Accept orders, one or many; says which were no longer to be had',
    access: own,
    body: z.object({ taskIds: z.array(id).min(1).max(SUPPLY_TASKS_TAKEN_MAX) }),
    response: z.object({ accepted: z.array(id), lost: z.array(id) }),
  }),
  deliverCodes: route({
    id: 'workspace.deliverCodes',
    method: 'POST',
    path: '/api/console/workspace/tasks/:workTaskId/codes',
    summary:
      'Deliver codes, pasted or as a file (txt, csv, xlsx; also GBK), as the raw body; checked, and sealed before they are kept',
    access: own,
    params: taskParams,
    query: z.object({ partial: flag.optional() }),
    bodyKind: 'raw',
    bodyLimitBytes: CODES_BYTES_MAX,
    response: supplyTaskDetail,
  }),
  finishTask: route({
    id: 'workspace.finishTask',
    method: 'POST',
    path: '/api/console/workspace/tasks/:workTaskId/finish',
    summary: 'A top-up was done; with the number that proves it',
    access: own,
    params: taskParams,
    body: z.object({ serial: requiredText(100), note: text(500).default('') }),
    response: supplyTaskDetail,
  }),
  refuseTask: route({
    id: 'workspace.refuseTask',
    method: 'POST',
    path: '/api/console/workspace/tasks/:workTaskId/refuse',
    summary: 'Nothing was done and nothing will be: the shop buys elsewhere',
    access: own,
    params: taskParams,
    body: z.object({ about: z.enum(TASK_REFUSALS), reason }),
    response: supplyTaskDetail,
  }),
  settlement: route({
    id: 'workspace.settlement',
    method: 'GET',
    path: '/api/console/workspace/settlement',
    summary: 'What was delivered in a month and at what cost: sums by product, and every order',
    access: own,
    query: pageQuery.extend({ month }),
    response: pageOf(settlementLine).extend({
      orders: z.int(),
      pieces: z.int(),
      costFen: fen,
      products: z.array(
        z.object({ id, remoteId: z.string(), product: z.string(), orders: z.int(), pieces: z.int(), costFen: fen }),
      ),
    }),
  }),
  exportSettlement: route({
    id: 'workspace.exportSettlement',
    method: 'GET',
    path: '/api/console/workspace/settlement/export',
    summary: 'The statement of a month as xlsx',
    access: own,
    query: z.object({ month }),
    response: z.string(),
    responseKind: 'file',
  }),
  listColleagues: route({
    id: 'workspace.listColleagues',
    method: 'GET',
    path: '/api/console/workspace/people',
    summary: 'The own supplier’s people',
    access: own,
    response: z.object({ items: z.array(supplierPerson) }),
  }),

  readFile: route({
    id: 'workspace.readFile',
    method: 'POST',
    path: '/api/console/workspace/files',
    summary: 'Send a file of stock and price (csv, txt, xlsx; also GBK) as the raw body; nothing is changed by it yet',
    access: own,
    query: z.object({ modifiedAt: instant.optional() }),
    bodyKind: 'raw',
    bodyLimitBytes: FILE_BYTES_MAX,
    response: supplyFileDetail,
  }),
  listFiles: route({
    id: 'workspace.listFiles',
    method: 'GET',
    path: '/api/console/workspace/files',
    summary: 'Files of the own supplier and what became of their lines, newest first',
    access: own,
    query: pageQuery,
    response: pageOf(supplyFileRow),
  }),
  checkFile: route({
    id: 'workspace.checkFile',
    method: 'POST',
    path: '/api/console/workspace/files/:supplyFileId/check',
    summary: 'What taking a file would do, line by line; the run itself, rolled back',
    access: own,
    params: fileParams,
    body: fileMapping,
    response: supplyFileDetail,
  }),
  applyFile: route({
    id: 'workspace.applyFile',
    method: 'POST',
    path: '/api/console/workspace/files/:supplyFileId/apply',
    summary: 'Take a file; its columns are remembered. The same or an older one than the last only with `anyway`',
    access: own,
    params: fileParams,
    body: fileMapping.extend({ anyway: z.boolean().default(false) }),
    response: supplyFileDetail,
  }),
  undoFile: route({
    id: 'workspace.undoFile',
    method: 'POST',
    path: '/api/console/workspace/files/:supplyFileId/undo',
    summary: 'Undo the last file; what was changed otherwise since stays, and what was ordered stays taken',
    access: own,
    params: fileParams,
    body: z.object({}),
    response: supplyFileDetail,
  }),

  listPeople: route({
    id: 'workspace.listPeople',
    method: 'GET',
    path: '/api/console/suppliers/:supplierId/people',
    summary: 'Who of a supplier works in its workspace',
    access: seeing,
    params: supplierParams,
    response: z.object({ items: z.array(supplierPerson) }),
  }),
  invitePerson: route({
    id: 'workspace.invitePerson',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/people',
    summary: 'Let somebody of a supplier into its workspace, and nothing else; the password is shown once',
    access: managing,
    params: supplierParams,
    body: z.object({ name: requiredText(40), email }),
    response: oncePassword,
  }),
  setPerson: route({
    id: 'workspace.setPerson',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/people/:personId/status',
    summary: 'Close the account of a supplier’s person, at once everywhere, or open it again',
    access: managing,
    params: personParams,
    body: z.object({ status: z.enum(STAFF_STATUSES), reason }),
    response: supplierPerson,
  }),
  resetPerson: route({
    id: 'workspace.resetPerson',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/people/:personId/password',
    summary: 'Give a supplier’s person a new initial password, shown once',
    access: managing,
    params: personParams,
    body: z.object({ reason }),
    response: oncePassword,
  }),
  listSupplierTasks: route({
    id: 'workspace.listSupplierTasks',
    method: 'GET',
    path: '/api/console/suppliers/:supplierId/tasks',
    summary: 'How a supplier’s people stand with what was ordered',
    access: seeing,
    params: supplierParams,
    query: pageQuery.extend({ state: oneOrMore(SUPPLY_TASK_STATES).optional() }),
    response: pageOf(supplyTaskRow.extend({ purchaseId: id, note: z.string() })),
  }),
  withdrawTask: route({
    id: 'workspace.withdrawTask',
    method: 'POST',
    path: '/api/console/supplier-tasks/:workTaskId/withdraw',
    summary: 'Take an order back that nobody of the supplier has accepted; another source is chosen',
    access: managing,
    params: taskParams,
    body: z.object({ reason }),
    response: ok,
  }),
  listPriceAsks: route({
    id: 'workspace.listPriceAsks',
    method: 'GET',
    path: '/api/console/supplier-prices',
    summary: 'Prices that suppliers asked for beyond what they may move alone, newest first',
    access: seeing,
    query: priceAskQuery,
    response: pageOf(priceAsk),
  }),
  exportPriceAsks: route({
    id: 'workspace.exportPriceAsks',
    method: 'GET',
    path: '/api/console/supplier-prices.xlsx',
    summary: 'Prices that suppliers asked for as a workbook, newest first',
    access: seeing,
    query: priceAskQuery,
    response: z.string(),
    responseKind: 'file',
  }),
  decidePrice: route({
    id: 'workspace.decidePrice',
    method: 'POST',
    path: '/api/console/supplier-prices/:askId/decide',
    summary: 'Agree to exactly the price that was shown, or decline it',
    access: managing,
    params: z.object({ askId: idParam }),
    body: z.object({ accept: z.boolean(), toHao: price, reason }),
    response: priceAsk,
  }),
} as const
