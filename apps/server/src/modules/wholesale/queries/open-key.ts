import type { WholesaleKeyState, WholesaleScope } from '@quanshu/contract'
import type { MemberId, TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Platform } from '../../../platform/module.ts'
import { previousPlace, secretPlace, systemCtx } from '../model.ts'

/** A key as it stands, its secrets opened. */
export type OpenKey = {
  readonly id: number
  readonly tenantId: TenantId
  readonly key: string
  readonly name: string
  readonly state: WholesaleKeyState
  readonly memberId: MemberId
  readonly isMemberOpen: boolean
  readonly scopes: readonly WholesaleScope[]
  readonly networks: readonly string[]
  readonly perMinute: number
  readonly callbackUrl: string
  /** The one that is replaced is good beside the new one for a while. */
  readonly secrets: readonly string[]
}
type Row = Omit<OpenKey, 'tenantId' | 'secrets'> & { readonly sealed: Buffer; readonly previous: Buffer | null }

/** Read at every call, so that what is revoked or narrowed counts at once. */
export async function openKey(
  platform: Pick<Platform, 'db' | 'crypto'>,
  tenantId: TenantId,
  by: { readonly key: string } | { readonly id: number },
): Promise<OpenKey | undefined> {
  const row = await platform.db.read(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<Row>`
      select k.id, k.key, k.name, k.state, k.member_id as "memberId", m.status = 'active' as "isMemberOpen", k.scopes, k.networks,
        k.per_minute as "perMinute", k.callback_url as "callbackUrl", k.secret_sealed as sealed,
        case when k.previous_until > now() then k.previous_sealed end as previous
      from wholesale.keys k
      join members.members m on m.tenant_id = k.tenant_id and m.id = k.member_id
      where k.tenant_id = ${tenantId}::bigint
        and ${'key' in by ? sql`k.key = ${by.key}` : sql`k.id = ${by.id}::bigint`}
    `.execute(tx.db)
    return rows[0]
  })
  if (!row) return undefined
  const { sealed, previous, ...rest } = row
  const secrets = [await platform.crypto.decrypt(tenantId, secretPlace(row.id), sealed)]
  if (previous) secrets.push(await platform.crypto.decrypt(tenantId, previousPlace(row.id), previous))
  return { ...rest, tenantId, secrets }
}
