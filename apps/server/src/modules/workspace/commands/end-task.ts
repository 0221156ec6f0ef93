import { commonErrors, type ProductKind, type TaskRefusal, workspaceErrors } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'
import type { Ctx, ReadTx, Tx } from '../../../platform/db/index.ts'
import type { Upload } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { workCodesPlace } from '../../suppliers/index.ts'
import type { Own } from '../own.ts'
import { cardsOf, deliveredBefore, linesOf, printOf } from './codes.ts'

export type Worker = { readonly staffId: StaffId; readonly name: string }

/** Takes orders for one person; which of them were no longer to be had is said. */
export async function acceptTasks(tx: Tx, own: Own, taskIds: readonly number[], { staffId, name }: Worker) {
  const { rows } = await sql<{ answer: readonly { readonly id: number; readonly ok: boolean }[] }>`
    select suppliers.accept_tasks(
      ${tx.ctx.tenantId}::bigint, ${own.supplierId}::bigint, ${taskIds}::bigint[], ${staffId}::bigint, ${name}
    ) as answer
  `.execute(tx.db)
  const answer = rows[0]?.answer ?? []
  const accepted = answer.filter(({ ok }) => ok).map(({ id }) => id)
  for (const id of accepted)
    tx.audit({ action: 'supply_task.accept', objectKind: 'supply_task', objectId: id, detail: {} })
  return { accepted, lost: answer.filter(({ ok }) => !ok).map(({ id }) => id) }
}

/**
 * Delivers codes. They are read, checked and sealed here, wait with the task for the lane, and enter the vault by the door that
 * all bought codes take: there they are known for good, and forgotten here.
 * @throws workspace.no_codes_expected, codes_missing, codes_too_many, codes_invalid, codes_twice, codes_known, task_moved; vault.file_…
 */
export async function deliverCodes(
  { db, crypto }: Pick<Platform, 'db' | 'crypto'>,
  ctx: Ctx,
  ownOf: (tx: ReadTx) => Promise<Own>,
  taskId: number,
  body: Pick<Upload, 'stream' | 'fileName'>,
  partial: boolean,
): Promise<void> {
  const task = await db.read(ctx, async (tx) => readWork(tx, await ownOf(tx), taskId))
  if (task.kind === 'direct') throw workspaceErrors.noCodesExpected()
  const cards = await cardsOf(body, task.quantity, (given) =>
    workspaceErrors.codesTooMany({ wanted: task.quantity, given }),
  )
  if (cards.length < task.quantity && !(partial && cards.length > 0)) {
    throw workspaceErrors.codesMissing({ wanted: task.quantity, given: cards.length })
  }
  const sealer = await crypto.sealer(ctx.tenantId)
  const fingerprints = cards.map((card) => printOf(sealer, card))
  const sealed = await crypto.encrypt(
    ctx.tenantId,
    workCodesPlace(taskId),
    JSON.stringify(cards.map(({ parts }) => ({ number: '', secret: '', parts, validTo: null }))),
  )
  await db.write(ctx, async (tx) => {
    const own = await ownOf(tx)
    const known = await deliveredBefore(tx, own, fingerprints)
    if (known.length > 0) throw workspaceErrors.codesKnown({ lines: linesOf(known.map((n) => cards[n - 1])) })
    await end(
      tx,
      sql`suppliers.finish_task(
        ${ctx.tenantId}::bigint, ${own.supplierId}::bigint, ${taskId}::bigint, ${cards.length}::integer, ${sealed}::bytea, '', ''
      )`,
    )
    tx.audit({
      action: 'supply_task.finish',
      objectKind: 'supply_task',
      objectId: taskId,
      detail: { pieces: cards.length },
    })
  })
}

/**
 * A top-up was done.
 * @throws workspace.codes_expected, workspace.task_moved, common.not_found
 */
export async function finishTask(
  tx: Tx,
  own: Own,
  taskId: number,
  { serial, note }: { readonly serial: string; readonly note: string },
): Promise<void> {
  const task = await readWork(tx, own, taskId)
  if (task.kind !== 'direct') throw workspaceErrors.codesExpected()
  await end(
    tx,
    sql`suppliers.finish_task(
      ${tx.ctx.tenantId}::bigint, ${own.supplierId}::bigint, ${taskId}::bigint, ${task.quantity}::integer, null, ${serial}, ${note}
    )`,
  )
  tx.audit({ action: 'supply_task.finish', objectKind: 'supply_task', objectId: taskId, detail: { serial } })
}

/**
 * Nothing was done, and nothing will be: the proof that lets the shop buy elsewhere.
 * @throws workspace.task_moved, common.not_found
 */
export async function refuseTask(
  tx: Tx,
  own: Own,
  taskId: number,
  { about, reason }: { readonly about: TaskRefusal; readonly reason: string },
  { staffId, name }: Worker,
): Promise<void> {
  await end(
    tx,
    sql`suppliers.refuse_task(
      ${tx.ctx.tenantId}::bigint, ${own.supplierId}::bigint, ${taskId}::bigint, ${about}, ${reason}, ${staffId}::bigint, ${name}
    )`,
  )
  tx.audit({ action: 'supply_task.refuse', objectKind: 'supply_task', objectId: taskId, detail: { about, reason } })
}

/**
 * The shop takes back what nobody of the supplier has accepted.
 * @throws workspace.task_taken, workspace.task_moved, common.not_found
 */
export async function withdrawTask(tx: Tx, taskId: number, reason: string): Promise<void> {
  const answer = await ended(tx, sql`suppliers.withdraw_task(${tx.ctx.tenantId}::bigint, ${taskId}::bigint, ${reason})`)
  if (!answer.ok) throw answer.state === 'accepted' ? workspaceErrors.taskTaken() : workspaceErrors.taskMoved()
  tx.audit({ action: 'supply_task.withdraw', objectKind: 'supply_task', objectId: taskId, detail: { reason } })
}

type Ended = { readonly ok: boolean; readonly state: string }

async function ended(tx: Tx, call: RawBuilder<unknown>): Promise<Ended> {
  const { rows } = await sql<{ answer: Ended | null }>`select ${call} as answer`.execute(tx.db)
  const answer = rows[0]?.answer
  if (!answer) throw commonErrors.notFound()
  return answer
}

async function end(tx: Tx, call: RawBuilder<unknown>): Promise<void> {
  if (!(await ended(tx, call)).ok) throw workspaceErrors.taskMoved()
}

/** What a task wants, while it is in work. @throws workspace.task_moved, common.not_found */
async function readWork(tx: ReadTx, own: Own, taskId: number): Promise<{ kind: ProductKind; quantity: number }> {
  const { rows } = await sql<{ kind: ProductKind; quantity: number; state: string }>`
    select r.kind, t.quantity, t.state
    from suppliers.tasks t
    join suppliers.products r on r.tenant_id = t.tenant_id and r.id = t.product_id
    where t.tenant_id = ${tx.ctx.tenantId}::bigint
      and t.supplier_id = ${own.supplierId}::bigint
      and t.id = ${taskId}::bigint
  `.execute(tx.db)
  const [task] = rows
  if (!task) throw commonErrors.notFound()
  if (task.state !== 'accepted') throw workspaceErrors.taskMoved()
  return task
}
