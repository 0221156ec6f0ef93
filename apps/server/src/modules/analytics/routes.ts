import { Readable } from 'node:stream'
import { analyticsErrors, analyticsRoutes } from '@quanshu/contract'
import type { Ctx } from '../../platform/db/index.ts'
import { type BoundRoute, type FileReply, handle } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { csvLines, xlsxReply } from '../../platform/sheets/index.ts'
import { checkRangeNow } from './commands/check-range.ts'
import { readBalanceSheet } from './queries/balance-sheet.ts'
import { readChoices } from './queries/choices.ts'
import { countEntries, everyEntry, listEntries } from './queries/entries.ts'
import { everyGatewayTransfer, listGatewayTransfers } from './queries/gateway-transfers.ts'
import { gatewayDays, gatewayStatements } from './queries/gateways.ts'
import { everyMovement, type MemberStatement, type Movement, readMemberStatement } from './queries/member-statement.ts'
import { readReport } from './queries/report.ts'
import * as sheets from './sheets.ts'
import { words } from './words.ts'

const EXPORT_ROWS_MAX = 1_000_000
const DIMENSION_ROWS_MAX = 100_000

export function analyticsRoutesBound(platform: Platform): readonly BoundRoute[] {
  return [...reportRoutes(platform), ...balanceRoutes(platform), ...gatewayRoutes(platform), ...memberRoutes(platform)]
}

function reportRoutes(platform: Platform): readonly BoundRoute[] {
  const { db } = platform
  return [
    handle(analyticsRoutes.report, ({ ctx, query }) => db.read(ctx, (tx) => readReport(tx, query))),
    handle(analyticsRoutes.exportReport, async ({ ctx, query }) => {
      const whole = { ...query, compare: false, page: 1, pageSize: DIMENSION_ROWS_MAX }
      const { items, points } = await db.read(ctx, (tx) => readReport(tx, whole))
      await noteExport(platform, ctx, 'report.export', 'sales', query)
      const name = nameOf(ctx, '销售报表', 'sales', `${query.from}~${query.to}`)
      return query.over === 'time'
        ? xlsxReply(name, sheets.timeColumns(ctx.locale), Readable.from(points))
        : xlsxReply(name, sheets.dimensionColumns(ctx.locale, query.by), Readable.from(items))
    }),
    handle(analyticsRoutes.choices, ({ ctx }) => db.read(ctx, readChoices)),
    handle(analyticsRoutes.entries, ({ ctx, query }) => db.read(ctx, (tx) => listEntries(tx, query))),
    handle(analyticsRoutes.exportEntries, async ({ ctx, query }) => {
      const count = await db.read(ctx, (tx) => countEntries(tx, query))
      if (count > EXPORT_ROWS_MAX) throw analyticsErrors.exportTooLarge({ max: EXPORT_ROWS_MAX })
      await noteExport(platform, ctx, 'report.export', 'entries', query)
      return xlsxReply(
        nameOf(ctx, '报表明细', 'entries', query.figure),
        sheets.entryColumns(ctx.locale),
        everyEntry(db, ctx, query),
      )
    }),
    handle(analyticsRoutes.check, ({ ctx, body }) => checkRangeNow(platform, ctx, body)),
  ]
}

function balanceRoutes(platform: Platform): readonly BoundRoute[] {
  const { db } = platform
  return [
    handle(analyticsRoutes.balanceSheet, ({ ctx, query }) => db.read(ctx, (tx) => readBalanceSheet(tx, query.at))),
    handle(analyticsRoutes.exportBalanceSheet, async ({ ctx, query }) => {
      const sheet = await db.read(ctx, (tx) => readBalanceSheet(tx, query.at))
      await noteExport(platform, ctx, 'report.export', 'balance-sheet', query)
      return xlsxReply(
        nameOf(ctx, '资产负债表', 'balance-sheet', sheet.at.slice(0, 10)),
        sheets.balanceColumns(ctx.locale),
        Readable.from(sheets.balanceRows(ctx.locale, sheet)),
      )
    }),
  ]
}

