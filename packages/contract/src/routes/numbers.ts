import { z } from 'zod'
import { route } from '../route.ts'
import { digits, id, idParam } from '../schemas.ts'

/** A card as those may see it who have not bought it: what its shop declared public, and nothing else. */
const publicNumber = z.object({ cardId: id, number: z.string() })
export type PublicNumber = z.output<typeof publicNumber>

export const mallNumberRoutes = {
  list: route({
    id: 'vault.mallNumbers',
    method: 'GET',
    path: '/api/mall/skus/:skuId/numbers',
    summary: 'Numbers that may be chosen now, in their order: pass `next` as `after` until it is null',
    access: { kind: 'public' },
    params: z.object({ skuId: idParam }),
    query: z.object({
      /** Numbers that hold these characters. */
      q: z.string().trim().max(40).optional(),
      after: idParam.optional(),
      limit: digits(z.int().min(1).max(60).default(30)),
    }),
    response: z.object({ items: z.array(publicNumber), next: id.nullable() }),
    rateLimit: { max: 120, windowMs: 60_000 },
  }),
} as const
