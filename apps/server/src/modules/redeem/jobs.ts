import { z } from 'zod'
import type { Task } from '../../platform/jobs/index.ts'
import type { Platform } from '../../platform/module.ts'
import { MAKE_TASK } from './commands/create-batch.ts'
import { makeCodes } from './commands/make-codes.ts'

const making = z.object({ batchId: z.int() })

export const makeTask = (platform: Pick<Platform, 'db' | 'crypto'>): Task => ({
  name: MAKE_TASK,
  run: ({ tenantId, payload }) =>
    makeCodes(
      platform,
      { tenantId, actor: { kind: 'system', name: 'redeem' }, requestId: MAKE_TASK, locale: 'zh-CN' },
      making.parse(payload).batchId,
    ),
})
