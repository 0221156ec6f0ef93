import { type BooksCheck, type booksProgressView, type booksRunView, commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf, type PageQuery } from '../../../platform/lists/index.ts'
import { checks } from '../checks/registry.ts'
import { invariantOf } from '../model.ts'

type RunView = z.output<typeof booksRunView>
type ProgressView = z.output<typeof booksProgressView>
type Row = Omit<RunView, 'startedAt' | 'finishedAt'> & { readonly startedAt: Date; readonly finishedAt: Date | null }

const columns = sql`
  r.id, r.source, r.asked_by as "askedBy", r.is_whole as "isWhole", r.state, r.started_at as "startedAt",
  r.finished_at as "finishedAt", r.error, p.done as "checksDone", p.total as "checksTotal", p.checked, p.found`
const withProgress = sql`
  cross join lateral (
    select count(*) filter (where p.state = 'done') as done, count(*) as total,
      coalesce(sum(p.checked), 0)::bigint as checked, coalesce(sum(p.found), 0)::bigint as found
    from books.progress p
    where p.tenant_id = r.tenant_id
      and p.run_id = r.id
  ) p`

/** Newest first. */
export async function listRuns(tx: ReadTx, query: PageQuery & { readonly state?: RunView['state'] | undefined }) {
  const where = allOf(
    sql`r.tenant_id = ${tx.ctx.tenantId}::bigint`,
    query.state !== undefined && sql`r.state = ${query.state}`,
  )
  const { rows } = await sql<Row>`
    select ${columns}
    from books.runs r
    ${withProgress}
    where ${where}
    order by r.id desc
    ${limitOf(query)}`.execute(tx.db)
  const counted = await sql<{ total: number }>`select count(*) as total from books.runs r where ${where}`.execute(tx.db)
  return {
    items: rows.map(viewOf),
    total: counted.rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

/** @throws commonErrors.notFound */
export async function readRun(tx: ReadTx, runId: number): Promise<RunView & { readonly checks: ProgressView[] }> {
  const { rows } = await sql<Row>`
    select ${columns}
    from books.runs r
    ${withProgress}
    where r.tenant_id = ${tx.ctx.tenantId}::bigint
      and r.id = ${runId}::bigint`.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  const progress = await sql<Omit<ProgressView, 'invariant'>>`
    select check_name as "check", state, since is null as "isWhole", checked, found, steps, busy_ms as "busyMs",
      longest_ms as "longestMs"
    from books.progress
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and run_id = ${runId}::bigint
    order by position`.execute(tx.db)
  return { ...viewOf(row), checks: progress.rows.map((line) => ({ ...line, invariant: invariantOf(line.check) })) }
}

/** How the books stand. */
export async function readOverview(tx: ReadTx) {
  const tenant = sql`${tx.ctx.tenantId}::bigint`
  const newest = async (condition: ReturnType<typeof sql>): Promise<RunView | null> => {
    const { rows } = await sql<Row>`
      select ${columns}
      from books.runs r
      ${withProgress}
      where r.tenant_id = ${tenant}
        and ${condition}
      order by r.id desc
      limit 1`.execute(tx.db)
    return rows[0] ? viewOf(rows[0]) : null
  }
  const marks = await sql<{ check: string; cleanSince: Date }>`
    select check_name as "check", clean_since as "cleanSince" from books.marks where tenant_id = ${tenant}`.execute(
    tx.db,
  )
  const found = await sql<{ check: string; open: number }>`
    select check_name as "check", count(*) as open
    from books.violations
    where tenant_id = ${tenant}
      and state = 'open'
    group by check_name`.execute(tx.db)
  const openOf = (check: BooksCheck): number => found.rows.find((row) => row.check === check)?.open ?? 0
  const cleanOf = (check: BooksCheck) => marks.rows.find((row) => row.check === check)?.cleanSince.toISOString() ?? null
  return {
    running: await newest(sql`r.state = 'running'`),
    last: await newest(sql`r.state <> 'running'`),
    open: found.rows.reduce((sum, row) => sum + row.open, 0),
    checks: checks.map(({ name }) => ({
      check: name,
      invariant: invariantOf(name),
      cleanSince: cleanOf(name),
      open: openOf(name),
    })),
  }
}

function viewOf({ startedAt, finishedAt, ...row }: Row): RunView {
  return { ...row, startedAt: startedAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null }
}
