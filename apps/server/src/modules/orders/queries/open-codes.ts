import { type CardId, shownRedeemCode, type TenantId } from '@quanshu/kernel'
import type { Where } from '../../../platform/crypto/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { openCards } from '../../vault/index.ts'

/** What the cipher text of a redeem code is bound to. */
export const redeemCodeAt = (codeId: number): Where => ({ table: 'redeem.codes', column: 'sealed', row: codeId })

/** Enough to tell two codes of a list from each other, too little to guess the rest: 12 of 16 characters are hidden. */
export const maskRedeemCode = (code: string): string => `${code.slice(0, 2)}••-••••-••••-••${code.slice(-2)}`

/** Of a code that was delivered: a card of the vault, or a redeem code of our own that was sold. */
type Sealed = { readonly sealed: Buffer } & ({ readonly cardId: CardId } | { readonly codeId: number })

/** Delivered codes in their order, each in its parts; a redeem code is one part, as it is handed out. */
export async function openCodes(
  crypto: Platform['crypto'],
  tenantId: TenantId,
  codes: readonly Sealed[],
): Promise<readonly (readonly string[])[]> {
  const cards = codes.flatMap((code) => ('cardId' in code ? [{ id: code.cardId, sealed: code.sealed }] : []))
  const links = codes.flatMap((code) =>
    'codeId' in code ? [{ where: redeemCodeAt(code.codeId), sealed: code.sealed }] : [],
  )
  const openedCards = (await openCards(crypto, tenantId, cards)).values()
  const openedLinks = (links.length === 0 ? [] : await crypto.decryptMany(tenantId, links)).values()
  return codes.map((code) =>
    'cardId' in code ? (openedCards.next().value ?? []) : [shownRedeemCode(openedLinks.next().value ?? '')],
  )
}
