import { type MessageEventKey, messageEvent } from '@quanshu/contract'
import type { ShopPlace } from './queries/shop-place.ts'
import { linkOf } from './words.ts'

/** What fills a message's variables when it is sent: what was kept with it, and the link as the shop is reached today. */
export function messageValues(
  key: MessageEventKey,
  params: Readonly<Record<string, string>>,
  place: ShopPlace,
): Record<string, string> {
  const event = messageEvent(key)
  const base = event.audience === 'staff' ? place.console : place.mall
  return { ...params, link: base + linkOf(event, params) }
}
