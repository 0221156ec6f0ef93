import { isIP } from 'node:net'
import { type EmailChannelConfig, notifyErrors, type SmsChannelConfig } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { isAllowedUrl, isPublicAddress } from '../../../platform/outbound/index.ts'
import { type Channel, readChannel, secretPlace } from '../channels/accounts.ts'

export type ChannelSettings<Config> = {
  readonly enabled: boolean
  readonly config: Config
  /** Empty keeps the stored one. */
  readonly secret: string
}
type House = Pick<Platform, 'db' | 'crypto' | 'config'>

/** @throws notifyErrors.insecureAddress, secretMissing */
export async function saveSmsChannel(
  platform: House,
  ctx: Ctx,
  settings: ChannelSettings<SmsChannelConfig>,
): Promise<void> {
  if (!isAllowedUrl(settings.config.endpoint, platform.config.allowInsecureEndpoints)) {
    throw notifyErrors.insecureAddress()
  }
  await save(platform, ctx, 'sms', 'aliyun', settings, true)
}

/** @throws notifyErrors.insecureAddress, secretMissing */
export async function saveEmailChannel(
  platform: House,
  ctx: Ctx,
  settings: ChannelSettings<EmailChannelConfig>,
): Promise<void> {
  const { host } = settings.config
  const isPrivate = isIP(host) !== 0 && !isPublicAddress(host)
  if (isPrivate && !platform.config.allowInsecureEndpoints) throw notifyErrors.insecureAddress()
  await save(platform, ctx, 'email', 'smtp', settings, settings.config.user !== '')
}

async function save(
  platform: House,
  ctx: Ctx,
  channel: Channel,
  provider: string,
  { enabled, config, secret }: ChannelSettings<object>,
  needsSecret: boolean,
): Promise<void> {
  const sealed = secret === '' ? null : await platform.crypto.encrypt(ctx.tenantId, secretPlace(channel), secret)
  await platform.db.write(ctx, async (tx) => {
    const before = await readChannel(tx, channel)
    if (enabled && needsSecret && sealed === null && !before?.secret_sealed) throw notifyErrors.secretMissing()
    await sql`
      insert into notify.channels as c (tenant_id, channel, provider, enabled, config, secret_sealed, updated_at)
      values (${ctx.tenantId}, ${channel}, ${provider}, ${enabled}, ${JSON.stringify(config)}::jsonb, ${sealed}, now())
      on conflict (tenant_id, channel) do update
      set provider = excluded.provider,
          enabled = excluded.enabled,
          config = excluded.config,
          secret_sealed = coalesce(excluded.secret_sealed, c.secret_sealed),
          updated_at = now()
    `.execute(tx.db)
    tx.audit({
      action: 'channel.save',
      objectKind: 'channel',
      objectId: channel,
      detail: { enabled, before: before?.config ?? null, after: config, secretChanged: sealed !== null },
    })
  })
}
