import { commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { newSecret, previousPlace, secretPlace } from '../model.ts'
import { openKey } from '../queries/open-key.ts'
import { lockKey } from './lock-key.ts'

/**
 * A new secret, told this once. The one before is good beside it for so many hours, so that the other shop can change without a
 * pause; with 0 it ends at once.
 * @throws common.not_found, wholesale.wrong_key_state
 */
export async function rotateSecret(platform: Platform, ctx: Ctx, id: number, bothHours: number): Promise<string> {
  // Opened here, so that its data key is at hand in the transaction.
  if (!(await openKey(platform, ctx.tenantId, { id }))) throw commonErrors.notFound()
  const secret = newSecret()
  const sealer = await platform.crypto.sealer(ctx.tenantId)
  await platform.db.write(ctx, async (tx) => {
    // Of two at once the later one replaces what the earlier was told, not what there was before both.
    const { sealed } = await lockKey(tx, id)
    const previous = bothHours > 0 ? sealer.seal(previousPlace(id), sealer.open(secretPlace(id), sealed)) : null
    await sql`
      update wholesale.keys
      set secret_sealed = ${sealer.seal(secretPlace(id), secret)},
          previous_sealed = ${previous},
          previous_until = case when ${bothHours}::integer > 0 then now() + ${bothHours}::integer * interval '1 hour' end
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${id}::bigint
    `.execute(tx.db)
    tx.audit({ action: 'wholesale.rotate', objectKind: 'wholesale_key', objectId: id, detail: { bothHours } })
  })
  return secret
}
