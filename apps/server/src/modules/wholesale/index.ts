import type { TenantId } from '@quanshu/kernel'
import { z } from 'zod'
import type { Ports } from '../../platform/http/index.ts'
import type { Task } from '../../platform/jobs/index.ts'
import type { Module, Platform } from '../../platform/module.ts'
import { createOutbound, type Outbound } from '../../platform/outbound/index.ts'
import { bulkRoutes } from './bulk-routes.ts'
import { CALLBACK_TASK, sendCallbacks } from './commands/send-callbacks.ts'
import { deskRoutes } from './desk-routes.ts'
import { tenantOfKey } from './model.ts'
import { apiRoutes } from './routes.ts'
import { createServe } from './serve.ts'
import { GIVE_BACK_TASK, giveBackStuck, tellBuyers } from './subscribers.ts'

export { previousPlace as wholesalePreviousPlace, secretPlace as wholesaleSecretPlace } from './model.ts'

const TIDIED_MAX = 50_000

/** Selling to other shops: keys, what is open to each for how much, their orders, and telling them of changes. */
export function wholesaleModule(platform: Platform): Module {
  const serve = createServe(platform)
  const outbound = createOutbound({ allowInsecure: platform.config.allowInsecureEndpoints })
  return {
    name: 'wholesale',
    routes: [...apiRoutes(platform, serve), ...bulkRoutes(platform, serve), ...deskRoutes(platform)],
    subscribers: [tellBuyers, giveBackStuck],
    tasks: [callbackTask(platform, outbound), giveBackTask(platform)],
    schedules: [
      {
        name: 'wholesale.tidy',
        everyMs: 60_000,
        run: async () => void (await platform.db.callGlobal('wholesale.tidy', TIDIED_MAX)),
      },
    ],
  }
}

function callbackTask(platform: Platform, outbound: Outbound): Task {
  const callbacks = z.object({ keyId: z.int().positive() })
  return {
    name: CALLBACK_TASK,
    run: ({ tenantId, payload }) => sendCallbacks(platform, outbound, tenantId, callbacks.parse(payload).keyId),
  }
}

function giveBackTask({ db }: Platform): Task {
  const stuck = z.object({ orderNo: z.int().positive() })
  return {
    name: GIVE_BACK_TASK,
    run: async ({ tenantId, payload, log }) => {
      const { orderNo } = stuck.parse(payload)
      const isGivenBack = await db.call<boolean>(tenantId, 'wholesale.give_back', orderNo, '货源无法发货，自动退回')
      log.info({ orderNo, isGivenBack }, 'looked at an order of another shop that is stuck')
    },
  }
}

/** The shops that an order came through, for who buys on: nobody placed it from outside when there are none. */
export const traceOf =
  ({ db }: Pick<Platform, 'db'>) =>
  (tenantId: TenantId, orderNo: number): Promise<readonly string[]> =>
    db.call<readonly string[]>(tenantId, 'wholesale.trace_of', orderNo)

/** Which shop a signed call is for: its key says so, whatever address was called. */
export const resolveKey =
  (platform: Pick<Platform, 'db'>): NonNullable<Ports['resolveKey']> =>
  async (key) => {
    const tenantId = tenantOfKey(key)
    if (tenantId === undefined) return undefined
    return (
      (await platform.db.call<Awaited<ReturnType<NonNullable<Ports['resolveKey']>>> | null>(
        tenantId,
        'wholesale.find_shop',
        key,
      )) ?? undefined
    )
  }
