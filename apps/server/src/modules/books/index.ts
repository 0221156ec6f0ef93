import type { Module, Platform } from '../../platform/module.ts'
import { auditTask, nightlySchedule, watchViolations } from './jobs.ts'
import { booksRoutesBound } from './routes.ts'

export { type AuditOptions, auditBooks } from './commands/audit-books.ts'
export type { Violation } from './model.ts'
export type { RunReport } from './queries/report.ts'

/** The audit of the books: the product's nine invariants, counted on a live shop. */
export function booksModule(platform: Platform): Module {
  watchViolations(platform)
  return {
    name: 'books',
    routes: booksRoutesBound(platform),
    tasks: [auditTask(platform)],
    schedules: [nightlySchedule(platform)],
  }
}
