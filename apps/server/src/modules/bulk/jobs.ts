import type { TenantId } from '@quanshu/kernel'
import { z } from 'zod'
import type { Schedule, Task } from '../../platform/jobs/index.ts'
import type { Platform } from '../../platform/module.ts'
import { wakeWorker } from './commands/move-bulk.ts'
import type { BulkRunner } from './commands/run-bulk.ts'
import { RUN_TASK, workerCtx } from './model.ts'

const running = z.object({ bulkId: z.int() })

export const runTask = (run: BulkRunner): Task => ({
  name: RUN_TASK,
  run: ({ tenantId, payload }) => run(tenantId, running.parse(payload).bulkId),
})

type StandingStill = { readonly tenantId: TenantId; readonly bulkId: number }

/** Wakes a worker for those that nobody has ordered of for a while: its job gave up, or news of an order was missed. */
export const tendSchedule = ({ db }: Pick<Platform, 'db'>): Schedule => ({
  name: 'bulk.tend',
  everyMs: 60_000,
  run: async () => {
    for (const { tenantId, bulkId } of await db.callGlobal<readonly StandingStill[]>('bulk.standing_still', 60)) {
      await db.write(workerCtx(tenantId), async (tx) => wakeWorker(tx, bulkId))
    }
  },
})
