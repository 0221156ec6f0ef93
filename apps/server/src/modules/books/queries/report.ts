import type { BooksCheck } from '@quanshu/contract'
import { assert, type TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { type House, invariantOf, type Violation } from '../model.ts'

export type RunReport = {
  readonly runId: number
  readonly state: 'running' | 'clean' | 'violations' | 'failed'
  readonly isWhole: boolean
  /** Violations that nobody has handled. */
  readonly open: number
  readonly checks: readonly {
    readonly check: BooksCheck
    readonly invariant: number | null
    readonly checked: number
    readonly found: number
    readonly steps: number
    readonly busyMs: number
    readonly longestMs: number
    /** At most a thousand are kept; `found` counts all. */
    readonly violations: readonly Violation[]
  }[]
}

/** What a run found, check by check, in the order in which they ran. */
export function readReport({ db }: Pick<House, 'db'>, tenantId: TenantId, runId: number): Promise<RunReport> {
  const ctx = { tenantId, actor: { kind: 'system', name: 'books' }, requestId: 'books', locale: 'zh-CN' } as const
  return db.read(ctx, async (tx) => {
    const runs = await sql<Pick<RunReport, 'state' | 'isWhole'>>`
      select state, is_whole as "isWhole"
      from books.runs
      where tenant_id = ${tenantId}::bigint
        and id = ${runId}::bigint`.execute(tx.db)
    const [run] = runs.rows
    assert(run !== undefined, `there is no run ${runId}`)
    const progress = await sql<Omit<RunReport['checks'][number], 'violations' | 'invariant'>>`
      select check_name as "check", checked, found, steps, busy_ms as "busyMs", longest_ms as "longestMs"
      from books.progress
      where tenant_id = ${tenantId}::bigint
        and run_id = ${runId}::bigint
      order by position`.execute(tx.db)
    const found = await sql<Violation & { readonly check: string }>`
      select v.check_name as "check", v.code, v.key, v.objects, v.params
      from books.findings f
      join books.violations v on v.tenant_id = f.tenant_id and v.id = f.violation_id
      where f.tenant_id = ${tenantId}::bigint
        and f.run_id = ${runId}::bigint
        and v.state = 'open'
      order by v.id`.execute(tx.db)
    const checks = progress.rows.map((row) => ({
      ...row,
      invariant: invariantOf(row.check),
      violations: found.rows.filter(({ check }) => check === row.check).map(({ check: _, ...violation }) => violation),
    }))
    return { runId, ...run, open: checks.reduce((sum, check) => sum + check.found, 0), checks }
  })
}
