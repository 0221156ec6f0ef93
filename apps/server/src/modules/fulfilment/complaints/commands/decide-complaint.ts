import type { ComplaintDecision, ComplaintState } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../../platform/db/index.ts'
import { readSettings } from '../../../tenancy/index.ts'
import { askSql } from '../../service/ask-sql.ts'

/**
 * A person's word about a complaint that the rule left to them. A refund above what one person may give back waits for a
 * second one, and the complaint with it.
 * @throws complaints.decided, purchase_open, no_source; fulfilment.still_short; orders.refund_*; common.not_found
 */
export async function decideComplaint(
  tx: Tx,
  complaintId: number,
  { action, reason }: { readonly action: ComplaintDecision; readonly reason: string },
  actor: { readonly staffId: StaffId; readonly name: string },
): Promise<ComplaintState> {
  const settings = await readSettings(tx)
  const said = {
    action,
    reason,
    actor: actor.name,
    staffId: actor.staffId,
    approvalAboveFen: settings['refunds.approvalAboveFen'],
    approvalAbovePoints: settings['refunds.approvalAbovePoints'],
    used: 'record_loss',
  }
  const { state } = await askSql<{ readonly state: ComplaintState }>(
    tx,
    sql`fulfilment.decide_complaint(${tx.ctx.tenantId}::bigint, ${complaintId}::bigint, ${JSON.stringify(said)}::jsonb)`,
  )
  tx.audit({
    action: 'complaint.decide',
    objectKind: 'complaint',
    objectId: complaintId,
    detail: { action, reason, state },
  })
  return state
}
