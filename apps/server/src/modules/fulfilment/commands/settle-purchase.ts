import { commonErrors, refusalOf, supplierErrors } from '@quanshu/contract'
import { Refusal } from '@quanshu/kernel'
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

/** Several of them, each in its own transaction: one that has ended meanwhile keeps no other from being settled. */
export async function handlePurchases(
  platform: Platform,
  ctx: Ctx,
  {
    ids,
    action,
    note,
  }: { readonly ids: readonly number[]; readonly action: 'ask' | 'not_bought'; readonly note: string },
  actor: string,
): Promise<{ readonly done: number; readonly refused: { readonly id: number; readonly code: string }[] }> {
  const refused: { readonly id: number; readonly code: string }[] = []
  for (const id of ids) {
    try {
      if (action === 'ask') await askPurchase(platform, ctx, id)
      else await platform.db.write(ctx, (tx) => settlePurchase(tx, id, { outcome: 'refused', note }, actor))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refused.push({ id, code: error.code })
    }
  }
  return { done: ids.length - refused.length, refused }
}
