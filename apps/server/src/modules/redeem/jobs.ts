import type { OrderNo, TenantId } from '@quanshu/kernel'
import { z } from 'zod'
import type { Ctx } from '../../platform/db/index.ts'
import type { Task } from '../../platform/jobs/index.ts'
import type { Platform } from '../../platform/module.ts'
import { MAKE_TASK } from './commands/create-batch.ts'
import { DELIVER_TASK, deliverSold } from './commands/deliver-sold.ts'
import { makeCodes } from './commands/make-codes.ts'

const making = z.object({ batchId: z.int() })
const selling = z.object({ no: z.int(), lineNo: z.int() })

const ctxOf = (tenantId: TenantId, requestId: string): Ctx => ({
  tenantId,
  actor: { kind: 'system', name: 'redeem' },
  requestId,
  locale: 'zh-CN',
})

type Deps = Pick<Platform, 'db' | 'crypto'>

export const makeTask = (platform: Deps): Task => ({
  name: MAKE_TASK,
  run: ({ tenantId, payload }) => makeCodes(platform, ctxOf(tenantId, MAKE_TASK), making.parse(payload).batchId),
})

export const deliverTask = (platform: Deps): Task => ({
  name: DELIVER_TASK,
  run: ({ tenantId, payload }) => {
    const { no, lineNo } = selling.parse(payload)
    return deliverSold(platform, ctxOf(tenantId, DELIVER_TASK), { no: no as OrderNo, lineNo })
  },
})
