import type { Module, Platform } from '../../platform/module.ts'
import { createBulkRunner } from './commands/run-bulk.ts'
import { runTask, tendSchedule } from './jobs.ts'
import { bulkBoundRoutes } from './routes.ts'
import { orderNews } from './subscribers.ts'

export { wakeWorker } from './commands/move-bulk.ts'
export { fieldFault } from './file/lines.ts'

export function bulkModule(platform: Platform): Module {
  return {
    name: 'bulk',
    routes: bulkBoundRoutes(platform),
    tasks: [runTask(createBulkRunner(platform))],
    subscribers: [orderNews],
    schedules: [tendSchedule(platform)],
  }
}
