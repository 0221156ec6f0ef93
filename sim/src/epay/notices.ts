import type { FaultSwitch } from '../faults.ts'
import type { Sender } from '../sender.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { type Books, CHANNELS, type Merchant, type Notice, type Order } from './books.ts'
import type { EpayFault, EpayFaultKind } from './faults.ts'
import { type Fields, withMd5 } from './signing.ts'
import { showOrder, yuan } from './views.ts'
import { signedV2, takeFirst, type WireClock } from './wire.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Waits between sendings of a notice that is not acknowledged; then it is given up. */
const LADDER_MS: readonly number[] = [1 * MINUTE, 3 * MINUTE, 20 * MINUTE, 1 * HOUR, 2 * HOUR]
const ACKNOWLEDGEMENT = 'success'
const SENT_KEPT_MAX = 2000

/** One sending and what came back; kept for whoever looks what happened. */
export type Sending = {
  readonly outTradeNo: string
  readonly tradeNo: string
  readonly fault?: EpayFaultKind
  readonly atMs: number
  readonly tookMs: number
  readonly status: number
  readonly answer: string
  readonly acknowledged: boolean
}
export type NoticeOffice = {
  /** Announces a payment; resolves after the first sending (faulty or not). */
  readonly announce: (order: Order) => Promise<void>
  /** Sends the true notice of an order once more, `count` copies at the same moment. */
  readonly repeat: (order: Order, count: number) => Promise<readonly Sending[]>
  /** What a notice says, and what the way back of the person's browser says too. */
  readonly fieldsOf: (order: Order) => Fields
  readonly sendings: () => readonly Sending[]
}
type OfficeParts = {
  readonly books: Books
  readonly clock: VirtualClock
  readonly wire: WireClock
  readonly faults: FaultSwitch<EpayFaultKind>
  readonly sender: Sender
}

export function openNoticeOffice(parts: OfficeParts): NoticeOffice {
  const { books, clock, faults, sender } = parts
  const sent: Sending[] = []

  const send = async (order: Order, fault?: EpayFault): Promise<Sending> => {
    const query = new URLSearchParams(noticeFields(parts, order, fault)).toString()
    const startedMs = performance.now()
    const answer =
      fault?.kind === 'notice.post'
        ? await sender.send({
            method: 'POST',
            url: order.notifyUrl,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: query,
          })
        : await sender.send({ method: 'GET', url: withQuery(order.notifyUrl, query) })
    const sending: Sending = {
      outTradeNo: order.outTradeNo,
      tradeNo: order.tradeNo,
      ...(fault && { fault: fault.kind }),
      atMs: clock.now(),
      tookMs: performance.now() - startedMs,
      status: answer.status,
      answer: answer.body.slice(0, 300),
      acknowledged: answer.status === 200 && answer.body === ACKNOWLEDGEMENT,
    }
    sent.push(sending)
    if (sent.length > SENT_KEPT_MAX) sent.splice(0, SENT_KEPT_MAX / 2)
    return sending
  }

  /** One rung: send, and when it is not acknowledged wait for the next. */
  const climb = async (order: Order, notice: Notice, fault?: EpayFault): Promise<void> => {
    const sending = fault?.kind === 'notice.lose' ? undefined : await send(order, fault)
    notice.attempts += 1
    notice.acknowledged ||= sending?.acknowledged ?? false
    books.save('notice', notice)
    if (!notice.acknowledged) waitForNextRung(order, notice)
  }
  const waitForNextRung = (order: Order, notice: Notice): void => {
    const waitMs = notice.attempts === 0 ? 1000 : LADDER_MS[notice.attempts - 1]
    if (waitMs !== undefined) clock.at(clock.now() + waitMs, () => climb(order, notice))
  }

  // After a restart every notice that was not acknowledged goes on where its ladder stood.
  for (const notice of books.notices.values()) {
    const order = books.orders.get(notice.tradeNo)
    if (order && !notice.acknowledged) waitForNextRung(order, notice)
  }

  return {
    announce: async (order) => {
      const notice: Notice = { tradeNo: order.tradeNo, attempts: 0, acknowledged: false }
      books.save('notice', notice)
      const at = { key: order.outTradeNo }
      const again = faults.take('notice.again', at)
      if (again) clock.at(clock.now() + (again.ms ?? 24 * HOUR), async () => void (await send(order)))
      const delay = faults.take('notice.delay', at)
      if (delay) {
        clock.at(clock.now() + (delay.ms ?? MINUTE), () => climb(order, notice))
        return
      }
      const copies = faults.take('notice.parallel', at)?.count ?? 1
      const fault = takeFirst(faults, CONTENT_FAULTS, at)
      await Promise.all([climb(order, notice, fault), ...Array.from({ length: copies - 1 }, () => send(order, fault))])
    },
    repeat: async (order, count) => {
      const fault = takeFirst(faults, CONTENT_FAULTS, { key: order.outTradeNo })
      return Promise.all(Array.from({ length: count }, () => send(order, fault)))
    },
    fieldsOf: (order) => noticeFields(parts, order),
    sendings: () => sent,
  }
}

