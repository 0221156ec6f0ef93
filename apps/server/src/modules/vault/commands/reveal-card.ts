import { type CardState, commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { VaultDeps } from '../deps.ts'
import { openCards } from '../secrets.ts'

/**
 * Shows one card in full to staff. Who, when and why is committed to the audit chain before the value leaves.
 * @throws commonErrors.notFound
 */
export async function revealCard(
  deps: VaultDeps,
  ctx: Ctx,
  cardId: number,
  reason: string,
): Promise<{ parts: string[] }> {
  const sealed = await deps.db.write(ctx, async (tx) => {
    const found = await sql<{ sealed: Buffer; state: CardState; batchId: number; skuId: number }>`
      select sealed, state, batch_id as "batchId", sku_id as "skuId"
      from vault.cards
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${cardId}::bigint`.execute(tx.db)
    const [card] = found.rows
    if (!card) throw commonErrors.notFound()
    const { state, batchId, skuId } = card
    tx.audit({ action: 'card.reveal', objectKind: 'card', objectId: cardId, detail: { reason, state, batchId, skuId } })
    tx.emit({ type: 'card.revealed', subject: `card:${cardId}`, payload: { cardId, batchId, skuId } })
    return card.sealed
  })
  const [parts] = await openCards(deps.crypto, ctx.tenantId, [{ id: cardId, sealed }])
  return { parts: [...(parts ?? [])] }
}
