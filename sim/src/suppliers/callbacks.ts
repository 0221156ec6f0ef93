import type { FaultSwitch } from '../faults.ts'
import type { Sender, SentAnswer } from '../sender.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Books, Callback, Order } from './books.ts'
import type { SupplierFault, SupplierFaultKind } from './faults.ts'

/** A callback as a protocol writes it. */
export type CallbackRequest = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
/** How a protocol tells the end of an order, and how it is told that this was heard. */
export type CallbackWire = {
  /** Undefined: there is nowhere to send it to. */
  readonly shape: (order: Order, options: { readonly isForged: boolean }) => CallbackRequest | undefined
  readonly isAcknowledged: (answer: SentAnswer) => boolean
  /** Waits between sendings that are not acknowledged; after the last it is given up. */
  readonly ladderMs: readonly number[]
}

/** One sending and what came back; kept for whoever looks what happened. */
export type Sending = {
  readonly outerNo: string
  readonly orderNo: string
  readonly url: string
  readonly body: string
  readonly fault?: SupplierFaultKind
  readonly atMs: number
  readonly tookMs: number
  readonly status: number
  readonly answer: string
  readonly isAcknowledged: boolean
}

export type CallbackOffice = {
  /** Tells how an order ended; resolves after the first sending (faulty or not). */
  readonly announce: (order: Order) => Promise<void>
  /** Sends the true callback once more, `count` copies at the same moment. */
  readonly repeat: (order: Order, count: number) => Promise<readonly Sending[]>
  readonly sendings: () => readonly Sending[]
}

type OfficeParts = {
  readonly books: Books
  readonly clock: VirtualClock
  readonly faults: FaultSwitch<SupplierFaultKind>
  readonly sender: Sender
  readonly wire: CallbackWire
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const UNIT_HAO = 10_000
const SENT_KEPT_MAX = 2000
const ANSWER_CHARS_KEPT = 300

export function openCallbackOffice(parts: OfficeParts): CallbackOffice {
  const { books, clock, faults, sender, wire } = parts
  const sent: Sending[] = []

  const send = async (order: Order, fault?: SupplierFault): Promise<Sending | undefined> => {
    const request = wire.shape(told(order, fault), { isForged: fault?.kind === 'callback.forge' })
    if (!request) return undefined
    const body = fault?.kind === 'callback.malformed' ? request.body.slice(0, -20) : request.body
    const startedMs = performance.now()
    const answer = await sender.send({ method: 'POST', url: request.url, headers: request.headers, body })
    const sending: Sending = {
      outerNo: order.outerNo,
      orderNo: order.orderNo,
      url: request.url,
      body,
      ...(fault && { fault: fault.kind }),
      atMs: clock.now(),
      tookMs: performance.now() - startedMs,
      status: answer.status,
      answer: answer.body.slice(0, ANSWER_CHARS_KEPT),
      isAcknowledged: wire.isAcknowledged(answer),
    }
    sent.push(sending)
    if (sent.length > SENT_KEPT_MAX) sent.splice(0, SENT_KEPT_MAX / 2)
    return sending
  }

  /** One rung: send, and when it is not acknowledged wait for the next. */
  const climb = async (order: Order, callback: Callback, fault?: SupplierFault): Promise<void> => {
    const sending = fault?.kind === 'callback.lose' ? undefined : await send(order, fault)
    callback.attempts += 1
    // What a lie was answered with says nothing about whether the truth was heard.
    callback.isAcknowledged ||= fault === undefined && (sending?.isAcknowledged ?? false)
    books.save('callback', callback)
    if (!callback.isAcknowledged) waitForNextRung(order, callback)
  }
  const waitForNextRung = (order: Order, callback: Callback): void => {
    const waitMs = callback.attempts === 0 ? 0 : wire.ladderMs[callback.attempts - 1]
    if (waitMs !== undefined) clock.at(clock.now() + waitMs, () => climb(order, callback))
  }

  // After a restart every callback that was not acknowledged goes on where its ladder stood.
  for (const callback of books.callbacks.values()) {
    const order = books.orders.get(callback.orderNo)
    if (order && !callback.isAcknowledged) waitForNextRung(order, callback)
  }

  const announce = async (order: Order): Promise<void> => {
    const at = { key: order.outerNo, goods: order.goodsId }
    // It is written down also when nobody is told: after a restart it is not news.
    const isSilent = !wire.shape(order, { isForged: false }) || faults.take('callback.never', at) !== undefined
    const attempts = isSilent ? wire.ladderMs.length + 1 : 0
    const callback: Callback = { id: books.nextNo('N'), orderNo: order.orderNo, attempts, isAcknowledged: false }
    books.save('callback', callback)
    if (isSilent) return
    const again = faults.take('callback.again', at)
    if (again) clock.at(clock.now() + (again.ms ?? HOUR), async () => void (await send(order)))
    const delay = faults.take('callback.delay', at)
    if (delay) {
      clock.at(clock.now() + (delay.ms ?? MINUTE), () => climb(order, callback))
      return
    }
    const before = faults.take('callback.contrary', at)
    if (before) await send(order, before)
    const copies = faults.take('callback.parallel', at)
    const fault = firstOf(faults, at)
    const extra = Array.from({ length: copies ? (copies.count ?? 2) - 1 : 0 }, () => send(order, fault))
    await Promise.all([climb(order, callback, fault), ...extra])
    const after = faults.take('callback.contrary_after', at)
    if (after) await send(order, after)
  }

  return {
    announce,
    repeat: async (order, count) => {
      const sendings = await Promise.all(Array.from({ length: count }, () => send(order)))
      return sendings.filter((sending) => sending !== undefined)
    },
    sendings: () => sent,
  }
}

const CONTENT_FAULTS = [
  'callback.lose',
  'callback.forge',
  'callback.amount',
  'callback.other_order',
  'callback.malformed',
] as const satisfies readonly SupplierFaultKind[]

function firstOf(
  faults: FaultSwitch<SupplierFaultKind>,
  at: { readonly key: string; readonly goods: string },
): SupplierFault | undefined {
  for (const kind of CONTENT_FAULTS) {
    const fault = faults.take(kind, at)
    if (fault) return fault
  }
  return undefined
}

/** The order as a callback tells it, the fault put in before signing: only `forge` has a wrong signature. */
function told(order: Order, fault?: SupplierFault): Order {
  switch (fault?.kind) {
    case 'callback.amount': {
      const totalHao = fault.amount ?? order.totalHao + UNIT_HAO
      return { ...order, totalHao, unitHao: Math.round(totalHao / order.quantity) }
    }
    case 'callback.other_order':
      return { ...order, outerNo: fault.value ?? 'NOBODY', orderNo: `${order.orderNo}9` }
    case 'callback.contrary':
    case 'callback.contrary_after':
      return order.state === 'failed'
        ? { ...order, state: 'success', refundedHao: 0, reason: '' }
        : { ...order, state: 'failed', refundedHao: order.totalHao, reason: '充值失败' }
    default:
      return order
  }
}
