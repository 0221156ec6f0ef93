import type { TenantId } from '@quanshu/kernel'
import type { Ctx } from '../../platform/db/index.ts'
import type { VaultDeps } from './deps.ts'
import { sealCards } from './filling.ts'
import { systemCtx } from './jobs.ts'
import { canonical } from './model.ts'
import { openCards } from './secrets.ts'

const FILL = 'vault.fill_loops'
/** Below this many free pieces a shelf is filled; a SKU sells some hundred a second at most. */
const LOW_PIECES = 1_000
const FILL_TO_PIECES = 2_000

/** A null warehouse is the total one. */
type Low = { readonly tenantId: TenantId; readonly skuId: number; readonly warehouseId: number | null }
type Next = { readonly codeId: number; readonly sealed: string; readonly from: number; readonly count: number }

/** Makes further uses of codes in a loop, before the shelf runs out of them. @returns how many */
export async function fillLoops(deps: Pick<VaultDeps, 'db' | 'crypto'>): Promise<number> {
  let made = 0
  for (const low of await deps.db.callGlobal<readonly Low[]>('vault.loops_to_fill', LOW_PIECES)) {
    made += await fillLoop(deps, systemCtx(low.tenantId, FILL), low)
  }
  return made
}

/** A card is sealed to its own row, so each use is opened once and sealed anew; what two make at once counts once. */
async function fillLoop(
  deps: Pick<VaultDeps, 'db' | 'crypto'>,
  ctx: Ctx,
  { skuId, warehouseId }: Low,
): Promise<number> {
  const { tenantId } = ctx
  const next = await deps.db.call<readonly Next[]>(tenantId, 'vault.next_uses', skuId, FILL_TO_PIECES, warehouseId)
  if (next.length === 0) return 0
  const codes = next.map(({ codeId, sealed }) => ({ id: codeId, sealed: Buffer.from(sealed, 'base64') }))
  const opened = await openCards(deps.crypto, tenantId, codes)
  const plain = next.flatMap(({ count }, at) => Array.from({ length: count }, () => canonical(opened[at] ?? [])))
  const { ids, sealed } = await sealCards(deps, await deps.crypto.sealer(tenantId), plain)
  let done = 0
  const uses = next.map(({ codeId, from, count }) => {
    const at = done
    done += count
    return { codeId, from, ids: ids.slice(at, done), sealed: sealed.slice(at, done) }
  })
  return deps.db.call<number>(tenantId, 'vault.add_uses', skuId, uses, warehouseId)
}
