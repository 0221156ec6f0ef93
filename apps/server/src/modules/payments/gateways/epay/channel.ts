import type { GatewayAccount, Scene } from '../../gateway.ts'

/** What a payment goes through at the operator. `any`: the person chooses on the operator's page. */
export const CHANNELS = ['alipay', 'wxpay', 'qqpay', 'any'] as const
export type Channel = (typeof CHANNELS)[number]

export function channelOf(account: GatewayAccount): Channel {
  return CHANNELS.find((channel) => channel === account.settings.channel) ?? 'alipay'
}

/** Whether a payment by `type` may be one of this account's. */
export function isOwnType(account: GatewayAccount, type: string | undefined): boolean {
  const channel = channelOf(account)
  return channel === 'any' || type === channel
}

/** What the protocol calls the place where the person pays. */
export function deviceOf(scene: Scene, channel: Channel): string {
  if (scene === 'h5') return 'mobile'
  if (scene !== 'in_app') return 'pc'
  return { alipay: 'alipay', wxpay: 'wechat', qqpay: 'qq', any: 'mobile' }[channel]
}
