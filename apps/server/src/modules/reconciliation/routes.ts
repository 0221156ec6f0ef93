import { reconciliationErrors, reconciliationRoutes } from '@quanshu/contract'
import type { Ctx } from '../../platform/db/index.ts'
import { type BoundRoute, handle } from '../../platform/http/index.ts'
import { everyRow } from '../../platform/lists/index.ts'
import { xlsxReply } from '../../platform/sheets/index.ts'
import { askAboutCase } from './commands/ask-about-case.ts'
import { closeDays } from './commands/close-days.ts'
import { explainCase, pairCases, postponeCase } from './commands/handle-case.ts'
import { runDay } from './commands/run-day.ts'
import { uploadBill } from './commands/upload-bill.ts'
import type { Reconciler } from './model.ts'
import { casesBelow, listCases, readCase } from './queries/cases.ts'
import { readCalendar, readDay } from './queries/days.ts'
import { billOf, type LineFilter, type LineView, linesAfter, listLines, readLine } from './queries/lines.ts'
import { readCaseDetail } from './queries/sources.ts'
import { caseColumns, lineColumns } from './sheets.ts'
import { supplierStatementRoutesBound } from './supplies/routes.ts'

/** What a sheet holds below its header. */
const EXPORT_ROWS_MAX = 1_048_575
const EXPORT_LINES_AT_ONCE = 5_000

export const reconciliationRoutesBound = (reconciler: Reconciler): readonly BoundRoute[] => [
  ...dayRoutes(reconciler),
  ...lineRoutes(reconciler),
  ...caseRoutes(reconciler),
  ...supplierStatementRoutesBound(reconciler),
]

function dayRoutes(reconciler: Reconciler): readonly BoundRoute[] {
  const { db } = reconciler
  const view = (ctx: Ctx, { gateway, day }: { readonly gateway: string; readonly day: string }) =>
    db.read(ctx, (tx) => readDay(reconciler, tx, gateway, day))
  return [
    handle(reconciliationRoutes.calendar, ({ ctx, query }) =>
      db.read(ctx, (tx) => readCalendar(reconciler, tx, query.month, query.gateway)),
    ),
    handle(reconciliationRoutes.getDay, ({ ctx, params }) => view(ctx, params)),
    handle(reconciliationRoutes.run, async ({ ctx, params }) => {
      await runDay(reconciler, ctx, params)
      return await view(ctx, params)
    }),
    handle(reconciliationRoutes.upload, async ({ ctx, params, body }) => {
      await uploadBill(reconciler, ctx, params, body)
      return await view(ctx, params)
    }),
    handle(reconciliationRoutes.close, async ({ ctx, body }) => ({
      ok: true as const,
      closed: await closeDays(reconciler, ctx, body.days),
    })),
  ]
}

function lineRoutes({ db }: Reconciler): readonly BoundRoute[] {
  return [
    handle(reconciliationRoutes.listLines, ({ ctx, params, query }) =>
      db.read(ctx, (tx) => listLines(tx, params.gateway, params.day, query)),
    ),
    handle(reconciliationRoutes.getLine, ({ ctx, params }) =>
      db.read(ctx, (tx) => readLine(tx, params.gateway, params.day, params.n)),
    ),
    handle(reconciliationRoutes.exportLines, async ({ ctx, params, query }) => {
      const { gateway, day } = params
      const { total } = await db.read(ctx, (tx) => listLines(tx, gateway, day, { ...query, page: 1, pageSize: 1 }))
      if (total > EXPORT_ROWS_MAX) throw reconciliationErrors.exportTooLarge({ max: EXPORT_ROWS_MAX })
      await noteExport(db, ctx, `${gateway} ${day}`, query)
      return xlsxReply(`bill-${gateway}-${day}`, lineColumns(ctx.locale), everyLine(db, ctx, params, query))
    }),
  ]
}

async function* everyLine(
  db: Reconciler['db'],
  ctx: Ctx,
  { gateway, day }: { readonly gateway: string; readonly day: string },
  filter: LineFilter,
): AsyncGenerator<LineView> {
  const bill = await db.read(ctx, (tx) => billOf(tx, gateway, day))
  if (!bill) return
  for (let after = 0; ; ) {
    const lines = await db.read(ctx, (tx) => linesAfter(tx, bill, filter, after, EXPORT_LINES_AT_ONCE))
    yield* lines
    const last = lines.at(-1)
    if (!last || lines.length < EXPORT_LINES_AT_ONCE) return
    after = last.n
  }
}

function noteExport(db: Reconciler['db'], ctx: Ctx, objectId: string, query: object): Promise<void> {
  return db.write(ctx, async (tx) =>
    tx.audit({ action: 'reconciliation.export', objectKind: 'bill', objectId, detail: { ...query } }),
  )
}

function caseRoutes(reconciler: Reconciler): readonly BoundRoute[] {
  const { db } = reconciler
  const view = (ctx: Ctx, id: number) => db.read(ctx, (tx) => readCase(tx, id))
  return [
    handle(reconciliationRoutes.listCases, ({ ctx, query }) => db.read(ctx, (tx) => listCases(tx, query))),
    handle(reconciliationRoutes.exportCases, async ({ ctx, query }) => {
      const { total } = await db.read(ctx, (tx) => listCases(tx, { ...query, page: 1, pageSize: 1 }))
      if (total > EXPORT_ROWS_MAX) throw reconciliationErrors.exportTooLarge({ max: EXPORT_ROWS_MAX })
      await noteExport(db, ctx, 'differences', query)
      const rows = everyRow((beforeId, count) => db.read(ctx, (tx) => casesBelow(tx, query, beforeId, count)))
      return xlsxReply(ctx.locale === 'en' ? 'differences' : '对账差异', caseColumns(ctx.locale), rows)
    }),
    handle(reconciliationRoutes.getCase, ({ ctx, params }) => db.read(ctx, (tx) => readCaseDetail(tx, params.id))),
    handle(reconciliationRoutes.ask, async ({ ctx, params }) => {
      await askAboutCase(reconciler, ctx, params.id)
      return await view(ctx, params.id)
    }),
    handle(reconciliationRoutes.explain, async ({ ctx, params, body }) => {
      await explainCase(reconciler, ctx, params.id, body)
      return await view(ctx, params.id)
    }),
    handle(reconciliationRoutes.postpone, async ({ ctx, params, body }) => {
      await postponeCase(reconciler, ctx, params.id, body)
      return await view(ctx, params.id)
    }),
    handle(reconciliationRoutes.pair, async ({ ctx, params, body }) => {
      await pairCases(reconciler, ctx, params.id, body)
      return await view(ctx, params.id)
    }),
  ]
}
