import type { FaultSwitch } from '../faults.ts'
import { openSender } from '../sender.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Books, Notice, Payment, Refund } from './books.ts'
import type { WechatFault, WechatFaultKind } from './faults.ts'
import type { KeyRing } from './keys.ts'
import { probeSignature, seal, signedHeaders } from './signing.ts'
import { refundNoticeOf, showPayment, wireTime } from './views.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/** Waits between sendings of a notice that is not acknowledged: 24 h 4 min in all, then it is given up. */
const NOTICE_LADDER_MS: readonly number[] = [
  ...[15, 15, 30].map((n) => n * SECOND),
  ...[3, 10, 20, 30, 30, 30, 60].map((n) => n * MINUTE),
  ...[3, 3, 3, 6, 6].map((n) => n * HOUR),
]
const SENT_KEPT_MAX = 2000

/** One sending and what came back; kept for whoever looks what happened. */
export type Sending = {
  readonly noticeId: string
  readonly event: string
  readonly outTradeNo: string
  readonly outRefundNo?: string
  readonly serial: string
  readonly fault?: WechatFaultKind
  readonly atMs: number
  readonly tookMs: number
  readonly status: number
  readonly answer: string
  readonly acknowledged: boolean
}

export type NoticeOffice = {
  /** Tells of a payment; resolves after the first sending (faulty or not). @returns whether it was acknowledged */
  readonly announcePayment: (payment: Payment) => Promise<boolean>
  /** Tells how a refund ended, when the merchant named an address. */
  readonly announceRefund: (refund: Refund) => Promise<boolean>
  /** Sends the true notices of an order, its refunds included, once more. */
  readonly repeat: (mchid: string, outTradeNo: string, count: number) => Promise<readonly Sending[]>
  readonly sendings: () => readonly Sending[]
  readonly close: () => void
}

export function openNoticeOffice(
  books: Books,
  keys: KeyRing,
  clock: VirtualClock,
  faults: FaultSwitch<WechatFaultKind>,
): NoticeOffice {
  const sender = openSender()
  const sent: Sending[] = []

  const send = async (notice: Notice, fault?: WechatFault): Promise<Sending> => {
    const letter = write(books, keys, notice, fault)
    const startedMs = performance.now()
    const answer = await sender.send({ method: 'POST', url: notice.url, ...letter })
    const sending: Sending = {
      noticeId: notice.id,
      event: notice.event,
      outTradeNo: notice.outTradeNo,
      ...(notice.outRefundNo !== undefined && { outRefundNo: notice.outRefundNo }),
      serial: letter.headers['Wechatpay-Serial'] ?? '',
      ...(fault && { fault: fault.kind }),
      atMs: clock.now(),
      tookMs: performance.now() - startedMs,
      status: answer.status,
      answer: answer.body.slice(0, 300),
      // The status alone counts; what stands in the body is nobody's business.
      acknowledged: answer.status === 200 || answer.status === 204,
    }
    sent.push(sending)
    if (sent.length > SENT_KEPT_MAX) sent.splice(0, SENT_KEPT_MAX / 2)
    return sending
  }

  /** One rung: send, and when it is not acknowledged wait for the next. */
  const climb = async (notice: Notice, fault?: WechatFault): Promise<void> => {
    const sending = fault?.kind === 'notice.lose' ? undefined : await send(notice, fault)
    notice.attempts += 1
    notice.acknowledged ||= sending?.acknowledged ?? false
    books.save('notice', notice)
    const waitMs = NOTICE_LADDER_MS[notice.attempts - 1]
    if (!notice.acknowledged && waitMs !== undefined) clock.at(clock.now() + waitMs, () => climb(notice))
  }

  const announce = async (notice: Notice): Promise<boolean> => {
    const at = { key: notice.outTradeNo }
    books.save('notice', notice)
    const again = faults.take('notice.again', at)
    for (let copy = 1; again && copy <= (again.count ?? 1); copy += 1) {
      clock.at(clock.now() + copy * (again.ms ?? 24 * HOUR), async () => void (await send(notice)))
    }
    const delay = faults.take('notice.delay', at)
    if (delay) {
      clock.at(clock.now() + (delay.ms ?? MINUTE), () => climb(notice))
      return false
    }
    const copies = faults.take('notice.parallel', at)?.count ?? 1
    const fault = takeFirst(faults, notice.outTradeNo)
    const extra = Array.from({ length: copies - 1 }, () => send(notice, fault))
    await Promise.all([climb(notice, fault), ...extra])
    return notice.acknowledged
  }

  resume(books, clock, climb)
  return {
    announcePayment: (payment) => announce(paymentNotice(books, payment)),
    announceRefund: async (refund) => (refund.notifyUrl === '' ? true : await announce(refundNotice(books, refund))),
    repeat: (mchid, outTradeNo, count) => {
      const fault = takeFirst(faults, outTradeNo)
      const due = [...books.notices.values()].filter((one) => one.mchid === mchid && one.outTradeNo === outTradeNo)
      return Promise.all(due.flatMap((notice) => Array.from({ length: count }, () => send(notice, fault))))
    },
    sendings: () => sent,
    close: sender.close,
  }
}

