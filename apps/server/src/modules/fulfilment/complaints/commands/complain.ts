import type { ComplaintReason } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../../platform/db/index.ts'
import { askSql } from '../../service/ask-sql.ts'

/**
 * A buyer says that a delivered code does not work. Said twice, or by many taps at once, it is one complaint.
 * @throws complaints.piece_gone, common.not_found
 */
export async function complain(
  tx: Tx,
  no: OrderNo,
  grantId: number,
  said: { readonly reason: ComplaintReason; readonly note: string },
): Promise<{ readonly id: number; readonly isNew: boolean }> {
  const { id, isNew } = await askSql<{ readonly id: number; readonly isNew: boolean }>(
    tx,
    sql`fulfilment.complain(
      ${tx.ctx.tenantId}::bigint, ${no}::bigint, ${grantId}::bigint, ${JSON.stringify({ ...said, ip: tx.ctx.ip ?? '' })}::jsonb
    )`,
  )
  return { id, isNew }
}

/**
 * The buyer takes a complaint back that is not decided, or contests a rejection once.
 * @throws complaints.not_now, contested; common.not_found
 */
export async function answerComplaint(
  tx: Tx,
  no: OrderNo,
  complaintId: number,
  act: 'withdraw' | 'contest',
  note: string,
): Promise<void> {
  await askSql(
    tx,
    sql`fulfilment.answer_complaint(
      ${tx.ctx.tenantId}::bigint, ${no}::bigint, ${complaintId}::bigint, ${act}, ${note}
    )`,
  )
}
