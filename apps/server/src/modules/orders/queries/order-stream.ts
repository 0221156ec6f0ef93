import { setImmediate as nextTurn } from 'node:timers/promises'
import type { OrderView } from '@quanshu/contract'
import type { EventStream } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { SealedView } from './sealed-views.ts'

/**
 * A page that waits: the order at once, and again whenever it has changed. It listens before it reads, so nothing is
 * missed in between and nothing is read twice; and all the news that come together (paid and delivered, usually) are one
 * reading, because each costs as much as a page. News that bring the order along need none, unless other news came with
 * them or what is shown is newer: they may have been overtaken.
 * @param topic where news of the order are published, with a `SealedView` of it or without
 * @param read the order as this visitor may see it, from the database or out of what was told; its refusal is the answer
 */
export async function streamOrder(
  { hub, log }: Pick<Platform, 'hub' | 'log'>,
  topic: string,
  read: (told?: SealedView) => Promise<OrderView>,
  open: () => EventStream<OrderView>,
): Promise<EventStream<OrderView>> {
  let stream: EventStream<OrderView> | undefined
  let shown = ''
  let shownAt = ''
  let hasNews = false
  let told: SealedView | undefined
  let isTelling = false

  const show = (view: OrderView): void => {
    // The clock moves always; that is no news.
    const text = JSON.stringify({ ...view, now: null })
    if (text !== shown) stream?.send(view, { event: 'order' })
    shown = text
    shownAt = view.now
  }
  const tell = async (): Promise<void> => {
    try {
      while (hasNews && stream && !stream.closed) {
        // The rest of what is being published now is heard before the order is read.
        await nextTurn()
        hasNews = false
        const isLatest = told !== undefined && told.now > shownAt
        show(await read(isLatest ? told : undefined))
      }
    } finally {
      // In the turn in which the last news was found to be told: later ones begin anew.
      isTelling = false
    }
  }
  const wake = (state?: unknown): void => {
    told = hasNews ? undefined : (state as SealedView | undefined)
    hasNews = true
    if (isTelling || !stream) return
    isTelling = true
    tell().catch((error) => {
      log.warn({ err: error, topic }, 'an order’s page could not be told; it will reconnect')
      stream?.close()
    })
  }

  const stop = hub.subscribe(topic, wake)
  try {
    const first = await read()
    stream = open()
    stream.onClose(stop)
    show(first)
    if (hasNews) wake()
    return stream
  } catch (error) {
    stop()
    throw error
  }
}
