import { reconciliationErrors } from '@quanshu/contract'
import { constraintRefusals } from '../../platform/db/index.ts'
import type { Module, Platform } from '../../platform/module.ts'
import type { BillSource } from '../payments/index.ts'
import { forgetSchedule, nightlySchedule, reconcileTask, statementSchedule } from './jobs.ts'
import type { AskAgain, Statements } from './model.ts'
import { reconciliationRoutesBound } from './routes.ts'

export type { AskAgain, AskedAbout } from './model.ts'

constraintRefusals.register({ reconciliation_day_closed: () => reconciliationErrors.dayClosed({ day: '' }) })

/** Gateways' bills and suppliers' statements laid beside our books, day by day, until finance closes the day. */
export function reconciliationModule(
  platform: Platform,
  ports: { readonly bills: BillSource; readonly askAgain: AskAgain; readonly statements: Statements },
): Module {
  const { db, log, clock } = platform
  const reconciler = { db, log, clock, ...ports }
  return {
    name: 'reconciliation',
    routes: reconciliationRoutesBound(reconciler),
    tasks: [reconcileTask(reconciler)],
    schedules: [nightlySchedule(reconciler), statementSchedule(reconciler), forgetSchedule(reconciler)],
  }
}
