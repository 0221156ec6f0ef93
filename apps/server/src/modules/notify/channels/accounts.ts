import {
  type EmailChannelConfig,
  emailChannelConfig,
  type Robot,
  type SmsChannelConfig,
  smsChannelConfig,
  type TencentSmsConfig,
  tencentSmsConfig,
  type WecomAppConfig,
  wecomAppConfig,
} from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { getSettings } from '../../tenancy/index.ts'
import type { MailAccount } from './smtp.ts'

export type Channel = 'sms' | 'sms_tencent' | 'email' | 'wecom_app' | Robot
export type SmsProvider = 'aliyun' | 'tencent'
export const channelOfProvider = { aliyun: 'sms', tencent: 'sms_tencent' } as const

export type ChannelRow = {
  readonly enabled: boolean
  readonly config: unknown
  readonly secret_sealed: Buffer | null
  readonly receipt_token: string | null
  /** Of an app: good for now, if there is one. */
  readonly token_sealed: Buffer | null
  readonly updated_at: Date
}
export type AliyunAccount = SmsChannelConfig & { readonly secret: string }
export type TencentAccount = TencentSmsConfig & { readonly secret: string }
export type SmsAccount =
  | { readonly provider: 'aliyun'; readonly account: AliyunAccount }
  | { readonly provider: 'tencent'; readonly account: TencentAccount }
export type WecomAccount = WecomAppConfig & {
  readonly secret: string
  /** Got by an earlier call, of this process or another; undefined: there is none, or it is about to end. */
  readonly token: string | undefined
  readonly savedAt: Date
}
/** What the shop keeps secret of a robot: its whole address, and with what it signs. */
export type RobotAccount = { readonly url: string; readonly signSecret: string }
type House = Pick<Platform, 'db' | 'crypto'>

/** The shop's accounts for text messages, secrets opened, in the order in which they are tried. Those that are off are missing. */
export async function smsAccounts(platform: House, tenantId: TenantId): Promise<readonly SmsAccount[]> {
  const { 'notify.smsFirst': first } = await getSettings(platform, tenantId)
  const order: readonly SmsProvider[] = first === 'aliyun' ? ['aliyun', 'tencent'] : ['tencent', 'aliyun']
  const found = await Promise.all(order.map((provider) => smsAccount(platform, tenantId, provider)))
  return found.flatMap((one) => (one ? [one] : []))
}

/** One account for text messages. Undefined: not set up or switched off. */
export async function smsAccount(
  platform: House,
  tenantId: TenantId,
  provider: SmsProvider,
): Promise<SmsAccount | undefined> {
  const channel = channelOfProvider[provider]
  const row = await platform.db.read(systemCtx(tenantId), (tx) => readChannel(tx, channel))
  if (!row?.enabled) return undefined
  const secret = await openSecret(platform, tenantId, channel, row)
  return provider === 'aliyun'
    ? { provider, account: { ...smsChannelConfig.parse(row.config), secret } }
    : { provider, account: { ...tencentSmsConfig.parse(row.config), secret } }
}

/** The shop's own mail server, else the installation's. Undefined: there is none. */
export async function mailAccount(
  platform: Pick<Platform, 'db' | 'crypto' | 'config'>,
  tenantId: TenantId,
): Promise<MailAccount | undefined> {
  const row = await platform.db.read(systemCtx(tenantId), (tx) => readChannel(tx, 'email'))
  if (row?.enabled) {
    const config: EmailChannelConfig = emailChannelConfig.parse(row.config)
    return { ...config, secret: await openSecret(platform, tenantId, 'email', row) }
  }
  const { smtpUrl, mailFrom } = platform.config
  return smtpUrl === undefined ? undefined : { url: smtpUrl, from: mailFrom }
}

/** The WeCom app that writes to members. Undefined: not set up or switched off. */
export async function wecomAccount(platform: House, tenantId: TenantId): Promise<WecomAccount | undefined> {
  const row = await platform.db.read(systemCtx(tenantId), (tx) => readChannel(tx, 'wecom_app'))
  if (!row?.enabled) return undefined
  return {
    ...wecomAppConfig.parse(row.config),
    secret: await openSecret(platform, tenantId, 'wecom_app', row),
    token: row.token_sealed
      ? await platform.crypto.decrypt(tenantId, tokenPlace('wecom_app'), row.token_sealed)
      : undefined,
    savedAt: row.updated_at,
  }
}

/** A group's robot. Undefined: not set up or switched off. */
export async function robotAccount(
  platform: House,
  tenantId: TenantId,
  robot: Robot,
): Promise<RobotAccount | undefined> {
  const row = await platform.db.read(systemCtx(tenantId), (tx) => readChannel(tx, robot))
  return row?.enabled ? await openRobot(platform, tenantId, robot, row) : undefined
}

export async function openRobot(
  platform: House,
  tenantId: TenantId,
  robot: Robot,
  row: ChannelRow,
): Promise<RobotAccount> {
  const secret = await openSecret(platform, tenantId, robot, row)
  return secret === '' ? { url: '', signSecret: '' } : (JSON.parse(secret) as RobotAccount)
}

export async function readChannel(tx: ReadTx, channel: Channel): Promise<ChannelRow | undefined> {
  const { rows } = await sql<ChannelRow>`
    select enabled, config, secret_sealed, receipt_token, updated_at,
      case when token_until > now() then token_sealed end as token_sealed
    from notify.channels
    where tenant_id = ${tx.ctx.tenantId}
      and channel = ${channel}
  `.execute(tx.db)
  return rows[0]
}

/** Channels that are switched on. */
export async function liveChannels(tx: ReadTx): Promise<ReadonlySet<Channel>> {
  const { rows } = await sql<{ readonly channel: Channel }>`
    select channel
    from notify.channels
    where tenant_id = ${tx.ctx.tenantId}
      and enabled
  `.execute(tx.db)
  return new Set(rows.map(({ channel }) => channel))
}

async function openSecret(
  platform: Pick<Platform, 'crypto'>,
  tenantId: TenantId,
  channel: Channel,
  row: ChannelRow,
): Promise<string> {
  return row.secret_sealed ? await platform.crypto.decrypt(tenantId, secretPlace(channel), row.secret_sealed) : ''
}

export const secretPlace = (channel: Channel) => ({ table: 'notify.channels', column: 'secret', row: channel })
export const tokenPlace = (channel: Channel) => ({ table: 'notify.channels', column: 'token', row: channel })

/** Work that no person asked for. */
export function systemCtx(tenantId: TenantId): Ctx {
  return { tenantId, actor: { kind: 'system', name: 'notify' }, requestId: 'notify', locale: 'zh-CN' }
}
