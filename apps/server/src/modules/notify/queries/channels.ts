import { emailChannelConfig, type notifyRoutes, smsChannelConfig } from '@quanshu/contract'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { type ChannelRow, readChannel } from '../channels/accounts.ts'

type Channels = z.output<typeof notifyRoutes.getChannels.response>

/** How this shop sends, without any secret. */
export async function readChannels(tx: ReadTx): Promise<Channels> {
  const [sms, email] = [await readChannel(tx, 'sms'), await readChannel(tx, 'email')]
  return {
    sms: { channel: 'sms', config: sms ? smsChannelConfig.parse(sms.config) : null, ...shared(sms) },
    email: { channel: 'email', config: email ? emailChannelConfig.parse(email.config) : null, ...shared(email) },
  }
}

const shared = (row: ChannelRow | undefined) => ({
  enabled: row?.enabled ?? false,
  hasSecret: Boolean(row?.secret_sealed),
  updatedAt: row?.updated_at.toISOString() ?? null,
})
