import { booksErrors, booksRoutes } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../platform/http/index.ts'
import { everyRow } from '../../platform/lists/index.ts'
import type { Platform } from '../../platform/module.ts'
import { handleViolations } from './commands/handle-violations.ts'
import { startRunByHand } from './commands/start-run.ts'
import { violationsCsv } from './queries/csv.ts'
import { listRuns, readOverview, readRun } from './queries/runs.ts'
import { listViolations, violationsBelow } from './queries/violations.ts'

const EXPORT_ROWS_MAX = 100_000

export function booksRoutesBound(platform: Platform): readonly BoundRoute[] {
  const { db } = platform
  return [
    handle(booksRoutes.overview, ({ ctx }) => db.read(ctx, readOverview)),
    handle(booksRoutes.listRuns, ({ ctx, query }) => db.read(ctx, (tx) => listRuns(tx, query))),
    handle(booksRoutes.startRun, async ({ ctx, body }) => {
      const runId = await startRunByHand(platform, ctx, body.isWhole)
      const { checks: _, ...run } = await db.read(ctx, (tx) => readRun(tx, runId))
      return run
    }),
    handle(booksRoutes.getRun, ({ ctx, params }) => db.read(ctx, (tx) => readRun(tx, params.id))),
    handle(booksRoutes.listViolations, ({ ctx, query }) => db.read(ctx, (tx) => listViolations(tx, query))),
    handle(booksRoutes.exportViolations, async ({ ctx, query }) => {
      const { total } = await db.read(ctx, (tx) => listViolations(tx, { ...query, page: 1, pageSize: 1 }))
      if (total > EXPORT_ROWS_MAX) throw booksErrors.exportTooLarge({ max: EXPORT_ROWS_MAX })
      await db.write(ctx, async (tx) =>
        tx.audit({ action: 'books.export', objectKind: 'books', objectId: 'violations', detail: { ...query } }),
      )
      const rows = everyRow((beforeId, count) => db.read(ctx, (tx) => violationsBelow(tx, query, beforeId, count)))
      return {
        content: violationsCsv(rows, ctx.locale),
        contentType: 'text/csv; charset=utf-8',
        fileName: ctx.locale === 'en' ? 'violations.csv' : '账目问题.csv',
      }
    }),
    handle(booksRoutes.handleViolations, async ({ ctx, body }) => ({
      ok: true as const,
      handled: await handleViolations(platform, ctx, body.ids, body.note),
    })),
  ]
}
