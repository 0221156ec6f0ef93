import { commonErrors, workspaceErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

/**
 * Agrees to exactly the price that was shown, or declines it. What the shop sells follows by its own rules, which may hold it again.
 * @throws workspace.price_moved, common.not_found
 */
export async function decidePrice(
  tx: Tx,
  askId: number,
  { accept, toHao, reason }: { readonly accept: boolean; readonly toHao: number; readonly reason: string },
  by: string,
): Promise<void> {
  const { rows } = await sql<{ answer: { ok: boolean; supplierId: number; productId: number } | null }>`
    select suppliers.decide_price(
      ${tx.ctx.tenantId}::bigint, ${askId}::bigint, ${accept}::boolean, ${toHao}::bigint, ${by}, ${reason}
    ) as answer
  `.execute(tx.db)
  const answer = rows[0]?.answer
  if (!answer) throw commonErrors.notFound()
  if (!answer.ok) throw workspaceErrors.priceMoved()
  tx.audit({
    action: 'supplier.price_decide',
    objectKind: 'supplier',
    objectId: answer.supplierId,
    detail: { productId: answer.productId, accept, toHao, reason },
  })
}
