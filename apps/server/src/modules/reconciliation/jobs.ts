import type { TenantId } from '@quanshu/kernel'
import { z } from 'zod'
import type { Schedule, Task } from '../../platform/jobs/index.ts'
import { reconcileDay } from './commands/reconcile-day.ts'
import { queueDay, RECONCILE_TASK } from './commands/run-day.ts'
import { type Reconciler, systemCtx } from './model.ts'

const payload = z.object({ gateway: z.string(), day: z.iso.date(), askedBy: z.string(), fetches: z.boolean() })

export function reconcileTask(reconciler: Reconciler): Task {
  return {
    name: RECONCILE_TASK,
    run: async ({ tenantId, payload: raw, log }) => {
      const order = payload.parse(raw)
      const outcome = await reconcileDay(reconciler, { ...order, tenantId })
      if (outcome.kind === 'no_bill') {
        log.info({ ...order, tenantId, why: outcome.why.code }, 'there is no bill for the day')
      }
    },
  }
}

const EVERY_MS = 5 * 60_000
/** Days begun in one tick; each shop has a queue of its own, so they do not stand in each other's way. */
const DAYS_PER_TICK = 200
const FORGET_LINES = 10_000

/** Every shop's bill of yesterday, every night, and what could not be had before. */
export function nightlySchedule(reconciler: Reconciler): Schedule {
  const { db, bills } = reconciler
  const gateways = `{${bills.gateways.map(({ id }) => id).join(',')}}`
  return {
    name: 'reconciliation.nightly',
    everyMs: EVERY_MS,
    run: async () => {
      const due = await db.callGlobal<readonly { tenantId: TenantId; gateway: string; day: string }[]>(
        'reconciliation.plan_days',
        gateways,
        DAYS_PER_TICK,
      )
      for (const { tenantId, gateway, day } of due) {
        await db.write(systemCtx(tenantId), async (tx) => queueDay(tx, { gateway, day, askedBy: '', fetches: true }))
      }
    },
  }
}

/** Every shop's suppliers whose interface tells its statement, the same night. */
export function statementSchedule({ db, statements }: Reconciler): Schedule {
  const adapters = `{${statements.adapters.join(',')}}`
  return {
    name: 'reconciliation.statements',
    everyMs: EVERY_MS,
    run: async () => {
      const due = await db.callGlobal<readonly { tenantId: TenantId; gateway: string; day: string }[]>(
        'reconciliation.plan_supply_days',
        adapters,
        DAYS_PER_TICK,
      )
      for (const { tenantId, gateway, day } of due) {
        await db.write(systemCtx(tenantId), async (tx) => queueDay(tx, { gateway, day, askedBy: '', fetches: true }))
      }
    },
  }
}

/** Lines of bills that were replaced or broke off. */
export function forgetSchedule({ db }: Reconciler): Schedule {
  return {
    name: 'reconciliation.forget_lines',
    everyMs: 3_600_000,
    run: async () => {
      for (const tenantId of await db.callGlobal<readonly TenantId[]>('reconciliation.tenants_to_forget')) {
        while ((await db.call<number>(tenantId, 'reconciliation.forget_lines', FORGET_LINES)) > 0) {
          // The next ten thousand.
        }
      }
    },
  }
}