const CONTENT_FAULTS = [
  'notice.lose',
  'notice.post',
  'notice.forge',
  'notice.tamper',
  'notice.stale',
  'notice.future',
  'notice.wrong_merchant',
  'notice.wrong_type',
  'notice.wrong_amount',
  'notice.other_order',
  'notice.malformed',
  'notice.unpaid',
  'notice.downgrade',
] as const satisfies readonly EpayFaultKind[]

const withQuery = (url: string, query: string): string => `${url}${url.includes('?') ? '&' : '?'}${query}`

/** What a notice says, the fault put in before signing: only forge, tamper and downgrade are signed wrongly. */
function noticeFields(parts: OfficeParts, order: Order, fault?: EpayFault): Record<string, string> {
  const { books, wire } = parts
  const merchant = signerOf(books, order, fault)
  const plain = { ...plainNotice(order, merchant), ...wrongParts(order, fault) }
  const signedFields =
    order.dialect === 'v1' || fault?.kind === 'notice.downgrade'
      ? withMd5(plain, fault?.kind === 'notice.downgrade' ? '' : merchant.key)
      : textOnly(signedV2(books, wire, plain, fault?.kind))
  if (fault?.kind === 'notice.forge') return { ...signedFields, sign: forged(signedFields.sign ?? '') }
  return fault?.kind === 'notice.tamper' ? { ...signedFields, money: '0.01' } : signedFields
}

function plainNotice(order: Order, merchant: Merchant): Record<string, string> {
  const { api_trade_no: apiTradeNo, addtime, endtime } = showOrder(order)
  return {
    pid: merchant.pid,
    trade_no: order.tradeNo,
    out_trade_no: order.outTradeNo,
    type: order.type,
    name: order.name,
    money: yuan(order.money),
    trade_status: 'TRADE_SUCCESS',
    param: order.param,
    // v2 tells more.
    ...(order.dialect === 'v2' && {
      api_trade_no: String(apiTradeNo),
      addtime: String(addtime),
      endtime: String(endtime),
    }),
  }
}

function wrongParts(order: Order, fault?: EpayFault): Record<string, string> {
  switch (fault?.kind) {
    case 'notice.wrong_type':
      return { type: CHANNELS.find((channel) => channel !== order.type) ?? 'other' }
    case 'notice.wrong_amount':
      return { money: yuan(fault.amount ?? order.money - 1) }
    case 'notice.other_order':
      return { out_trade_no: fault.value ?? '' }
    case 'notice.malformed':
      return { money: '1e3' }
    case 'notice.unpaid':
      return { trade_status: 'TRADE_CLOSED' }
    default:
      return {}
  }
}

function signerOf(books: Books, order: Order, fault?: EpayFault): Merchant {
  const own = books.merchants.get(order.pid)
  const stranger = [...books.merchants.values()].find(({ pid }) => pid !== order.pid)
  const signer = fault?.kind === 'notice.wrong_merchant' ? stranger : own
  if (!signer) throw new Error(`an order of an unknown merchant ${order.pid}`)
  return signer
}

const forged = (sign: string): string => sign.replace(/^..../, (head) => (head === 'abcd' ? 'dcba' : 'abcd'))

const textOnly = (value: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(value).map(([name, field]) => [name, String(field)]))