function paymentNotice(books: Books, payment: Payment): Notice {
  return {
    id: noticeId(books),
    mchid: payment.mchid,
    outTradeNo: payment.outTradeNo,
    event: 'TRANSACTION.SUCCESS',
    summary: '支付成功',
    url: payment.notifyUrl,
    resource: showPayment({ ...payment, state: 'SUCCESS' }),
    createdAtMs: Date.now(),
    attempts: 0,
    acknowledged: false,
  }
}

const REFUND_SUMMARIES = {
  SUCCESS: '退款成功',
  CLOSED: '退款关闭',
  ABNORMAL: '退款异常',
  PROCESSING: '退款处理中',
} as const
function refundNotice(books: Books, refund: Refund): Notice {
  return {
    id: noticeId(books),
    mchid: refund.mchid,
    outTradeNo: refund.outTradeNo,
    outRefundNo: refund.outRefundNo,
    event: `REFUND.${refund.status}`,
    summary: REFUND_SUMMARIES[refund.status],
    url: refund.notifyUrl,
    resource: refundNoticeOf(refund),
    createdAtMs: Date.now(),
    attempts: 0,
    acknowledged: false,
  }
}

const noticeId = (books: Books): string =>
  books.nextToken().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** After a restart every notice that was not acknowledged goes on where its ladder stood. */
function resume(books: Books, clock: VirtualClock, climb: (notice: Notice) => Promise<void>): void {
  for (const notice of books.notices.values()) {
    if (notice.acknowledged) continue
    const waitMs = notice.attempts === 0 ? SECOND : NOTICE_LADDER_MS[notice.attempts - 1]
    if (waitMs !== undefined) clock.at(clock.now() + waitMs, () => climb(notice))
  }
}

const CONTENT_FAULTS = [
  'notice.lose',
  'notice.forge',
  'notice.tamper',
  'notice.clock_off',
  'notice.unknown_serial',
  'notice.probe',
  'notice.wrong_key',
  'notice.wrong_merchant',
  'notice.wrong_app',
  'notice.wrong_amount',
  'notice.wrong_currency',
  'notice.other_order',
  'notice.not_paid',
  'notice.malformed',
] as const satisfies readonly WechatFaultKind[]

function takeFirst(faults: FaultSwitch<WechatFaultKind>, outTradeNo: string): WechatFault | undefined {
  for (const kind of CONTENT_FAULTS) {
    const fault = faults.take(kind, { key: outTradeNo })
    if (fault) return fault
  }
  return undefined
}

type Letter = { readonly headers: Record<string, string>; readonly body: string }

/** The notice as it goes out, the fault put in before or after signing. Every sending is sealed and signed anew. */
function write(books: Books, keys: KeyRing, notice: Notice, fault?: WechatFault): Letter {
  const apiV3Key = books.merchants.get(notice.mchid)?.apiV3Key ?? ''
  const about = notice.outRefundNo === undefined ? 'transaction' : 'refund'
  const plain = JSON.stringify(bend(books, notice, fault))
  const truth = JSON.stringify({
    id: notice.id,
    create_time: wireTime(notice.createdAtMs),
    resource_type: 'encrypt-resource',
    event_type: notice.event,
    summary: notice.summary,
    resource: {
      original_type: about,
      ...seal(fault?.kind === 'notice.wrong_key' ? 'x'.repeat(32) : apiV3Key, plain, about),
    },
  })
  const body = fault?.kind === 'notice.malformed' ? truth.slice(0, -20) : truth
  const key = fault?.kind === 'notice.unknown_serial' ? keys.unpublished() : keys.forNotice()
  const signer = fault?.kind === 'notice.forge' ? { id: key.id, privateKey: keys.unpublished().privateKey } : key
  const offMs = fault?.kind === 'notice.clock_off' ? (fault.ms ?? 10 * MINUTE) : 0
  const headers: Record<string, string> = {
    ...signedHeaders(signer, body, Date.now() - offMs),
    'Content-Type': 'application/json',
    'User-Agent': 'Mozilla/4.0',
  }
  if (fault?.kind === 'notice.probe') headers['Wechatpay-Signature'] = probeSignature()
  return { headers, body: fault?.kind === 'notice.tamper' ? body.replace(notice.summary, '成功') : body }
}

/** What is sealed, with the lie that a switch asks for. */
function bend(books: Books, notice: Notice, fault?: WechatFault): Record<string, unknown> {
  const { resource } = notice
  const amount = resource.amount as { readonly total: number }
  const stranger = [...books.merchants.values()].find(({ mchid }) => mchid !== notice.mchid)
  switch (fault?.kind) {
    case 'notice.wrong_merchant':
      return { ...resource, mchid: stranger?.mchid }
    case 'notice.wrong_app':
      return { ...resource, appid: stranger?.appid }
    case 'notice.wrong_amount':
      return { ...resource, amount: { ...amount, total: fault.amount ?? amount.total - 1 } }
    case 'notice.wrong_currency':
      return { ...resource, amount: { ...amount, currency: 'USD' } }
    case 'notice.other_order':
      return { ...resource, out_trade_no: fault.value }
    case 'notice.not_paid':
      return { ...resource, trade_state: 'USERPAYING' }
    default:
      return resource
  }
}