function gatewayRoutes(platform: Platform): readonly BoundRoute[] {
  const { db } = platform
  return [
    handle(analyticsRoutes.gateways, async ({ ctx, query }) => ({
      items: [...(await db.read(ctx, (tx) => gatewayStatements(tx, query)))],
    })),
    handle(analyticsRoutes.gatewayDays, ({ ctx, params, query }) =>
      db.read(ctx, (tx) => gatewayDays(tx, params.gateway, query)),
    ),
    handle(analyticsRoutes.exportGatewayDays, async ({ ctx, params, query }) => {
      const { days } = await db.read(ctx, (tx) => gatewayDays(tx, params.gateway, query))
      await noteExport(platform, ctx, 'statement.export', params.gateway, query)
      const name = nameOf(
        ctx,
        `通道对账单 ${params.gateway}`,
        `statement ${params.gateway}`,
        `${query.from}~${query.to}`,
      )
      return xlsxReply(name, sheets.gatewayDayColumns(ctx.locale), Readable.from(days))
    }),
    handle(analyticsRoutes.gatewayTransfers, ({ ctx, params, query }) =>
      db.read(ctx, (tx) => listGatewayTransfers(tx, params.gateway, query)),
    ),
    handle(analyticsRoutes.exportGatewayTransfers, async ({ ctx, params, query }) => {
      const { total } = await db.read(ctx, (tx) =>
        listGatewayTransfers(tx, params.gateway, { ...query, page: 1, pageSize: 1 }),
      )
      if (total > EXPORT_ROWS_MAX) throw analyticsErrors.exportTooLarge({ max: EXPORT_ROWS_MAX })
      await noteExport(platform, ctx, 'statement.export', params.gateway, query)
      return xlsxReply(
        nameOf(ctx, `通道流水 ${params.gateway}`, `entries ${params.gateway}`, `${query.from}~${query.to}`),
        sheets.transferColumns(ctx.locale),
        everyGatewayTransfer(db, ctx, params.gateway, query),
      )
    }),
  ]
}

function memberRoutes(platform: Platform): readonly BoundRoute[] {
  const { db } = platform
  return [
    handle(analyticsRoutes.memberStatement, ({ ctx, params, query }) =>
      db.read(ctx, (tx) => readMemberStatement(tx, params.id, query)),
    ),
    handle(analyticsRoutes.exportMemberStatement, async ({ ctx, params, query }) => {
      const statement = await db.read(ctx, (tx) =>
        readMemberStatement(tx, params.id, { ...query, page: 1, pageSize: 1 }),
      )
      if (statement.total > EXPORT_ROWS_MAX) throw analyticsErrors.exportTooLarge({ max: EXPORT_ROWS_MAX })
      await noteExport(platform, ctx, 'statement.export', params.id, query)
      const lines = statementLines(ctx, statement, everyMovement(db, ctx, params.id, query))
      const name = nameOf(ctx, `会员对账单 ${params.id}`, `statement member ${params.id}`, `${query.from}~${query.to}`)
      const columns = sheets.statementColumns(ctx.locale)
      if (query.format === 'xlsx') return xlsxReply(name, columns, lines)
      return {
        content: Readable.from(csvLines(columns, lines), { objectMode: false }),
        contentType: 'text/csv; charset=utf-8',
        fileName: `${name}.csv`,
      } satisfies FileReply
    }),
  ]
}

async function* statementLines(
  { locale }: Ctx,
  { openingFen, closingFen }: MemberStatement,
  movements: AsyncIterable<Movement>,
): AsyncGenerator<sheets.StatementLine> {
  const t = words(locale)
  const bare = { at: null, cause: '', amount: null }
  yield { ...bare, what: t.opening, balance: openingFen }
  for await (const { at, what, cause, amount, balanceAfter } of movements) {
    yield { at, what, cause, amount, balance: balanceAfter }
  }
  yield { ...bare, what: t.closing, balance: closingFen }
}

const nameOf = ({ locale }: Ctx, zh: string, en: string, rest: string): string => `${locale === 'en' ? en : zh} ${rest}`

function noteExport({ db }: Platform, ctx: Ctx, action: string, objectId: string | number, detail: object) {
  return db.write(ctx, async (tx) =>
    tx.audit({ action, objectKind: 'report', objectId, detail: { ...detail } as Record<string, unknown> }),
  )
}
