import { z } from 'zod'
import { RECOVERY_CAUSES, RECOVERY_STATES } from '../complaint.ts'
import { route } from '../route.ts'
import { fen, id, idParam, instant, oneOrMore, orderNo, pageOf, pageQuery, sortBy, text } from '../schemas.ts'

/** What suppliers owe for bad codes: claimed, sent, settled. */

const recoveryId = z.object({ recoveryId: idParam })

export const recoveryRow = z.object({
  id,
  supplierId: id.nullable(),
  supplier: z.string(),
  batchId: id,
  purchaseRef: z.string(),
  cause: z.enum(RECOVERY_CAUSES),
  complaintId: id.nullable(),
  orderNo: orderNo.nullable(),
  goodsTitle: z.string(),
  skuTitle: z.string(),
  pieces: z.int(),
  claimedFen: fen,
  creditedFen: fen,
  /** Said to be credited, and by whom: above the shop's amount it waits for a second person. */
  askedFen: fen.nullable(),
  askedBy: z.string(),
  /** Who entered it: another person agrees or sends it back. */
  askedById: z.int().nullable(),
  state: z.enum(RECOVERY_STATES),
  reference: z.string(),
  note: z.string(),
  openedAt: instant,
  sentAt: instant.nullable(),
  endedAt: instant.nullable(),
})
export type RecoveryRow = z.output<typeof recoveryRow>

export const recoveryQuery = pageQuery.extend({
  sort: sortBy('openedAt', 'claimedFen'),
  state: oneOrMore(RECOVERY_STATES).optional(),
  cause: oneOrMore(RECOVERY_CAUSES).optional(),
  supplier: text(100).optional(),
})

export const recoveryRoutes = {
  list: route({
    id: 'fulfilment.listRecoveries',
    method: 'GET',
    path: '/api/console/recoveries',
    summary: 'Claims on suppliers for bad codes, the newest first',
    access: { kind: 'staff', permission: 'suppliers.read' },
    query: recoveryQuery,
    response: pageOf(recoveryRow),
  }),
  sums: route({
    id: 'fulfilment.sumRecoveries',
    method: 'GET',
    path: '/api/console/recoveries/sums',
    summary: 'What is claimed and credited, by supplier',
    access: { kind: 'staff', permission: 'suppliers.read' },
    response: z.object({
      items: z.array(
        z.object({
          supplier: z.string(),
          recoveries: z.int(),
          openFen: fen,
          sentFen: fen,
          creditedFen: fen,
          lostFen: fen,
        }),
      ),
    }),
  }),
  export: route({
    id: 'fulfilment.exportRecoveries',
    method: 'GET',
    path: '/api/console/recoveries.xlsx',
    summary: 'Claims on suppliers as a workbook',
    access: { kind: 'staff', permission: 'suppliers.read' },
    query: recoveryQuery,
    response: z.string(),
    responseKind: 'file',
  }),
  evidence: route({
    id: 'fulfilment.exportRecoveryEvidence',
    method: 'GET',
    path: '/api/console/recoveries/:recoveryId/evidence.zip',
    summary:
      'What proves a claim, for the supplier: our number, times and history of the code, and the buyer’s pictures',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params: recoveryId,
    response: z.string(),
    responseKind: 'file',
  }),
  move: route({
    id: 'fulfilment.moveRecovery',
    method: 'POST',
    path: '/api/console/recoveries/:recoveryId/state',
    summary:
      'Say that a claim was sent, or how it ended; what the supplier credits is booked, above the shop’s amount once a second person has said the same',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params: recoveryId,
    idempotency: 'optional',
    body: z
      .object({
        state: z.enum(['sent', 'accepted', 'refused', 'written_off']),
        creditedFen: z.int().min(0).max(1_000_000_000_00).default(0),
        reference: text(100).default(''),
        note: text(500).default(''),
      })
      .refine(({ state, creditedFen }) => (state === 'accepted') === creditedFen > 0, {
        message: 'what is accepted has an amount, nothing else has',
        path: ['creditedFen'],
      }),
    response: recoveryRow,
  }),
  openRecall: route({
    id: 'fulfilment.openRecallRecovery',
    method: 'POST',
    path: '/api/console/batches/:batchId/recall/recovery',
    summary: 'Claim from the supplier what a recall cost; claimed again before it is sent it takes today’s figures',
    access: { kind: 'staff', permission: 'suppliers.manage' },
    params: z.object({ batchId: idParam }),
    body: z.object({}),
    response: z.object({ id }),
  }),
} as const
