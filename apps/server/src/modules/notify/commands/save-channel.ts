import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import {
  type EmailChannelConfig,
  notifyErrors,
  type Robot,
  type RobotChannelConfig,
  type SmsChannelConfig,
  type TencentSmsConfig,
  type WecomAppConfig,
} from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { isAllowedUrl, isPublicAddress } from '../../../platform/outbound/index.ts'
import { type Channel, openRobot, type RobotAccount, readChannel, secretPlace } from '../channels/accounts.ts'

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
  refuseInsecure(platform, settings.config.endpoint)
  await save(platform, ctx, 'sms', 'aliyun', settings, true)
}

/** @throws notifyErrors.insecureAddress, secretMissing */
export async function saveTencentChannel(
  platform: House,
  ctx: Ctx,
  settings: ChannelSettings<TencentSmsConfig>,
): Promise<void> {
  refuseInsecure(platform, settings.config.endpoint)
  await save(platform, ctx, 'sms_tencent', 'tencent', settings, true)
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
  await save(platform, ctx, 'email', 'smtp', settings, settings.config.user !== '', 'host')
}

/** @throws notifyErrors.insecureAddress, secretMissing */
export async function saveWecomApp(
  platform: House,
  ctx: Ctx,
  settings: ChannelSettings<WecomAppConfig>,
): Promise<void> {
  const { baseUrl, authorizeUrl, loginUrl } = settings.config
  for (const url of [baseUrl, authorizeUrl, loginUrl]) refuseInsecure(platform, url)
  await save(platform, ctx, 'wecom_app', 'wecom', settings, true, 'baseUrl')
}

const HINT_TAIL = 4

/**
 * A robot's address says who may speak in the group, so all of it is sealed; only what is needed to recognise it is shown.
 * @throws notifyErrors.insecureAddress, secretMissing
 */
export async function saveRobotChannel(
  platform: House,
  ctx: Ctx,
  robot: Robot,
  input: { readonly enabled: boolean; readonly url: string; readonly secret: string },
): Promise<void> {
  const row = await platform.db.read(ctx, (tx) => readChannel(tx, robot))
  const before = row ? await openRobot(platform, ctx.tenantId, robot, row) : { url: '', signSecret: '' }
  // A new address is another robot: the old one's secret does not sign for it.
  const signSecret = input.secret !== '' ? input.secret : input.url === '' ? before.signSecret : ''
  const account: RobotAccount = { url: input.url || before.url, signSecret }
  if (account.url === '') throw notifyErrors.secretMissing()
  refuseInsecure(platform, account.url)
  const config: RobotChannelConfig = {
    hint: `${new URL(account.url).origin}/…${account.url.slice(-HINT_TAIL)}`,
    isSigned: signSecret !== '',
  }
  const isNew = input.url !== '' || input.secret !== ''
  const secret = isNew ? JSON.stringify(account) : ''
  await save(platform, ctx, robot, robot, { enabled: input.enabled, config, secret }, true)
}

function refuseInsecure({ config }: House, url: string): void {
  if (!isAllowedUrl(url, config.allowInsecureEndpoints)) throw notifyErrors.insecureAddress()
}

/**
 * @param saidTo the address that the secret itself is sent to: another one never gets the secret that is stored, else whoever
 * may save but not read it would have it sent to himself. Absent: the secret signs, and stays here.
 */
async function save(
  platform: House,
  ctx: Ctx,
  channel: Channel,
  provider: string,
  { enabled, config, secret }: ChannelSettings<object>,
  needsSecret: boolean,
  saidTo?: string,
): Promise<void> {
  const sealed = secret === '' ? null : await platform.crypto.encrypt(ctx.tenantId, secretPlace(channel), secret)
  await platform.db.write(ctx, async (tx) => {
    const before = await readChannel(tx, channel)
    const { rows } = await sql<{ readonly hasSecret: boolean }>`
      insert into notify.channels as c (
        tenant_id, channel, provider, enabled, config, secret_sealed, receipt_token, updated_at
      )
      values (
        ${ctx.tenantId}, ${channel}, ${provider}, ${enabled}, ${JSON.stringify(config)}::jsonb, ${sealed},
        ${randomBytes(24).toString('base64url')}, now()
      )
      on conflict (tenant_id, channel) do update
      set provider = excluded.provider,
          enabled = excluded.enabled,
          config = excluded.config,
          secret_sealed = coalesce(
            excluded.secret_sealed,
            case when c.config -> ${saidTo ?? null}::text is not distinct from excluded.config -> ${saidTo ?? null}::text then c.secret_sealed end
          ),
          receipt_token = coalesce(c.receipt_token, excluded.receipt_token),
          -- It was of the account that stood here.
          token_sealed = null,
          token_until = null,
          updated_at = now()
      returning secret_sealed is not null as "hasSecret"
    `.execute(tx.db)
    if (enabled && needsSecret && !rows[0]?.hasSecret) throw notifyErrors.secretMissing()
    tx.audit({
      action: 'channel.save',
      objectKind: 'channel',
      objectId: channel,
      detail: { enabled, before: before?.config ?? null, after: config, secretChanged: sealed !== null },
    })
  })
}
