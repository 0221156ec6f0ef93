import { booksErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import { checks } from '../checks/registry.ts'
import { GRACE_SECONDS, type House } from '../model.ts'

export const BOOKS_TASK = 'books.audit'

export type RunOptions = {
  readonly source: 'schedule' | 'console' | 'cli'
  readonly askedBy: string
  /** Every row; otherwise what changed since the last clean run and a seventh of the rest. */
  readonly isWhole: boolean
  readonly graceSeconds?: number
}

/** Begins a run; nothing is walked yet. @returns its number */
export async function startRun(house: Pick<House, 'db'>, tenantId: TenantId, options: RunOptions): Promise<number> {
  const { id } = await house.db.call<{ id: number }>(tenantId, 'books.start_run', {
    graceSeconds: GRACE_SECONDS,
    ...options,
    checks: checks.map(({ name }) => name),
  })
  return id
}

/** Begins a run and has a worker walk it. */
export async function queueRun(house: Pick<House, 'db'>, ctx: Ctx, options: RunOptions): Promise<number> {
  const runId = await startRun(house, ctx.tenantId, options)
  await house.db.write(ctx, async (tx) => tx.enqueue(BOOKS_TASK, { runId }, { key: String(runId) }))
  return runId
}

/** A person's "audit now". @throws booksErrors.alreadyRunning */
export async function startRunByHand(house: Pick<House, 'db'>, ctx: Ctx, isWhole: boolean): Promise<number> {
  const running = await house.db.read(ctx, async (tx) => {
    const { rows } = await sql<{ id: number }>`
      select id
      from books.runs
      where tenant_id = ${ctx.tenantId}::bigint
        and state = 'running'
        and source <> 'cli'
      limit 1`.execute(tx.db)
    return rows.length > 0
  })
  if (running) throw booksErrors.alreadyRunning()
  const askedBy = ctx.actor.kind === 'staff' ? ctx.actor.name : ctx.actor.kind
  const runId = await queueRun(house, ctx, { source: 'console', askedBy, isWhole })
  await house.db.write(ctx, async (tx) =>
    tx.audit({ action: 'books.start', objectKind: 'books_run', objectId: runId, detail: { isWhole } }),
  )
  return runId
}
