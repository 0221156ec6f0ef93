import { redeemErrors, refusalOf } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { actorName } from '../model.ts'

type TakenBack = { readonly gaveBack: boolean; readonly isWhole: boolean }
type Answer =
  | ({ readonly ok: true } & TakenBack)
  | { readonly code: string; readonly params: Readonly<Record<string, unknown>> }

/**
 * Ends the rights of a redeemed order, or of some parts of a bundle. Its codes are voided, never sold again; once nothing of it
 * is left the use is free again, by the rule of its series.
 * @throws commonErrors.notFound; orders.nothing_to_refund, refund_used_codes, supply_under_way, bundle_points_spent
 */
export async function takeBack(
  tx: Tx,
  no: OrderNo,
  { reason, lines = null }: { readonly reason: string; readonly lines?: readonly number[] | null | undefined },
): Promise<TakenBack> {
  const { tenantId, actor } = tx.ctx
  const ask = { reason, actor: actorName(actor), staffId: actor.kind === 'staff' ? actor.id : null, lines }
  const { rows } = await sql<{ answer: Answer }>`
    select redeem.take_back(${tenantId}::bigint, ${no}::bigint, ${JSON.stringify(ask)}::jsonb) as answer`.execute(tx.db)
  const answer = rows[0]?.answer
  if (answer === undefined || 'code' in answer)
    throw refusalOf(answer?.code ?? 'common.not_found', answer?.params ?? {})
  tx.audit({
    action: 'redeem.take_back',
    objectKind: 'order',
    objectId: no,
    detail: { reason, gaveBack: answer.gaveBack, ...(lines ? { lines } : {}) },
  })
  return { gaveBack: answer.gaveBack, isWhole: answer.isWhole }
}

/**
 * Ends a part of a redeemed bundle that cannot be had, and gives its owner points for it. The use stays used.
 * @throws commonErrors.notFound; redeem.points_for_one_part, part_not_failed, points_need_member
 */
export async function makeGood(
  tx: Tx,
  no: OrderNo,
  { reason, lines, points }: { readonly reason: string; readonly lines: readonly number[]; readonly points: number },
): Promise<TakenBack> {
  const [line] = lines
  if (line === undefined || lines.length > 1) throw redeemErrors.pointsForOnePart()
  const { tenantId, actor } = tx.ctx
  const ask = { reason, points, actor: actorName(actor), staffId: actor.kind === 'staff' ? actor.id : null }
  const { rows } = await sql<{ answer: { readonly ok: true } | Extract<Answer, { readonly code: string }> }>`
    select redeem.make_good(${tenantId}::bigint, ${no}::bigint, ${line}::integer, ${JSON.stringify(ask)}::jsonb) as answer
  `.execute(tx.db)
  const answer = rows[0]?.answer
  if (answer === undefined || 'code' in answer)
    throw refusalOf(answer?.code ?? 'common.not_found', answer?.params ?? {})
  tx.audit({ action: 'redeem.make_good', objectKind: 'order', objectId: no, detail: { reason, line, points } })
  return { gaveBack: false, isWhole: false }
}
