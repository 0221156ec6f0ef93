import { refusalOf } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { isSqlRefusal, type SqlRefusal } from '../model.ts'

/**
 * Gives a new code for a bad one: the old code is void (a used one stays used: the recorded loss), its grant revoked.
 * @throws fulfilment.grant_not_active, fulfilment.still_short, common.not_found
 */
export async function replaceGrant(
  tx: Tx,
  request: { readonly no: OrderNo; readonly grantId: number; readonly reason: string; readonly actor: string },
): Promise<void> {
  const { no, grantId, reason, actor } = request
  const { rows } = await sql<{ readonly answer: { readonly grantId: number } | SqlRefusal }>`
    select fulfilment.replace(${tx.ctx.tenantId}::bigint, ${no}::bigint, ${grantId}::bigint, ${reason}, ${actor}) as answer
  `.execute(tx.db)
  const answer = rows[0]?.answer
  if (!answer) throw new Error('fulfilment.replace gave no answer')
  if (isSqlRefusal(answer)) throw refusalOf(answer.code, answer.params)
  tx.audit({
    action: 'order.replace',
    objectKind: 'order',
    objectId: no,
    detail: { grantId, newGrantId: answer.grantId, reason },
  })
}
