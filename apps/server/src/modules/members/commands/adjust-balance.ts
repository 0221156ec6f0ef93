import { commonErrors, memberErrors } from '@quanshu/contract'
import { assert, type MemberId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { balanceOf } from '../queries/balance.ts'

/**
 * Puts money on a member's balance or takes it off, as a transfer in the ledger against `cash.adjustment`.
 * @param amountFen positive to credit, negative to debit
 * @returns what is free to spend afterwards, in fen
 * @throws commonErrors.notFound, memberErrors.balanceTooLow
 */
export async function adjustBalance(
  tx: Tx,
  input: { readonly id: MemberId; readonly amountFen: number; readonly reason: string },
): Promise<number> {
  const { tenantId, requestId } = tx.ctx
  // Adjustments of one member wait for each other here; what the money is spent on meanwhile, the ledger's bound catches.
  const { rows } = await sql`
    select 1
    from members.members
    where tenant_id = ${tenantId}::bigint
      and id = ${input.id}::bigint
    for update`.execute(tx.db)
  if (rows.length === 0) throw commonErrors.notFound()
  const availableFen = await balanceOf(tx, input.id)
  if (availableFen + input.amountFen < 0) throw memberErrors.balanceTooLow({ availableFen })

  const posted = await sql<{ free: number }>`
    select ledger.adjust_member(
      ${tenantId}::bigint, ${input.id}::bigint, ${input.amountFen}::bigint, ${`adjust:${requestId}`}
    ) as free`.execute(tx.db)
  const [row] = posted.rows
  assert(row !== undefined, 'adjust_member answers the free balance')
  const detail = { amountFen: input.amountFen, balanceFen: row.free, reason: input.reason }
  tx.audit({ action: 'member.adjust_balance', objectKind: 'member', objectId: input.id, detail })
  return row.free
}
