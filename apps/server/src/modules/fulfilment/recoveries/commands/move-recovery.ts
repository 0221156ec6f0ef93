import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../../platform/db/index.ts'
import { readSettings } from '../../../tenancy/index.ts'
import { askSql } from '../../service/ask-sql.ts'

export type RecoveryMove = {
  readonly state: 'sent' | 'accepted' | 'refused' | 'written_off'
  readonly creditedFen: number
  readonly reference: string
  readonly note: string
}

/**
 * A claim was sent, or has ended. What the supplier credits is booked in the same transaction, once; above the shop's amount it
 * waits until a second person has said the same.
 * @throws complaints.recovery_moved, recovery_own, credit_over_claim; common.not_found
 */
export async function moveRecovery(
  tx: Tx,
  recoveryId: number,
  move: RecoveryMove,
  by: { readonly staffId: StaffId; readonly name: string },
): Promise<void> {
  const approvalAboveFen = (await readSettings(tx))['suppliers.moneyApprovalAboveFen']
  const said = JSON.stringify({ ...move, actor: by.name, staffId: by.staffId, approvalAboveFen })
  await askSql(tx, sql`fulfilment.move_recovery(${tx.ctx.tenantId}::bigint, ${recoveryId}::bigint, ${said}::jsonb)`)
  tx.audit({ action: 'recovery.move', objectKind: 'recovery', objectId: recoveryId, detail: { ...move } })
}

/**
 * Claims what a recall cost; once more, before it was sent, with today's figures.
 * @throws complaints.nothing_to_claim, common.not_found
 */
export async function openRecallRecovery(tx: Tx, batchId: number, by: string): Promise<number> {
  const { id } = await askSql<{ readonly id: number }>(
    tx,
    sql`fulfilment.open_recall_recovery(${tx.ctx.tenantId}::bigint, ${batchId}::bigint, ${by})`,
  )
  tx.audit({ action: 'recovery.open', objectKind: 'recovery', objectId: id, detail: { batchId } })
  return id
}
