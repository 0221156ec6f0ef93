import { tabStorage } from './storage.ts'

/**
 * The channel through which this tab opened the mall: `?channel=<code>` in any link, kept while the tab lives; an empty one
 * leaves it. Whose stock is shown and sold depends on it, and the server decides whether there is such a channel.
 */
const KEY = 'channel'
const CODE = /^[a-z0-9](-?[a-z0-9]+){0,19}$/

const asked = new URLSearchParams(location.search).get('channel')
if (asked !== null) {
  if (CODE.test(asked)) tabStorage.write(KEY, asked)
  else tabStorage.remove(KEY)
}

export const currentChannel = (): string | undefined => tabStorage.read<string>(KEY)
export const leaveChannel = (): void => tabStorage.remove(KEY)

/** For the body or query of a call: nothing when the mall was opened as itself. */
export function ofChannel(): { readonly channel?: string } {
  const channel = currentChannel()
  return channel === undefined ? {} : { channel }
}
