import { type WholesaleKeyState, wholesaleErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { keyStates } from '../model.ts'
import { lockKey } from './lock-key.ts'

const ACTIONS = { on: 'wholesale.resume', paused: 'wholesale.pause', revoked: 'wholesale.revoke' } as const

/** What was ordered stays ordered. @throws common.not_found, wholesale.wrong_key_state */
export async function setKeyState(tx: Tx, id: number, to: WholesaleKeyState, reason: string): Promise<void> {
  const { state } = await lockKey(tx, id)
  if (!keyStates.may(state, to)) throw wholesaleErrors.wrongKeyState({ state })
  await sql`
    update wholesale.keys
    set state = ${to}
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
  `.execute(tx.db)
  tx.audit({ action: ACTIONS[to], objectKind: 'wholesale_key', objectId: id, detail: { reason } })
}
