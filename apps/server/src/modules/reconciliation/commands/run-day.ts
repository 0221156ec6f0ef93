import { commonErrors, reconciliationErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx, ReadTx, Tx } from '../../../platform/db/index.ts'
import { actorName, beijingDay, type Reconciler } from '../model.ts'
import { findSource, supplierOf } from '../supplies/source.ts'

export const RECONCILE_TASK = 'reconciliation.day'
/** What failed is tried again by the day's own plan. */
const ATTEMPTS_MAX = 3

type Day = { readonly gateway: string; readonly day: string }

/** Has a worker go through a day. While such a job waits, another takes its place. */
export function queueDay(tx: Tx, order: Day & { readonly askedBy: string; readonly fetches: boolean }): void {
  const { gateway, day, askedBy, fetches } = order
  tx.enqueue(
    RECONCILE_TASK,
    { gateway, day, askedBy, fetches },
    { key: `${gateway}:${day}`, attemptsMax: ATTEMPTS_MAX },
  )
}

/**
 * A person's "reconcile now".
 * @throws common.not_found; reconciliationErrors.noBills, dayNotOver, dayClosed, busy
 */
export async function runDay(reconciler: Reconciler, ctx: Ctx, { gateway, day }: Day): Promise<void> {
  mustBeOver(reconciler, day)
  await reconciler.db.write(ctx, async (tx) => {
    await mustHaveBills(reconciler, tx, gateway)
    const fetches = await canFetch(reconciler, tx, gateway)
    await mustBeFree(tx, { gateway, day })
    queueDay(tx, { gateway, day, askedBy: actorName(ctx), fetches })
    await sql`select reconciliation.note_queued(${ctx.tenantId}::bigint, ${gateway}::text, ${day}::date)`.execute(tx.db)
    tx.audit({ action: 'reconciliation.run', objectKind: 'bill', objectId: `${gateway} ${day}` })
  })
}

/** @throws common.not_found, reconciliationErrors.noBills */
export async function mustHaveBills(reconciler: Pick<Reconciler, 'bills'>, tx: ReadTx, gateway: string): Promise<void> {
  if (await findSource(reconciler, tx, gateway)) return
  throw supplierOf(gateway) === undefined ? reconciliationErrors.noBills() : commonErrors.notFound()
}

/** A supplier whose interface tells no statement: what was uploaded is gone through again. */
async function canFetch({ statements }: Pick<Reconciler, 'statements'>, tx: ReadTx, gateway: string): Promise<boolean> {
  const supplierId = supplierOf(gateway)
  if (supplierId === undefined) return true
  const { rows } = await sql`
    select from suppliers.suppliers
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${supplierId}::bigint
      and adapter = any (${[...statements.adapters]}::text[])
  `.execute(tx.db)
  return rows.length > 0
}

/** A day has a bill when it is over. @throws reconciliationErrors.dayNotOver */
export function mustBeOver({ clock }: Pick<Reconciler, 'clock'>, day: string): void {
  if (day >= beijingDay(clock.now())) throw reconciliationErrors.dayNotOver({ day })
}

/** @throws reconciliationErrors.dayClosed, busy */
export async function mustBeFree(tx: Pick<Tx, 'db' | 'ctx'>, { gateway, day }: Day): Promise<void> {
  const { rows } = await sql<{ readonly state: string; readonly isBusy: boolean }>`
    select state, lease_until > clock_timestamp() as "isBusy"
    from reconciliation.days
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and gateway = ${gateway}
      and day = ${day}::date
  `.execute(tx.db)
  if (rows[0]?.state === 'closed') throw reconciliationErrors.dayClosed({ day })
  if (rows[0]?.isBusy) throw reconciliationErrors.busy()
}
