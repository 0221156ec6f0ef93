import { commonErrors, refusalOf, supplierErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { CHECK_REFUSED_TASK } from '../../suppliers/index.ts'
import { isSqlRefusal } from '../model.ts'

/**
 * Has the supplier asked at once what became of a purchase.
 * @throws common.not_found, suppliers.purchase_not_open
 */
export async function askPurchase(platform: Platform, ctx: Ctx, purchaseId: number): Promise<void> {
  await platform.db.write(ctx, async (tx) => {
    const { rows } = await sql<{ no: string; supplierId: number; open: boolean }>`
      select no, supplier_id as "supplierId", state in ('sending', 'accepted', 'unknown') as open
      from suppliers.purchases
      where tenant_id = ${ctx.tenantId}
        and id = ${purchaseId}
    `.execute(tx.db)
    const [purchase] = rows
    if (!purchase) throw commonErrors.notFound()
    if (!purchase.open) throw supplierErrors.purchaseNotOpen()
    await sql`
      select suppliers.ask_now(${ctx.tenantId}::bigint, ${purchase.supplierId}::bigint, ${purchase.no})
    `.execute(tx.db)
    tx.audit({ action: 'purchase.ask', objectKind: 'purchase', objectId: purchaseId, detail: { no: purchase.no } })
  })
}

/**
 * A person found out what the supplier cannot say. `refused` lets another source be bought for the line.
 * @throws common.not_found, suppliers.purchase_not_open
 */
export async function settlePurchase(
  tx: Tx,
  purchaseId: number,
  { outcome, note }: { readonly outcome: 'done' | 'refused'; readonly note: string },
  actor: string,
): Promise<void> {
  const { rows } = await sql<{ answer: object }>`
    select fulfilment.settle_purchase(${tx.ctx.tenantId}::bigint, ${purchaseId}::bigint, ${outcome}, ${actor}, ${note}) as answer
  `.execute(tx.db)
  const answer = rows[0]?.answer ?? {}
  if (isSqlRefusal(answer)) throw refusalOf(answer.code, answer.params)
  // The supplier may have said the contrary a moment before, and would not say it again.
  if (outcome === 'refused') tx.enqueue(CHECK_REFUSED_TASK, { purchaseId }, { key: String(purchaseId) })
  tx.audit({
    action: 'purchase.settle',
    objectKind: 'purchase',
    objectId: purchaseId,
    detail: { outcome, note, ...answer },
  })
}
