import { errorMessage } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf } from '../../../platform/lists/index.ts'

type Outcome = 'duplicate' | 'invalid'
type ReportRow = { readonly lineNo: number; readonly outcome: Outcome; readonly reason: string }
export type ReportLine = ReportRow & { readonly message: string }

type ReportQuery = {
  readonly page: number
  readonly pageSize: number
  readonly outcome?: readonly Outcome[] | undefined
}

/** The lines of an import that did not become cards, in the file's order. Their text was never kept. */
export async function importReport(tx: ReadTx, batchId: number, query: ReportQuery) {
  const condition = allOf(
    sql`tenant_id = ${tx.ctx.tenantId}::bigint`,
    sql`batch_id = ${batchId}::bigint`,
    query.outcome !== undefined && sql`outcome = any(${query.outcome}::text[])`,
  )
  const counted = await sql<{
    total: number
  }>`select count(*) as total from vault.import_lines where ${condition}`.execute(tx.db)
  const found = await sql<ReportRow>`
    select line_no as "lineNo", outcome, reason
    from vault.import_lines
    where ${condition}
    order by line_no
    ${limitOf(query)}`.execute(tx.db)
  const items = found.rows.map((row) => worded(row, tx.ctx.locale))
  return { items, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

const LINES_PER_READ = 5_000

/** The whole report as csv, read some thousands of lines at a time. Starts with a mark so that Excel reads it as UTF-8. */
export async function* importReportCsv(
  read: <T>(fn: (tx: ReadTx) => Promise<T>) => Promise<T>,
  batchId: number,
): AsyncGenerator<string> {
  yield '\ufeffline,outcome,reason,message\r\n'
  for (let after = 0; ; ) {
    const lines = await read((tx) => linesAfter(tx, batchId, after))
    const last = lines.at(-1)
    if (!last) return
    yield lines
      .map((line) => `${line.lineNo},${line.outcome},${line.reason},"${line.message.replaceAll('"', '""')}"\r\n`)
      .join('')
    after = last.lineNo
  }
}

async function linesAfter(tx: ReadTx, batchId: number, after: number): Promise<readonly ReportLine[]> {
  const found = await sql<ReportRow>`
    select line_no as "lineNo", outcome, reason
    from vault.import_lines
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and batch_id = ${batchId}::bigint
      and line_no > ${after}::bigint
    order by line_no
    limit ${LINES_PER_READ}::integer`.execute(tx.db)
  return found.rows.map((row) => worded(row, tx.ctx.locale))
}

const worded = (row: ReportRow, locale: 'zh-CN' | 'en'): ReportLine => ({
  ...row,
  message: errorMessage(`import_line.${row.reason}`, {}, locale),
})
