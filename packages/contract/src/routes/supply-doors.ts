import { z } from 'zod'
import { route } from '../route.ts'
import { email, id, idParam, instant, oneOrMore, pageOf, pageQuery, reason, text } from '../schemas.ts'
import { INTAKE_STATES, MAIL_CHECKS, MAIL_SIGNATURES, OFFERED_CODES_STATES, SUPPLY_DOORS } from '../supply.ts'
import { fileMapping, supplyFileDetail } from './workspace.ts'

/** What suppliers' people send without an order: lists by mail or folder, and codes. */

const own = { kind: 'staff', permission: 'workspace.supplier' } as const
const seeing = { kind: 'staff', permission: 'suppliers.read' } as const
const managing = { kind: 'staff', permission: 'suppliers.manage' } as const
const supplierParams = z.object({ supplierId: idParam })
const intakeParams = z.object({ intakeId: idParam })
const offeredParams = z.object({ offeredId: idParam })

/** Addresses that one supplier's mails are taken from. */
export const SENDERS_MAX = 20
/** Ten thousand codes with long passwords. */
const OFFERED_BYTES_MAX = 4 * 1024 * 1024

export const supplyDoorsView = z.object({
  mailOn: z.boolean(),
  folderOn: z.boolean(),
  /** Null where it was never opened, this installation takes none, or the caller may not manage suppliers. */
  mailAddress: z.string().nullable(),
  folderName: z.string().nullable(),
  senders: z.array(z.string()),
  signedOnly: z.boolean(),
  atOnce: z.boolean(),
  everyHours: z.int().nullable(),
  heardAt: instant.nullable(),
  isLate: z.boolean(),
  /** What this installation is set up for. */
  takesMail: z.boolean(),
  takesFiles: z.boolean(),
})
export type SupplyDoors = z.output<typeof supplyDoorsView>

const problem = z.object({ code: z.string(), message: z.string() })

export const intakeRow = z.object({
  id,
  door: z.enum(SUPPLY_DOORS),
  name: z.string(),
  bytes: z.int(),
  /** The first characters of its SHA-256. */
  hash: z.string().nullable(),
  sender: z.string(),
  /** Of a mail: what is known of where it comes from. Null: nobody was asked. */
  signature: z.enum(MAIL_SIGNATURES).nullable(),
  spf: z.enum(MAIL_CHECKS).nullable(),
  dmarc: z.enum(MAIL_CHECKS).nullable(),
  arc: z.enum(MAIL_CHECKS).nullable(),
  state: z.enum(INTAKE_STATES),
  problem: problem.nullable(),
  counts: z.object({ changed: z.int(), same: z.int(), held: z.int(), invalid: z.int() }).nullable(),
  cameAt: instant,
  decidedBy: z.string().nullable(),
  decidedAt: instant.nullable(),
})
export type IntakeRow = z.output<typeof intakeRow>

export const intakeDetail = intakeRow.extend({ supplierId: id, file: supplyFileDetail.nullable() })
export type IntakeDetail = z.output<typeof intakeDetail>

export const offeredCodesRow = z.object({
  id,
  productId: id,
  remoteId: z.string(),
  product: z.string(),
  pieces: z.int(),
  costHao: z.int(),
  validTo: instant.nullable(),
  note: z.string(),
  state: z.enum(OFFERED_CODES_STATES),
  offeredBy: z.string(),
  offeredAt: instant,
  decidedAt: instant.nullable(),
  reason: z.string(),
  /** Of those that were accepted. */
  taken: z.int().nullable(),
  bad: z.int().nullable(),
  costFen: z.int().nullable(),
})
export type OfferedCodes = z.output<typeof offeredCodesRow>
/** Beside it what is the shop's own. */
export const offeredCodesForShop = offeredCodesRow.extend({
  decidedBy: z.string().nullable(),
  skuId: id.nullable(),
  purchaseId: id.nullable(),
  /** Variants that this product is bought for already. */
  skus: z.array(z.object({ id, title: z.string() })),
})
export type OfferedCodesForShop = z.output<typeof offeredCodesForShop>

