import type { CardId, TenantId } from '@quanshu/kernel'
import type { Crypto, Where } from '../../platform/crypto/index.ts'
import { partsOf } from './model.ts'

/** What a card's cipher text is bound to. */
export const sealedAt = (cardId: number): Where => ({ table: 'vault.cards', column: 'sealed', row: cardId })

export const FINGERPRINT_PURPOSE = 'vault.card'

/**
 * Opens cards for their owner. Whoever calls has proven the right to see them and logged it.
 * @returns each card's parts (account, password, …), in the order given
 */
export async function openCards(
  crypto: Crypto,
  tenantId: TenantId,
  cards: readonly { readonly id: CardId | number; readonly sealed: Buffer }[],
): Promise<readonly (readonly string[])[]> {
  const plain = await crypto.decryptMany(
    tenantId,
    cards.map((card) => ({ where: sealedAt(card.id), sealed: card.sealed })),
  )
  return plain.map(partsOf)
}
