import type { NumberPick } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import type { VaultDeps } from './deps.ts'
import { canonical, publicNumber } from './model.ts'
import { openCards } from './secrets.ts'

const CARDS_PER_CALL = 1_000

type Due = { readonly tenantId: TenantId; readonly skuId: number }
type Next = { readonly pick: NumberPick; readonly cards: readonly { readonly id: number; readonly sealed: string }[] }

/**
 * Makes what is public of codes that were there before their SKU let buyers choose, or showed something else of them.
 * @returns of how many
 */
export async function numberCards(deps: Pick<VaultDeps, 'db' | 'crypto'>): Promise<number> {
  let done = 0
  for (const due of await deps.db.callGlobal<readonly Due[]>('vault.numbers_due')) done += await numberSku(deps, due)
  return done
}

async function numberSku(deps: Pick<VaultDeps, 'db' | 'crypto'>, { tenantId, skuId }: Due): Promise<number> {
  for (let done = 0; ; ) {
    const { pick, cards } = await deps.db.call<Next>(tenantId, 'vault.cards_to_number', skuId, CARDS_PER_CALL)
    if (cards.length === 0) return done
    const sealed = cards.map(({ id, sealed: text }) => ({ id, sealed: Buffer.from(text, 'base64') }))
    const opened = await openCards(deps.crypto, tenantId, sealed)
    const numbers = cards.map(({ id }, at) => ({ id, number: publicNumber(canonical(opened[at] ?? []), pick) }))
    const changed = await deps.db.call<number>(tenantId, 'vault.set_numbers', skuId, pick, numbers)
    // Somebody changed it again; the next round begins anew.
    if (changed === 0) return done
    done += changed
  }
}
