import { z } from 'zod'
import { route } from '../route.ts'
import { instant } from '../schemas.ts'

export const STANDSTILL_KINDS = ['restored', 'by_hand'] as const

/** Why nothing is sold and nothing is worked off, and since when. */
export const standstillView = z.object({
  kind: z.enum(STANDSTILL_KINDS),
  /** What whoever ordered it wrote; null for a restore. */
  words: z.string().nullable(),
  /** The moment that the database was taken back to. */
  restoredTo: instant.nullable(),
  since: instant,
})

export const standstillRoutes = {
  get: route({
    id: 'standstill.get',
    method: 'GET',
    path: '/api/console/standstill',
    summary: 'Whether the whole installation stands still until its operator says go on, and why',
    access: { kind: 'staff' },
    response: z.object({ standstill: standstillView.nullable() }),
  }),
} as const
