import { z } from 'zod'
import { route } from '../route.ts'
import { id, idParam, instant, pageOf, pageQuery, sortBy } from '../schemas.ts'

const ACTOR_KINDS = ['staff', 'member', 'guest', 'system'] as const

export const auditLine = z.object({
  id,
  at: instant,
  actor: z.object({ kind: z.enum(ACTOR_KINDS), id: id.nullable(), name: z.string().nullable() }),
  /** A key of `AUDIT_ACTIONS`; unknown ones are shown as they are. */
  action: z.string(),
  objectKind: z.string(),
  objectId: z.string(),
  ip: z.string().nullable(),
  requestId: z.string(),
})

const auditFilter = pageQuery.extend({
  sort: sortBy('at'),
  actorKind: z.enum(ACTOR_KINDS).optional(),
  actorId: idParam.optional(),
  /** A whole action such as `card.reveal`, or a group such as `card`. */
  action: z
    .string()
    .regex(/^[a-z_]+(\.[a-z_]+)?$/)
    .max(60)
    .optional(),
  objectKind: z.string().max(40).optional(),
  objectId: z.string().max(60).optional(),
  from: instant.optional(),
  to: instant.optional(),
})

export const auditRoutes = {
  listAudit: route({
    id: 'audit.listAudit',
    method: 'GET',
    path: '/api/console/audit',
    summary: 'Who did what to what, newest first',
    access: { kind: 'staff', permission: 'audit.read' },
    query: auditFilter,
    response: pageOf(auditLine),
  }),
  exportAudit: route({
    id: 'audit.exportAudit',
    method: 'GET',
    path: '/api/console/audit/export',
    summary: 'The audit log as xlsx, same filters as the list, at most 100,000 lines',
    access: { kind: 'staff', permission: 'audit.read' },
    query: auditFilter,
    response: z.unknown(),
    responseKind: 'file',
  }),
  verifyAudit: route({
    id: 'audit.verifyAudit',
    method: 'POST',
    path: '/api/console/audit/verify',
    summary: 'Walk the chain from the first line to the last: a changed or removed line shows',
    access: { kind: 'staff', permission: 'audit.read' },
    response: z.object({
      checked: z.int(),
      intact: z.boolean(),
      /** The first line whose link does not fit; null when intact. */
      brokenAt: id.nullable(),
    }),
    rateLimit: { max: 6, windowMs: 60_000 },
  }),
  getAuditLine: route({
    id: 'audit.getAuditLine',
    method: 'GET',
    path: '/api/console/audit/:id',
    summary: 'One line with its detail and its link of the chain',
    access: { kind: 'staff', permission: 'audit.read' },
    params: z.object({ id: idParam }),
    response: auditLine.extend({
      detail: z.record(z.string(), z.unknown()),
      /** Hex SHA-256 over this line and the hash before it. */
      hash: z.string(),
      previousHash: z.string().nullable(),
    }),
  }),
} as const
