import { serviceErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../../platform/db/index.ts'
import { askSql, said } from '../ask-sql.ts'
import type { Worker } from '../model.ts'
import { serviceStaff } from '../queries/colleagues.ts'
import { formFieldsOf, readTaskRow } from '../queries/tasks.ts'

/**
 * Puts a task back for whoever takes it next.
 * @throws service.taken, service.wrong_state, common.not_found
 */
export async function putBackTask(tx: Tx, taskId: number, worker: Worker): Promise<void> {
  await move(tx, taskId, 'put_back', worker, {})
  tx.audit({ action: 'service.put_back', objectKind: 'task', objectId: taskId, detail: {} })
}

/**
 * Gives a task to a colleague, with its clock as it stands.
 * @throws service.not_a_colleague, service.taken, service.wrong_state, common.not_found
 */
export async function handOverTask(tx: Tx, taskId: number, staffId: number, worker: Worker): Promise<void> {
  await readTaskRow(tx, taskId, worker.staffId)
  const colleague = (await serviceStaff(tx)).find(({ id }) => id === staffId)
  if (!colleague) throw serviceErrors.notAColleague()
  await move(tx, taskId, 'hand_over', worker, { toId: colleague.id, toName: colleague.name })
  tx.audit({
    action: 'service.hand_over',
    objectKind: 'task',
    objectId: taskId,
    detail: { staffId, name: colleague.name },
  })
}

/**
 * Asks the buyer to correct fields of the form, or to answer. The clock stands until they have.
 * @throws service.not_a_field, service.taken, service.wrong_state, common.not_found
 */
export async function askBuyer(
  tx: Tx,
  taskId: number,
  asked: { readonly question: string; readonly fields: readonly string[] },
  worker: Worker,
): Promise<void> {
  const known = new Set((await formFieldsOf(tx, taskId)).map(({ key }) => key))
  const stranger = asked.fields.find((key) => !known.has(key))
  if (stranger !== undefined) throw serviceErrors.notAField({ field: stranger })
  await move(tx, taskId, 'ask', worker, asked)
  tx.audit({ action: 'service.ask', objectKind: 'task', objectId: taskId, detail: { fields: [...asked.fields] } })
}

const move = (
  tx: Tx,
  taskId: number,
  act: 'put_back' | 'hand_over' | 'ask',
  worker: Worker,
  more: Readonly<Record<string, unknown>>,
) =>
  askSql(
    tx,
    sql`fulfilment.move_task(${tx.ctx.tenantId}::bigint, ${taskId}::bigint, ${act}, ${said(worker, more)}::jsonb)`,
  )
