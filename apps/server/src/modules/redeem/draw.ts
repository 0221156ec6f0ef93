import { canonicalRedeemCode, drawCode, parsePattern, REDEEM_PATTERN, type TenantId } from '@quanshu/kernel'
import type { Platform } from '../../platform/module.ts'
import { redeemCodeAt } from '../orders/index.ts'
import { secureDraw } from '../vault/index.ts'
import { HASH_PURPOSE } from './model.ts'

export type Drawn = { readonly id: number; readonly hash: Buffer; readonly sealed: Buffer }

/** New codes by the machine's secure chance: each as its keyed hash and its text sealed to its own row. Nothing is stored yet. */
export async function drawCodes(
  platform: Pick<Platform, 'db' | 'crypto'>,
  tenantId: TenantId,
  count: number,
): Promise<readonly Drawn[]> {
  const pattern = parsePattern(REDEEM_PATTERN)
  if ('problem' in pattern) throw new Error(`the pattern of redeem codes does not read: ${pattern.problem}`)
  const sealer = await platform.crypto.sealer(tenantId)
  const ids = await platform.db.callGlobal<readonly number[]>('redeem.reserve_code_ids', count)
  const draw = secureDraw()
  return ids.map((id) => {
    const code = canonicalRedeemCode(drawCode(pattern, draw))
    return { id, hash: sealer.fingerprint(HASH_PURPOSE, code), sealed: sealer.seal(redeemCodeAt(id), code) }
  })
}
