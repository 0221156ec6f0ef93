import { type booksViolationView, findingSentence } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, type PageQuery } from '../../../platform/lists/index.ts'
import { invariantOf } from '../model.ts'

export type ViolationView = z.output<typeof booksViolationView>
type Times = 'foundAt' | 'lastSeenAt' | 'handledAt'
type Row = Omit<ViolationView, Times | 'invariant' | 'what' | 'todo'> & {
  readonly foundAt: Date
  readonly lastSeenAt: Date
  readonly handledAt: Date | null
}
export type ViolationFilter = {
  readonly check?: string | undefined
  readonly state?: string | undefined
  readonly runId?: number | undefined
  readonly q?: string | undefined
}

const columns = sql`
  v.id, v.check_name as "check", v.code, v.objects, v.params, v.state, v.found_at as "foundAt",
  v.last_seen_at as "lastSeenAt", v.handled_at as "handledAt", v.handled_by as "handledBy", v.note`

/** Newest first. */
export async function listViolations(tx: ReadTx, query: PageQuery & ViolationFilter) {
  const where = matching(tx, query)
  const { rows } = await sql<Row>`
    select ${columns}
    from books.violations v
    where ${where}
    order by v.id desc
    ${limitOf(query)}`.execute(tx.db)
  const counted = await sql<{ total: number }>`
    select count(*) as total from books.violations v where ${where}`.execute(tx.db)
  return {
    items: rows.map((row) => viewOf(tx, row)),
    total: counted.rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

export async function violationsBelow(
  tx: ReadTx,
  filter: ViolationFilter,
  beforeId: number,
  count: number,
): Promise<readonly ViolationView[]> {
  const { rows } = await sql<Row>`
    select ${columns}
    from books.violations v
    where ${matching(tx, filter)}
      and v.id < ${beforeId}::bigint
    order by v.id desc
    limit ${count}::bigint`.execute(tx.db)
  return rows.map((row) => viewOf(tx, row))
}

function matching(tx: ReadTx, { check, state, runId, q }: ViolationFilter): RawBuilder<unknown> {
  return allOf(
    sql`v.tenant_id = ${tx.ctx.tenantId}::bigint`,
    check !== undefined && sql`v.check_name = ${check}`,
    state !== undefined && state !== 'all' && sql`v.state = ${state}`,
    runId !== undefined &&
      sql`exists (
        select from books.findings f
        where f.tenant_id = v.tenant_id and f.run_id = ${runId}::bigint and f.violation_id = v.id
      )`,
    // A number of any row that it is about.
    q !== undefined && q !== '' && sql`(v.key like ${containing(q)} or v.objects::text like ${containing(`"${q}"`)})`,
  )
}

function viewOf({ ctx }: ReadTx, { foundAt, lastSeenAt, handledAt, ...row }: Row): ViolationView {
  return {
    ...row,
    ...findingSentence(row.code, row.params, ctx.locale),
    invariant: invariantOf(row.check),
    foundAt: foundAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    handledAt: handledAt?.toISOString() ?? null,
  }
}