export const supplyDoorRoutes = {
  readDoors: route({
    id: 'workspace.readDoors',
    method: 'GET',
    path: '/api/console/suppliers/:supplierId/doors',
    summary: 'How a supplier’s lists of stock and price may come by mail or folder',
    access: seeing,
    params: supplierParams,
    response: supplyDoorsView,
  }),
  saveDoors: route({
    id: 'workspace.saveDoors',
    method: 'PUT',
    path: '/api/console/suppliers/:supplierId/doors',
    summary: 'Open or close the doors, name the senders, and say whether a list is taken as it comes',
    access: managing,
    params: supplierParams,
    body: z.object({
      mailOn: z.boolean(),
      folderOn: z.boolean(),
      senders: z.array(email).max(SENDERS_MAX),
      signedOnly: z.boolean(),
      atOnce: z.boolean(),
      everyHours: z.int().min(1).max(2_160).nullable(),
    }),
    response: supplyDoorsView,
  }),
  renewDoor: route({
    id: 'workspace.renewDoor',
    method: 'POST',
    path: '/api/console/suppliers/:supplierId/doors/:door/renew',
    summary: 'Give a door another name; the old one is closed at once',
    access: managing,
    params: supplierParams.extend({ door: z.enum(SUPPLY_DOORS) }),
    body: z.object({ reason }),
    response: supplyDoorsView,
  }),
  listIntakes: route({
    id: 'workspace.listIntakes',
    method: 'GET',
    path: '/api/console/suppliers/:supplierId/intakes',
    summary: 'What came by mail or folder and what became of it, newest first',
    access: seeing,
    params: supplierParams,
    query: pageQuery.extend({
      state: oneOrMore(INTAKE_STATES).optional(),
      door: oneOrMore(SUPPLY_DOORS).optional(),
    }),
    response: pageOf(intakeRow),
  }),
  readIntake: route({
    id: 'workspace.readIntake',
    method: 'GET',
    path: '/api/console/supply-intakes/:intakeId',
    summary: 'One list that came, line by line',
    access: seeing,
    params: intakeParams,
    response: intakeDetail,
  }),
  checkIntake: route({
    id: 'workspace.checkIntake',
    method: 'POST',
    path: '/api/console/supply-intakes/:intakeId/check',
    summary: 'What taking a list that waits would do; the run itself, rolled back',
    access: managing,
    params: intakeParams,
    body: fileMapping,
    response: supplyFileDetail,
  }),
  applyIntake: route({
    id: 'workspace.applyIntake',
    method: 'POST',
    path: '/api/console/supply-intakes/:intakeId/apply',
    summary: 'Take a list that waits; its columns are remembered',
    access: managing,
    params: intakeParams,
    body: fileMapping.extend({ anyway: z.boolean().default(false) }),
    response: supplyFileDetail,
  }),
  discardIntake: route({
    id: 'workspace.discardIntake',
    method: 'POST',
    path: '/api/console/supply-intakes/:intakeId/discard',
    summary: 'Put a list that waits aside; nothing of it holds',
    access: managing,
    params: intakeParams,
    body: z.object({ reason }),
    response: intakeDetail,
  }),

  offerCodes: route({
    id: 'workspace.offerCodes',
    method: 'POST',
    path: '/api/console/workspace/codes',
    summary:
      'Offer codes without an order, pasted or as a file, as the raw body; sealed before they are kept, and shown to nobody again',
    access: own,
    query: z.object({ productId: idParam, validTo: instant.optional(), note: text(200).default('') }),
    bodyKind: 'raw',
    bodyLimitBytes: OFFERED_BYTES_MAX,
    response: offeredCodesRow,
  }),
  listOfferedCodes: route({
    id: 'workspace.listOfferedCodes',
    method: 'GET',
    path: '/api/console/workspace/codes',
    summary: 'Codes that the own supplier offered, and what became of them, newest first',
    access: own,
    query: pageQuery.extend({ state: oneOrMore(OFFERED_CODES_STATES).optional() }),
    response: pageOf(offeredCodesRow),
  }),
  withdrawCodes: route({
    id: 'workspace.withdrawCodes',
    method: 'POST',
    path: '/api/console/workspace/codes/:offeredId/withdraw',
    summary: 'Withdraw codes that nobody has decided about; they are forgotten here',
    access: own,
    params: offeredParams,
    body: z.object({}),
    response: offeredCodesRow,
  }),
  listSupplierCodes: route({
    id: 'workspace.listSupplierCodes',
    method: 'GET',
    path: '/api/console/suppliers/:supplierId/codes',
    summary: 'Codes that a supplier offered, newest first',
    access: seeing,
    params: supplierParams,
    query: pageQuery.extend({ state: oneOrMore(OFFERED_CODES_STATES).optional() }),
    response: pageOf(offeredCodesForShop),
  }),
  takeCodes: route({
    id: 'workspace.takeCodes',
    method: 'POST',
    path: '/api/console/offered-codes/:offeredId/take',
    summary: 'Take offered codes into stock; known ones are left out, and what is taken is owed to the supplier',
    access: managing,
    params: offeredParams,
    body: z.object({ skuId: id, pieces: z.int().min(1), costHao: z.int().min(0), reason }),
    response: offeredCodesForShop,
  }),
  declineCodes: route({
    id: 'workspace.declineCodes',
    method: 'POST',
    path: '/api/console/offered-codes/:offeredId/decline',
    summary: 'Decline offered codes; they are forgotten here',
    access: managing,
    params: offeredParams,
    body: z.object({ reason }),
    response: offeredCodesForShop,
  }),
} as const
