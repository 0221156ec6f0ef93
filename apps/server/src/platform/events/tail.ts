import type { TenantId } from '@quanshu/kernel'
import type { Platform } from '../module.ts'
import type { EventHub } from './hub.ts'

/** What waiting pages hear: that something happened, not what; they read the state themselves, unless it is told along. */
export type EventNews = {
  readonly tenantId: TenantId
  readonly subject: string
  /** The transaction that made it so. */
  readonly xid: string
}

/** The topic for news about one subject of one tenant, e.g. `order:2611…`. */
export const topicOf = (tenantId: TenantId, subject: string): string => `event:${tenantId}:${subject}`

/**
 * Tells the waiting pages of this process, after the commit. Whoever has just committed may tell them at once, instead of leaving it
 * to `followEvents`, which then keeps silent about what was told.
 * @param state of the subject after that transaction, where it is at hand
 */
export function tellNews(hub: EventHub, { tenantId, subject, xid }: EventNews, state?: unknown): void {
  hub.publishOnce(topicOf(tenantId, subject), xid, state)
}

/**
 * Under a steady flow one look serves many commits. Payments that this process settles are told by `tellNews`, so this is for
 * those of other processes, and for what workers do.
 */
const GATHER_MS = 25
/** A look that failed is made again: its notice is used up, and a page may wait for nothing else. */
const AGAIN_MS = 500

type Tail = { readonly events: readonly EventNews[]; readonly seen: string }

/**
 * Publishes every event of the log, whichever process wrote it, on this process's hub, a few milliseconds after its
 * commit. It reads what became visible since its last look, so unlike a subscriber it does not wait for older
 * transactions; in return it is a hint only, not in order and never replayed.
 */
export async function followEvents(
  { db, log }: Platform,
  hub: EventHub,
): Promise<{ readonly stop: () => Promise<void> }> {
  let seen: string | null = null
  let running: Promise<void> | undefined
  let isAskedAgain = false
  let again: NodeJS.Timeout | undefined
  let stopped = false

  async function look(): Promise<void> {
    do {
      if (isAskedAgain) await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
      isAskedAgain = false
      // Nobody waits here: the next look starts with the last thousand events, which overlaps rather than misses.
      if (!hub.hasTopics('event:')) {
        seen = null
        return
      }
      const tail: Tail = await db.callGlobal<Tail>('events.tail', seen)
      seen = tail.seen
      for (const news of tail.events) tellNews(hub, news)
    } while (isAskedAgain)
  }

  function wake(): void {
    if (running) {
      isAskedAgain = true
      return
    }
    clearTimeout(again)
    running = look()
      .catch((error) => {
        log.warn({ err: error }, 'news could not be read; again in a moment')
        if (!stopped) again = setTimeout(wake, AGAIN_MS)
      })
      .finally(() => {
        running = undefined
      })
  }

  const stopListening = await db.listen('quanshu_events', wake)
  return {
    stop: async () => {
      stopped = true
      clearTimeout(again)
      await stopListening()
      await running
    },
  }
}
