import { commonErrors, memberErrors } from '@quanshu/contract'
import { assert, type MemberId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { meansOf } from '../queries/means.ts'

type Adjustment = { readonly id: MemberId; readonly amount: number; readonly reason: string }

/**
 * Puts money on a member's balance or takes it off, as a transfer in the ledger against `cash.adjustment`.
 * @param adjustment `amount` in fen, positive to credit, negative to debit
 * @returns what is free to spend afterwards, in fen
 * @throws commonErrors.notFound, memberErrors.balanceTooLow
 */
export async function adjustBalance(tx: Tx, { id, amount, reason }: Adjustment): Promise<number> {
  await lockMember(tx, id)
  const { balanceFen: availableFen } = await meansOf(tx, id)
  if (availableFen + amount < 0) throw memberErrors.balanceTooLow({ availableFen })
  const balanceFen = await post(tx, id, 'CNY', amount)
  const detail = { amountFen: amount, balanceFen, reason }
  tx.audit({ action: 'member.adjust_balance', objectKind: 'member', objectId: id, detail })
  return balanceFen
}

/**
 * Gives a member points or takes some off, as a transfer in the ledger against `points.issued`.
 * @param adjustment `amount` in points, positive to give, negative to take
 * @returns what is free to spend afterwards
 * @throws commonErrors.notFound, memberErrors.pointsTooLow
 */
export async function adjustPoints(tx: Tx, { id, amount, reason }: Adjustment): Promise<number> {
  await lockMember(tx, id)
  const { points: available } = await meansOf(tx, id)
  if (available + amount < 0) throw memberErrors.pointsTooLow({ available })
  const points = await post(tx, id, 'point', amount)
  const detail = { change: amount, points, reason }
  tx.audit({ action: 'member.adjust_points', objectKind: 'member', objectId: id, detail })
  return points
}

/** Adjustments of one member wait for each other here; what is spent meanwhile, the ledger's bound catches. */
async function lockMember(tx: Tx, id: MemberId): Promise<void> {
  const { rows } = await sql`
    select 1
    from members.members
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
    for update`.execute(tx.db)
  if (rows.length === 0) throw commonErrors.notFound()
}

async function post(tx: Tx, id: MemberId, unit: 'CNY' | 'point', amount: number): Promise<number> {
  const { rows } = await sql<{ free: number }>`
    select ledger.adjust_member(
      ${tx.ctx.tenantId}::bigint, ${id}::bigint, ${unit}, ${amount}::bigint, ${`adjust:${tx.ctx.requestId}`}
    ) as free`.execute(tx.db)
  const [row] = rows
  assert(row !== undefined, 'adjust_member answers the free balance')
  return row.free
}
