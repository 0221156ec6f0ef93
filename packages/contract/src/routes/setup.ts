import { z } from 'zod'
import { route } from '../route.ts'

/** The steps from an empty shop to the first sale, in the order in which they are best done. */
export const SETUP_STEPS = ['shop', 'twoFactor', 'gateway', 'goods', 'stock', 'testOrder', 'staff'] as const
export type SetupStep = (typeof SETUP_STEPS)[number]

export const setupRoutes = {
  getGuide: route({
    id: 'setup.getGuide',
    method: 'GET',
    path: '/api/console/setup',
    summary: 'The set-up guide: what is done, what is next',
    access: { kind: 'staff', permission: 'board.read' },
    response: z.object({
      steps: z.array(z.object({ step: z.enum(SETUP_STEPS), done: z.boolean() })),
      doneCount: z.int(),
      dismissed: z.boolean(),
    }),
  }),
} as const
