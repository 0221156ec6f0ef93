import type { OrderNo, TenantId } from '@quanshu/kernel'
import { z } from 'zod'
import type { Ctx } from '../../platform/db/index.ts'
import type { Schedule, Task } from '../../platform/jobs/index.ts'
import type { Platform } from '../../platform/module.ts'
import { tenantIds } from '../tenancy/index.ts'
import { MAKE_TASK } from './commands/create-batch.ts'
import { DELIVER_TASK, deliverSold } from './commands/deliver-sold.ts'
import { FILL_TASK, fillWaiting, waitedFor } from './commands/fill-waiting.ts'
import { makeCodes } from './commands/make-codes.ts'

const making = z.object({ batchId: z.int() })
const filling = z.object({ skuId: z.int() })
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

export const fillTask = (platform: Deps): Task => ({
  name: FILL_TASK,
  run: ({ tenantId, payload }) => fillWaiting(platform, ctxOf(tenantId, FILL_TASK), filling.parse(payload).skuId),
})

const EVERY_MS = 60_000
/** A code is made within a second; after so long its job has failed five times. */
const MAKING_SECONDS = 300
const GIVE_UP_MAX = 200

/** News of an import starts `redeem.fill` at once; this is for pieces that came another way: bought, moved, taken back. */
export const fillSchedule = (platform: Deps): Schedule => ({
  name: FILL_TASK,
  everyMs: EVERY_MS,
  run: async () => {
    for (const tenantId of await tenantIds(platform)) {
      const ctx = ctxOf(tenantId, FILL_TASK)
      const skuIds = await platform.db.read(ctx, (tx) => waitedFor(tx, null))
      for (const skuId of skuIds) await fillWaiting(platform, ctx, skuId)
    }
  },
})

/** A paid link that does not come is seen where everything stuck is, not only among the jobs. */
export const giveUpSchedule = ({ db }: Deps): Schedule => ({
  name: 'redeem.give_up',
  everyMs: EVERY_MS,
  run: async () => {
    await db.callGlobal<number>('redeem.give_up_making', MAKING_SECONDS, GIVE_UP_MAX)
  },
})
