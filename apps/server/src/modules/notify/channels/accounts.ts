import { type EmailChannelConfig, emailChannelConfig, type SmsChannelConfig, smsChannelConfig } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { MailAccount } from './smtp.ts'

export type Channel = 'sms' | 'email'
export type ChannelRow = {
  readonly enabled: boolean
  readonly config: unknown
  readonly secret_sealed: Buffer | null
  readonly updated_at: Date
}
export type SmsAccount = SmsChannelConfig & { readonly secret: string }

/** The shop's SMS account, secret opened. Undefined: not set up or switched off. */
export async function smsAccount(
  platform: Pick<Platform, 'db' | 'crypto'>,
  tenantId: TenantId,
): Promise<SmsAccount | undefined> {
  const row = await platform.db.read(systemCtx(tenantId), (tx) => readChannel(tx, 'sms'))
  if (!row?.enabled) return undefined
  return { ...smsChannelConfig.parse(row.config), secret: await openSecret(platform, tenantId, 'sms', row) }
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

export async function readChannel(tx: ReadTx, channel: Channel): Promise<ChannelRow | undefined> {
  const { rows } = await sql<ChannelRow>`
    select enabled, config, secret_sealed, updated_at
    from notify.channels
    where tenant_id = ${tx.ctx.tenantId}
      and channel = ${channel}
  `.execute(tx.db)
  return rows[0]
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

/** Work that no person asked for. */
export function systemCtx(tenantId: TenantId): Ctx {
  return { tenantId, actor: { kind: 'system', name: 'notify' }, requestId: 'notify', locale: 'zh-CN' }
}
