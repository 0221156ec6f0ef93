import { type WholesaleKeySettings, wholesaleErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { isAllowedUrl } from '../../../platform/outbound/index.ts'
import { openMember } from '../../members/index.ts'
import { networkOf, newKey, newSecret, secretPlace } from '../model.ts'

const KEYS_MAX = 200

/**
 * Makes a key for the member with this phone: that member's purse pays, and owns what is bought.
 * @returns its secret, which is told this once
 * @throws wholesale.keys_max, member_closed, insecure_address, bad_network
 */
export async function createKey(
  platform: Platform,
  ctx: Ctx,
  { phone, ...given }: WholesaleKeySettings & { readonly phone: string },
): Promise<{ readonly id: number; readonly secret: string }> {
  refuseBad(platform, given)
  const memberId = await openMember(platform, ctx, phone)
  const secret = newSecret()
  const sealer = await platform.crypto.sealer(ctx.tenantId)
  const id = await platform.db.write(ctx, async (tx) => {
    await refuseTooMany(tx)
    const { rows } = await sql<{ id: number; isOpen: boolean }>`
      select nextval(pg_get_serial_sequence('wholesale.keys', 'id')) as id, status = 'active' as "isOpen"
      from members.members
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${memberId}::bigint
    `.execute(tx.db)
    const [row] = rows
    if (!row?.isOpen) throw wholesaleErrors.memberClosed()
    const key = newKey(ctx.tenantId)
    await sql`
      insert into wholesale.keys (
        tenant_id, id, key, name, member_id, secret_sealed, scopes, networks, per_minute, daily_cap_fen, opens, price_bp,
        callback_url, gives_back, note, created_by
      )
      overriding system value
      values (
        ${ctx.tenantId}::bigint, ${row.id}::bigint, ${key}, ${given.name}, ${memberId}::bigint,
        ${sealer.seal(secretPlace(row.id), secret)}, ${given.scopes}::text[], ${given.networks}::text[], ${given.perMinute},
        ${given.dailyCapFen}::bigint, ${given.opens}, ${given.priceBp}, ${given.callbackUrl}, ${given.givesBack}, ${given.note},
        ${ctx.actor.kind === 'staff' ? ctx.actor.name : ''}
      )
    `.execute(tx.db)
    tx.audit({
      action: 'wholesale.create',
      objectKind: 'wholesale_key',
      objectId: row.id,
      detail: { key, memberId, ...given },
    })
    return row.id
  })
  return { id, secret }
}

/** @throws wholesale.insecure_address, bad_network */
export function refuseBad(
  { config }: Pick<Platform, 'config'>,
  { callbackUrl, networks }: Pick<WholesaleKeySettings, 'callbackUrl' | 'networks'>,
): void {
  if (callbackUrl !== '' && !isAllowedUrl(callbackUrl, config.allowInsecureEndpoints)) {
    throw wholesaleErrors.insecureAddress()
  }
  const bad = networks.find((network) => networkOf(network) === undefined)
  if (bad !== undefined) throw wholesaleErrors.badNetwork({ network: bad })
}

async function refuseTooMany(tx: Tx): Promise<void> {
  // Two at once count one after the other.
  await sql`select pg_advisory_xact_lock(hashtextextended('wholesale.keys', ${tx.ctx.tenantId}::bigint))`.execute(tx.db)
  const { rows } = await sql<{ count: number }>`
    select count(*) as count
    from wholesale.keys
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and state <> 'revoked'
  `.execute(tx.db)
  if ((rows[0]?.count ?? 0) >= KEYS_MAX) throw wholesaleErrors.keysMax({ max: KEYS_MAX })
}
