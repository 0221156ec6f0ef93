import { randomUUID } from 'node:crypto'
import type { BooksCheck } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { GRACE_SECONDS, type House, type Step } from '../model.ts'
import { type RunReport, readReport } from '../queries/report.ts'
import { startRun } from './start-run.ts'
import { workOnRun } from './work-on-run.ts'

export type AuditOptions = {
  /** Every row; otherwise what changed since the last clean run and a seventh of the rest. */
  readonly isWhole: boolean
  readonly graceSeconds?: number
  /** From the beginning, though another one broke off: what that one saw may be of another database, as in a restored one. */
  readonly isAnew?: boolean
  readonly onStep?: (check: BooksCheck, step: Step) => void
  readonly signal?: AbortSignal
}

/** How often is looked whether the lease of a run that broke off is over. */
const LOOK_EVERY_MS = 1_000

/**
 * Audits one shop's books here and now, for the command line. A run of the same kind that broke off is gone on with.
 * @throws what the database says when it could not be finished; the next call goes on from there
 */
export async function auditBooks(house: House, tenantId: TenantId, options: AuditOptions): Promise<RunReport> {
  const { isWhole, graceSeconds = GRACE_SECONDS, onStep, signal } = options
  const broken = options.isAnew
    ? null
    : await house.db.call<number | null>(tenantId, 'books.unfinished_run', 'cli', isWhole, graceSeconds)
  const runId =
    broken ??
    (await startRun(house, tenantId, {
      source: 'cli',
      askedBy: 'cli',
      isWhole,
      graceSeconds,
    }))
  const worker = `cli ${process.pid} ${randomUUID()}`
  for (;;) {
    const progress = await workOnRun(house, tenantId, runId, {
      worker,
      ...(onStep && { onStep: (check, step) => onStep(check as BooksCheck, step) }),
      ...(signal && { signal }),
    })
    if (progress.kind === 'over') return await readReport(house, tenantId, runId)
    if (progress.kind === 'unfinished') throw new Error('the audit was stopped before it was through; run it again')
    const report = await readReport(house, tenantId, runId)
    if (report.state !== 'running') return report
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
