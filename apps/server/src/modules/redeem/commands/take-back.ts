import { refusalOf } from '@quanshu/contract'
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
