import { type CardState, vaultErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { VaultDeps } from '../deps.ts'
import { actorName, VOIDABLE } from '../model.ts'
import { getCard } from '../queries/cards.ts'

/** Withdraws an undelivered card for good; of a code that is sold several times, all that nobody has yet. @throws vaultErrors.wrongCardState, commonErrors.notFound */
export function voidCard(deps: VaultDeps, ctx: Ctx, cardId: number, reason: string) {
  return retire(deps, ctx, cardId, { from: VOIDABLE, to: 'void', action: 'card.void', reason })
}

/** Records that a delivered card was used. @throws vaultErrors.wrongCardState, commonErrors.notFound */
export function markCardUsed(deps: VaultDeps, ctx: Ctx, cardId: number, reason: string) {
  return retire(deps, ctx, cardId, { from: ['delivered'], to: 'used', action: 'card.mark_used', reason })
}

type Retirement = {
  readonly from: readonly CardState[]
  readonly to: 'void' | 'used'
  readonly action: string
  readonly reason: string
}

async function retire(deps: VaultDeps, ctx: Ctx, cardId: number, { from, to, action, reason }: Retirement) {
  const card = await getCard(deps, ctx, cardId)
  if (!from.includes(card.state)) throw vaultErrors.wrongCardState({ state: card.state })
  await deps.db.write(ctx, async (tx) => {
    const cause = `staff: ${reason}`
    const by = actorName(ctx.actor)
    const moved =
      card.use && to === 'void'
        ? await sql<{ cards: number[] }>`
          select vault.stop_code(${ctx.tenantId}::bigint, ${cardId}::bigint, ${cause}::text, ${by}::text) as cards`.execute(
            tx.db,
          )
        : await sql<{ cards: number[] }>`
          select vault.transfer(
            ${ctx.tenantId}::bigint, ${card.skuId}::bigint, ${[cardId]}::bigint[], ${card.state}::text, ${to}::text,
            ${cause}::text, ${by}::text
          ) as cards`.execute(tx.db)
    const cards = moved.rows[0]?.cards ?? []
    // Someone sold or moved it between the look and the move.
    if (!cards.includes(cardId)) throw vaultErrors.wrongCardState({ state: card.state })
    tx.audit({
      action,
      objectKind: 'card',
      objectId: cardId,
      detail: { reason, from: card.state, batchId: card.batchId, ...(card.use && { uses: cards.length }) },
    })
    tx.emit({ type: 'stock.changed', subject: `sku:${card.skuId}`, payload: { skuId: card.skuId } })
    if (to === 'used') tx.emit({ type: 'card.used', subject: `card:${cardId}`, payload: { cardId } })
  })
  return getCard(deps, ctx, cardId)
}
