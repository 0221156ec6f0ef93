import { AUDIT_ACTIONS, AUDIT_OBJECTS, auditErrors, auditRoutes } from '@quanshu/contract'
import type { z } from 'zod'
import { handle } from '../../platform/http/index.ts'
import { everyRow } from '../../platform/lists/index.ts'
import type { Module, Platform } from '../../platform/module.ts'
import { type Column, xlsxReply } from '../../platform/sheets/index.ts'
import { countUpTo, entriesBelow, listEntries, readEntry } from './queries/entries.ts'
import { verifyChain } from './queries/verify.ts'

const EXPORT_ROWS_MAX = 100_000

export function auditModule(platform: Platform): Module {
  return {
    name: 'audit',
    routes: [
      handle(auditRoutes.listAudit, ({ ctx, query }) => platform.db.read(ctx, (tx) => listEntries(tx, query))),
      handle(auditRoutes.exportAudit, async ({ ctx, query }) => {
        const count = await platform.db.read(ctx, (tx) => countUpTo(tx, query, EXPORT_ROWS_MAX))
        if (count > EXPORT_ROWS_MAX) throw auditErrors.exportTooLarge({ max: EXPORT_ROWS_MAX })
        await platform.db.write(ctx, async (tx) =>
          tx.audit({ action: 'audit.export', objectKind: 'audit', objectId: 'list', detail: { ...query } }),
        )
        const rows = everyRow((beforeId, size) =>
          platform.db.read(ctx, (tx) => entriesBelow(tx, query, beforeId, size)),
        )
        return xlsxReply(ctx.locale === 'en' ? 'audit' : '审计日志', sheetColumns[ctx.locale], rows)
      }),
      handle(auditRoutes.verifyAudit, async ({ ctx }) => {
        const verdict = await verifyChain(platform, ctx)
        await platform.db.write(ctx, async (tx) =>
          tx.audit({ action: 'audit.verify', objectKind: 'audit', objectId: 'chain', detail: verdict }),
        )
        return verdict
      }),
      handle(auditRoutes.getAuditLine, ({ ctx, params }) => platform.db.read(ctx, (tx) => readEntry(tx, params.id))),
    ],
  }
}

type Entry = z.output<typeof auditRoutes.getAuditLine.response>
type Titles = readonly [string, string, string, string, string, string, string, string]

const sheet = (locale: 'zh' | 'en', titles: Titles): readonly Column<Entry>[] => {
  const [no, at, actor, action, object, detail, ip, hash] = titles
  return [
    { header: no, kind: 'integer', value: (row) => row.id },
    { header: at, kind: 'time', width: 20, value: (row) => row.at },
    { header: actor, kind: 'text', value: (row) => row.actor.name ?? `${row.actor.kind} ${row.actor.id ?? ''}`.trim() },
    { header: action, kind: 'text', width: 24, value: (row) => AUDIT_ACTIONS[row.action]?.[locale] ?? row.action },
    {
      header: object,
      kind: 'text',
      width: 24,
      value: ({ objectKind, objectId }) => `${AUDIT_OBJECTS[objectKind]?.[locale] ?? objectKind} ${objectId}`.trim(),
    },
    { header: detail, kind: 'text', width: 60, value: (row) => JSON.stringify(row.detail) },
    { header: ip, kind: 'text', value: (row) => row.ip },
    { header: hash, kind: 'text', width: 66, value: (row) => row.hash },
  ]
}
const sheetColumns = {
  'zh-CN': sheet('zh', ['序号', '时间', '操作人', '操作', '对象', '详情', 'IP', '链值']),
  en: sheet('en', ['No.', 'Time', 'Who', 'Action', 'Object', 'Detail', 'IP', 'Hash']),
}
