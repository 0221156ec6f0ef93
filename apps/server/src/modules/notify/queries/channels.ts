import {
  emailChannelConfig,
  type notifyRoutes,
  ROBOTS,
  robotChannelConfig,
  smsChannelConfig,
  tencentSmsConfig,
  wecomAppConfig,
} from '@quanshu/contract'
import type { z } from 'zod'
import type { Config } from '../../../platform/config/index.ts'
import type { ReadTx } from '../../../platform/db/index.ts'
import { type ChannelRow, readChannel } from '../channels/accounts.ts'
import { shopPlace } from './shop-place.ts'
import { countWecomPeople } from './wecom-people.ts'

type Channels = z.output<typeof notifyRoutes.getChannels.response>

/** How this shop sends, without any secret but the address for receipts, which staff must copy to the provider. */
export async function readChannels(tx: ReadTx, config: Pick<Config, 'publicUrl'>): Promise<Channels> {
  const { mall } = await shopPlace(tx, config)
  const receiptUrl = (row: ChannelRow | undefined, provider: string) =>
    row?.receipt_token ? `${mall}/api/notify/receipts/${provider}/${row.receipt_token}` : null
  const [sms, tencent, email, wecomApp] = [
    await readChannel(tx, 'sms'),
    await readChannel(tx, 'sms_tencent'),
    await readChannel(tx, 'email'),
    await readChannel(tx, 'wecom_app'),
  ]
  const robots: Channels['robots'] = []
  for (const robot of ROBOTS) {
    const row = await readChannel(tx, robot)
    robots.push({ channel: robot, config: row ? robotChannelConfig.parse(row.config) : null, ...shared(row) })
  }
  return {
    sms: {
      channel: 'sms',
      config: sms ? smsChannelConfig.parse(sms.config) : null,
      receiptUrl: receiptUrl(sms, 'aliyun'),
      ...shared(sms),
    },
    smsTencent: {
      channel: 'sms_tencent',
      config: tencent ? tencentSmsConfig.parse(tencent.config) : null,
      receiptUrl: receiptUrl(tencent, 'tencent'),
      ...shared(tencent),
    },
    email: { channel: 'email', config: email ? emailChannelConfig.parse(email.config) : null, ...shared(email) },
    wecomApp: {
      channel: 'wecom_app',
      config: wecomApp ? wecomAppConfig.parse(wecomApp.config) : null,
      joined: await countWecomPeople(tx),
      domain: new URL(mall).host,
      ...shared(wecomApp),
    },
    robots,
  }
}

const shared = (row: ChannelRow | undefined) => ({
  enabled: row?.enabled ?? false,
  hasSecret: Boolean(row?.secret_sealed),
  updatedAt: row?.updated_at.toISOString() ?? null,
})
