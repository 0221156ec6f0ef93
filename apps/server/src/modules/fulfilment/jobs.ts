import { z } from 'zod'
import type { Task } from '../../platform/jobs/index.ts'
import type { Platform } from '../../platform/module.ts'
import { followRecall } from './commands/put-right.ts'
import { RECALL_TASK } from './commands/recall-batch.ts'

const recall = z.object({ batchId: z.int() })

export const recallTask = (platform: Platform): Task => ({
  name: RECALL_TASK,
  run: ({ tenantId, payload }) => followRecall(platform, tenantId, recall.parse(payload).batchId),
})
