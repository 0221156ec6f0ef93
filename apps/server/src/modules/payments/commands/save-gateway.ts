import { paymentErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { isAllowedUrl } from '../../../platform/outbound/index.ts'
import { type Accounts, gatewayNamed, readGateway, secretPlace } from '../accounts.ts'

export type GatewaySettings = {
  readonly enabled: boolean
  readonly baseUrl: string
  readonly merchantId: string
  /** Empty keeps the stored one. */
  readonly secret: string
}

/**
 * Stores a shop's account at a gateway, the secret sealed. Takes effect here at once, in other processes within five seconds.
 * @throws paymentErrors.gatewayUnknown, insecureAddress, secretMissing
 */
export async function saveGateway(
  platform: Pick<Platform, 'db' | 'crypto' | 'config'>,
  accounts: Accounts | undefined,
  ctx: Ctx,
  gateway: string,
  settings: GatewaySettings,
): Promise<void> {
  gatewayNamed(gateway)
  const { enabled, baseUrl, merchantId, secret } = settings
  if (!isAllowedUrl(baseUrl, platform.config.allowInsecureEndpoints)) throw paymentErrors.insecureAddress()
  const sealed = secret === '' ? null : await platform.crypto.encrypt(ctx.tenantId, secretPlace(gateway), secret)
  await platform.db.write(ctx, async (tx) => {
    const before = await readGateway(tx, gateway)
    if (enabled && sealed === null && !before?.secret_sealed) throw paymentErrors.secretMissing()
    await sql`
      insert into payments.gateways as g (tenant_id, gateway, enabled, base_url, merchant_id, secret_sealed, updated_at)
      values (${ctx.tenantId}, ${gateway}, ${enabled}, ${baseUrl}, ${merchantId}, ${sealed}, now())
      on conflict (tenant_id, gateway) do update
      set enabled = excluded.enabled,
          base_url = excluded.base_url,
          merchant_id = excluded.merchant_id,
          secret_sealed = coalesce(excluded.secret_sealed, g.secret_sealed),
          updated_at = now()
    `.execute(tx.db)
    tx.audit({
      action: 'gateway.save',
      objectKind: 'gateway',
      objectId: gateway,
      detail: {
        enabled: [before?.enabled ?? false, enabled],
        baseUrl: [before?.base_url ?? '', baseUrl],
        merchantId: [before?.merchant_id ?? '', merchantId],
        secretChanged: sealed !== null,
      },
    })
  })
  accounts?.forget(ctx.tenantId, gateway)
}
