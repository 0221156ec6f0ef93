import { z } from 'zod'
import { route } from '../route.ts'
import { id, idParam, instant, oneOrMore, orderNo, pageOf, pageQuery, reason } from '../schemas.ts'
import { PURCHASE_STATES, STRAY_NAMED, STRAY_REASONS, STRAY_SAID, STRAY_STATES } from '../supply.ts'

/** Orders at suppliers that their callbacks named, and no purchase of ours accounts for. */

export const strayRow = z.object({
  id,
  supplierId: id,
  supplier: z.string(),
  /** Whose number the callback named: ours, the supplier's of an order, or of a piece of one. */
  named: z.enum(STRAY_NAMED),
  ref: z.string(),
  state: z.enum(STRAY_STATES),
  why: z.enum(STRAY_REASONS).nullable(),
  /** Our purchase that it may be about. */
  purchase: z
    .object({
      id,
      no: z.string(),
      state: z.enum(PURCHASE_STATES),
      remoteNo: z.string().nullable(),
      orderNo: orderNo.nullable(),
      lineNo: z.int().nullable(),
    })
    .nullable(),
  /** What the supplier says of it; null: nothing yet. */
  said: z
    .object({
      no: z.string(),
      remoteNo: z.string(),
      state: z.enum(STRAY_SAID).nullable(),
      costHao: z.int().nullable(),
      currency: z.string().nullable(),
      message: z.string(),
      at: instant,
    })
    .nullable(),
  /** Callbacks that named it. */
  heard: z.int(),
  heardAt: instant,
  createdAt: instant,
  openedAt: instant.nullable(),
  /** When the supplier is asked next. */
  dueAt: instant.nullable(),
  handledBy: z.string().nullable(),
  handledNote: z.string().nullable(),
  handledAt: instant.nullable(),
})
export type StrayRow = z.output<typeof strayRow>

/** A supplier that named more than is kept: one row for each that nobody is done with. */
export const strayFlood = z.object({
  id,
  supplierId: id,
  supplier: z.string(),
  /** Callbacks that were counted and turned away; 0: all are kept, and were not told singly. */
  more: z.int(),
  /** The newest number. */
  lastRef: z.string(),
  beganAt: instant,
  lastAt: instant,
})
export type StrayFlood = z.output<typeof strayFlood>

const some = z.object({ ids: z.array(id).min(1).max(200) })

export const strayRoutes = {
  list: route({
    id: 'suppliers.listStrays',
    method: 'GET',
    path: '/api/console/supplier-strays',
    summary:
      'Orders that callbacks of suppliers named and no purchase accounts for, newest first, with suppliers’ floods of them; `q` is any number of one',
    access: { kind: 'staff', permission: 'suppliers.read' },
    query: pageQuery.extend({
      state: oneOrMore(STRAY_STATES).optional(),
      why: oneOrMore(STRAY_REASONS).optional(),
      supplierId: idParam.optional(),
    }),
    response: pageOf(strayRow).extend({ floods: z.array(strayFlood) }),
  }),
  ask: route({
    id: 'suppliers.askStrays',
    method: 'POST',
    path: '/api/console/supplier-strays/ask',
    summary: 'Ask the suppliers again whose these orders are; goes on in the background',
    access: { kind: 'staff', permission: 'orders.handle' },
    body: some,
    response: z.object({ asked: z.int() }),
  }),
  handle: route({
    id: 'suppliers.handleStrays',
    method: 'POST',
    path: '/api/console/supplier-strays/handle',
    summary: 'Say that a person is done with these; one comes back only when its supplier says something else of it',
    access: { kind: 'staff', permission: 'orders.handle' },
    body: some.extend({ note: reason }),
    response: z.object({ handled: z.int() }),
  }),
  handleFlood: route({
    id: 'suppliers.handleStrayFlood',
    method: 'POST',
    path: '/api/console/supplier-strays/floods/:floodId/handle',
    summary: 'Say that a person is done with a supplier’s flood; what comes after this is another',
    access: { kind: 'staff', permission: 'orders.handle' },
    params: z.object({ floodId: idParam }),
    body: z.object({ note: reason }),
    response: z.object({ handled: z.int() }),
  }),
}
