import type { OrderView } from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import { createEventHub } from '../../platform/events/index.ts'
import type { EventStream } from '../../platform/http/index.ts'
import { silentLog } from '../../platform/log/index.ts'
import { streamOrder } from './queries/order-stream.ts'
import type { SealedView } from './queries/sealed-views.ts'

const TOPIC = 'event:1:order:7'

/** One order whose state the test changes, and one page that reads it. */
function page() {
  const hub = createEventHub((error) => {
    throw error
  })
  const order = { state: 'pending', reads: 0 }
  const sent: string[] = []
  const closers: (() => void)[] = []
  const stream = {
    send: (view: OrderView) => void sent.push(view.state),
    onClose: (fn: () => void) => void closers.push(fn),
    closed: false,
    close: () => undefined,
  } as unknown as EventStream<OrderView>
  const read = async (told?: SealedView) => {
    if (told) return told as unknown as OrderView
    order.reads += 1
    const view = { state: order.state, now: String(order.reads) } as unknown as OrderView
    await new Promise((resolve) => setImmediate(resolve))
    return view
  }
  const open = () => streamOrder({ hub, log: silentLog }, TOPIC, read, () => stream)
  return { hub, order, sent, closers, open }
}

describe('a waiting page', () => {
  test('reads the order once when it opens, and once for all the news that come together', async () => {
    const { hub, order, sent, open } = page()
    await open()
    expect([order.reads, sent]).toEqual([1, ['pending']])
    order.state = 'delivered'
    hub.publish(TOPIC, { type: 'payment.received' })
    hub.publish(TOPIC, { type: 'order.delivered' })
    await expect.poll(() => sent).toEqual(['pending', 'delivered'])
    expect(order.reads).toBe(2)
  })

  test('hears what happens while it reads', async () => {
    const { hub, order, sent, open } = page()
    const opening = open()
    order.state = 'delivered'
    hub.publish(TOPIC, {})
    await opening
    await expect.poll(() => sent.at(-1)).toBe('delivered')
  })

  test('is told nothing when nothing it shows has changed', async () => {
    const { hub, order, sent, open } = page()
    await open()
    hub.publish(TOPIC, {})
    await expect.poll(() => order.reads).toBe(2)
    expect(sent).toEqual(['pending'])
  })

  test('shows what the news bring along without reading, unless it may have been overtaken', async () => {
    const { hub, order, sent, open } = page()
    await open()
    hub.publish(TOPIC, { state: 'paid', now: '1.5' })
    await expect.poll(() => sent).toEqual(['pending', 'paid'])
    expect(order.reads).toBe(1)
    // Older than what is shown.
    order.state = 'delivered'
    hub.publish(TOPIC, { state: 'paid', now: '1.2' })
    await expect.poll(() => sent).toEqual(['pending', 'paid', 'delivered'])
    // Together with other news, whichever comes first.
    for (const news of [
      [undefined, { state: 'refunded', now: '9' }],
      [{ state: 'refunded', now: '9' }, undefined],
    ]) {
      order.state += '!'
      for (const one of news) hub.publish(TOPIC, one)
      await expect.poll(() => sent.at(-1)).toBe(order.state)
    }
  })

  test('does not read what it is about to be given, and misses nothing that came meanwhile', async () => {
    const { hub, order, sent, open } = page()
    await open()
    const release = hub.hold(TOPIC)
    hub.publishOnce(TOPIC, 'payment', undefined)
    await new Promise((resolve) => setTimeout(resolve))
    hub.publishOnce(TOPIC, 'payment', { state: 'paid', now: '1.5' })
    release()
    await expect.poll(() => sent).toEqual(['pending', 'paid'])
    expect(order.reads).toBe(1)
    // News of somebody else wait as long, whether what was promised comes or fails.
    const again = hub.hold(TOPIC)
    order.state = 'delivered'
    hub.publishOnce(TOPIC, 'another', undefined)
    await new Promise((resolve) => setTimeout(resolve))
    expect(order.reads).toBe(1)
    again()
    await expect.poll(() => sent).toEqual(['pending', 'paid', 'delivered'])
  })

  test('leaves no listener behind, also when the order may not be seen', async () => {
    const { hub, closers, open } = page()
    await open()
    for (const close of closers) close()
    expect(hub.hasTopics('event:')).toBe(false)
    const refused = streamOrder(
      { hub, log: silentLog },
      TOPIC,
      async () => {
        throw new Error('not found')
      },
      () => expect.unreachable(),
    )
    await expect(refused).rejects.toThrow('not found')
    expect(hub.hasTopics('event:')).toBe(false)
  })
})
