import type { WholesaleKeySettings } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { refuseBad } from './create-key.ts'
import { lockKey } from './lock-key.ts'

/** Changes what a key may; its next call goes by it. @throws common.not_found, wholesale.wrong_key_state, insecure_address, bad_network */
export async function saveKey(
  platform: Pick<Platform, 'config'>,
  tx: Tx,
  id: number,
  given: WholesaleKeySettings,
): Promise<void> {
  refuseBad(platform, given)
  await lockKey(tx, id)
  await sql`
    update wholesale.keys
    set name = ${given.name},
        scopes = ${given.scopes}::text[],
        networks = ${given.networks}::text[],
        per_minute = ${given.perMinute},
        daily_cap_fen = ${given.dailyCapFen}::bigint,
        opens = ${given.opens},
        price_bp = ${given.priceBp},
        callback_url = ${given.callbackUrl},
        gives_back = ${given.givesBack},
        note = ${given.note}
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
  `.execute(tx.db)
  tx.audit({ action: 'wholesale.save', objectKind: 'wholesale_key', objectId: id, detail: { ...given } })
}
