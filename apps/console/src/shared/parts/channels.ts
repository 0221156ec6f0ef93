import { useRead } from '../api/hooks.ts'
import { defineMessages, useText } from '../i18n/index.ts'
import { useMay } from '../session.tsx'
import type { Option } from '../templates/filters.tsx'

const text = defineMessages('channels', {
  mall: ['商城', 'Mall'],
  wholesale: ['供货接口', 'Wholesale'],
  bulk: ['批量订单', 'Bulk order'],
  redeem: ['兑换', 'Redeemed'],
})

/** What people call where an order came from; a channel that may not be read keeps its own word. */
export function useChannelName(): (channel: string) => string {
  const t = useText(text)
  const channels = useChannels()
  return (channel) => {
    const known = channels.find((one) => one.channel === channel)
    if (known) return known.name
    return channel in text.keys ? t(channel as keyof typeof text.keys) : channel
  }
}

/** Where orders come from, as the options of a filter. */
export function useChannelOptions(): readonly Option[] {
  const name = useChannelName()
  const channels = [...Object.keys(text.keys), ...useChannels().map(({ channel }) => channel)]
  return channels.map((channel) => ({ value: channel, label: name(channel) }))
}

function useChannels() {
  const enabled = useMay()('stock.read')
  return useRead('stock.listWarehouses', {}, { staleMs: 300_000, enabled }).data?.items ?? []
}
