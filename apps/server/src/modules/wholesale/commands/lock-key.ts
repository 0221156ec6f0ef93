import { commonErrors, type WholesaleKeyState, wholesaleErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

/**
 * The key's row is this transaction's. Orders under it wait, and afterwards go by what it says then.
 * @throws common.not_found; wholesale.wrong_key_state for one that was revoked
 */
export async function lockKey(
  tx: Tx,
  id: number,
): Promise<{ readonly state: WholesaleKeyState; readonly sealed: Buffer }> {
  const { rows } = await sql<{ state: WholesaleKeyState; sealed: Buffer }>`
    select state, secret_sealed as sealed
    from wholesale.keys
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
    for no key update
  `.execute(tx.db)
  const [key] = rows
  if (!key) throw commonErrors.notFound()
  if (key.state === 'revoked') throw wholesaleErrors.wrongKeyState({ state: key.state })
  return key
}
