import type { TenantId } from '@quanshu/kernel'
import { z } from 'zod'
import type { Ctx } from '../../platform/db/index.ts'
import type { Task } from '../../platform/jobs/index.ts'
import { GENERATE_TASK } from './commands/create-generation.ts'
import { generateCodes } from './commands/generate-codes.ts'
import { FOLLOW_TASK, shiftBatch } from './commands/suspend-batch.ts'
import type { VaultDeps } from './deps.ts'

/** As whom the vault works by itself. */
export const systemCtx = (tenantId: TenantId, requestId: string): Ctx => ({
  tenantId,
  actor: { kind: 'system', name: 'vault' },
  requestId,
  locale: 'zh-CN',
})

const generation = z.object({ batchId: z.int() })
const shift = z.object({
  batchId: z.int(),
  skuId: z.int(),
  from: z.enum(['available', 'suspect']),
  to: z.enum(['available', 'suspect', 'void']),
})

export const generateTask = (deps: VaultDeps): Task => ({
  name: GENERATE_TASK,
  run: ({ tenantId, payload }) =>
    generateCodes(deps, systemCtx(tenantId, GENERATE_TASK), generation.parse(payload).batchId),
})

export const followTask = (deps: VaultDeps): Task => ({
  name: FOLLOW_TASK,
  run: async ({ tenantId, payload }) =>
    void (await shiftBatch(deps, systemCtx(tenantId, FOLLOW_TASK), shift.parse(payload))),
})
