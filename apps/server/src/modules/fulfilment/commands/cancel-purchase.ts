import { commonErrors, refusalOf, supplierErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type CancelDoor, CHECK_REFUSED_TASK } from '../../suppliers/index.ts'
import { isSqlRefusal } from '../model.ts'

type Asked = Parameters<CancelDoor['cancel']>[1]

/**
 * Asks the supplier to take an open purchase back. That it is asked is kept first and the answer after, each in a commit of its
 * own; between them nothing is held. Only a definite yes ends the purchase, and its line goes on as after any refusal.
 * @throws common.not_found, suppliers.purchase_not_open, suppliers.cancel_not_offered, suppliers.cancel_under_way
 */
export async function cancelPurchase(
  { db }: Pick<Platform, 'db'>,
  suppliers: CancelDoor,
  ctx: Ctx,
  purchaseId: number,
  note: string,
  actor: string,
): Promise<Awaited<ReturnType<CancelDoor['cancel']>>> {
  const { tenantId } = ctx
  const { isOpen, ...purchase } = await db.read(ctx, async (tx) => {
    const { rows } = await sql<Asked & { isOpen: boolean }>`
      select supplier_id as "supplierId", no, remote_no as "remoteNo", profile_id as "profileId", profile_version as "profileVersion",
        state in ('accepted', 'unknown') as "isOpen"
      from suppliers.purchases
      where tenant_id = ${tenantId}
        and id = ${purchaseId}
    `.execute(tx.db)
    if (!rows[0]) throw commonErrors.notFound()
    return rows[0]
  })
  if (!isOpen) throw supplierErrors.purchaseNotOpen()
  if (!(await suppliers.canCancel(tenantId, purchase))) throw supplierErrors.cancelNotOffered()
  const about = { objectKind: 'purchase', objectId: purchaseId } as const
  await db.write(ctx, async (tx) => {
    const { rows } = await sql<{ answer: object }>`
      select fulfilment.ask_to_cancel(${tenantId}::bigint, ${purchaseId}::bigint, ${actor}, ${note}) as answer
    `.execute(tx.db)
    const answer = rows[0]?.answer ?? {}
    if (isSqlRefusal(answer)) throw refusalOf(answer.code, answer.params)
    tx.audit({ action: 'purchase.cancel', ...about, detail: { no: purchase.no, note } })
  })
  const { outcome, said } = await suppliers.cancel(tenantId, purchase)
  await db.write(ctx, async (tx) => {
    const { rows } = await sql<{ answer: object }>`
      select fulfilment.cancel_answered(${tenantId}::bigint, ${purchaseId}::bigint, ${outcome}, ${said}) as answer
    `.execute(tx.db)
    // It may have delivered a moment before, and would not say so again.
    if (outcome === 'cancelled') tx.enqueue(CHECK_REFUSED_TASK, { purchaseId }, { key: String(purchaseId) })
    tx.audit({ action: 'purchase.cancel_answer', ...about, detail: { outcome, said, ...rows[0]?.answer } })
  })
  return { outcome, said }
}
