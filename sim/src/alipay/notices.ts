import type { KeyObject } from 'node:crypto'
import type { FaultSwitch } from '../faults.ts'
import { beijingTime } from '../pages.ts'
import { openSender } from '../sender.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Books, Merchant, Notice, Refund, Trade } from './books.ts'
import type { AlipayFault, AlipayFaultKind } from './faults.ts'
import { strangersKey } from './keys.ts'
import { rsaSign, signedText } from './signing.ts'
import { DAY_MS, yuan } from './time.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Waits between sendings of a notice that is not acknowledged: eight in about 25 hours, then it is given up. */
const NOTICE_LADDER_MS: readonly number[] = [
  ...[4, 10, 10].map((n) => n * MINUTE),
  ...[1, 2, 6, 15].map((n) => n * HOUR),
]
/** The only body that counts as an acknowledgement, with HTTP 200. */
const ACKNOWLEDGEMENT = 'success'
const SENT_KEPT_MAX = 2000
/** As the real gateway sends it, odd middle included. */
const CONTENT_TYPE = 'application/x-www-form-urlencoded; text/html; charset=utf-8'

/** One sending and what came back; kept for whoever looks what happened. */
export type Sending = {
  readonly noticeId: string
  readonly outTradeNo: string
  readonly fault?: AlipayFaultKind
  readonly body: string
  readonly atMs: number
  readonly tookMs: number
  readonly status: number
  readonly answer: string
  readonly acknowledged: boolean
}

export type NoticeOffice = {
  /** Announces that a trade was paid; resolves after the first sending (faulty or not). */
  readonly announcePaid: (trade: Trade) => Promise<Notice>
  /** Announces that part or all of a trade was given back. */
  readonly announceRefund: (trade: Trade, refund: Refund) => Promise<Notice>
  /** Sends every notice of a trade once more. */
  readonly repeat: (trade: Trade, count: number) => Promise<readonly Sending[]>
  readonly sendings: () => readonly Sending[]
  readonly close: () => void
}

export type NoticeParts = {
  readonly books: Books
  readonly clock: VirtualClock
  readonly faults: FaultSwitch<AlipayFaultKind>
  readonly wallClock: () => number
  /** The key that signs just now. */
  readonly signingKey: () => KeyObject
}

export function openNoticeOffice(parts: NoticeParts): NoticeOffice {
  const { books, clock, faults } = parts
  const sender = openSender()
  const sent: Sending[] = []

  const send = async (trade: Trade, notice: Notice, fault?: AlipayFault): Promise<Sending> => {
    const body = shapeNotice(parts, notice, fault)
    const startedMs = performance.now()
    const answer = await sender.send({
      method: 'POST',
      url: trade.notifyUrl,
      headers: { 'content-type': CONTENT_TYPE },
      body,
    })
    const sending: Sending = {
      noticeId: notice.id,
      outTradeNo: trade.outTradeNo,
      ...(fault && { fault: fault.kind }),
      body,
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
  const climb = async (trade: Trade, notice: Notice, fault?: AlipayFault): Promise<void> => {
    const sending = fault?.kind === 'notice.lose' ? undefined : await send(trade, notice, fault)
    notice.attempts += 1
    notice.acknowledged ||= sending?.acknowledged ?? false
    books.save('notice', notice)
    const waitMs = NOTICE_LADDER_MS[notice.attempts - 1]
    if (!notice.acknowledged && waitMs !== undefined) clock.at(clock.now() + waitMs, () => climb(trade, notice))
  }

  const announce = async (trade: Trade, fields: Readonly<Record<string, string>>): Promise<Notice> => {
    const { appId, outTradeNo } = trade
    const notice: Notice = { id: books.nextId(), appId, outTradeNo, fields, attempts: 0, acknowledged: false }
    // A merchant that gave no address is not told.
    if (trade.notifyUrl === '') return notice
    books.save('notice', notice)
    const at = { key: outTradeNo }
    const again = faults.take('notice.again', at)
    for (let copy = 1; copy <= (again ? (again.count ?? 1) : 0); copy++) {
      clock.at(clock.now() + copy * (again?.ms ?? DAY_MS), async () => void (await send(trade, notice)))
    }
    const delay = faults.take('notice.delay', at)
    if (delay) {
      clock.at(clock.now() + (delay.ms ?? MINUTE), () => climb(trade, notice))
      return notice
    }
    const copies = faults.take('notice.parallel', at)?.count ?? 1
    const fault = takeContentFault(faults, outTradeNo)
    const extra = Array.from({ length: copies - 1 }, () => send(trade, notice, fault))
    await Promise.all([climb(trade, notice, fault), ...extra])
    return notice
  }

  resume(books, clock, climb)
  return {
    announcePaid: (trade) => announce(trade, paidFields(merchantOf(books, trade), trade)),
    announceRefund: (trade, refund) => announce(trade, refundFields(merchantOf(books, trade), trade, refund)),
    repeat: async (trade, count) => {
      const notices = [...books.notices.values()].filter(
        (notice) => notice.appId === trade.appId && notice.outTradeNo === trade.outTradeNo,
      )
      const fault = takeContentFault(faults, trade.outTradeNo)
      return Promise.all(notices.flatMap((notice) => Array.from({ length: count }, () => send(trade, notice, fault))))
    },
    sendings: () => sent,
    close: sender.close,
  }
}

/** After a restart every notice that was not acknowledged goes on where its ladder stood. */
function resume(books: Books, clock: VirtualClock, climb: (trade: Trade, notice: Notice) => Promise<void>): void {
  for (const notice of books.notices.values()) {
    const trade = books.trades.get(`${notice.appId}/${notice.outTradeNo}`)
    const waitMs = notice.attempts === 0 ? 1000 : NOTICE_LADDER_MS[notice.attempts - 1]
    if (!notice.acknowledged && trade && waitMs !== undefined) {
      clock.at(clock.now() + waitMs, () => climb(trade, notice))
    }
  }
}

const CONTENT_FAULTS = [
  'notice.lose',
  'notice.forge',
  'notice.tamper',
  'notice.unsigned',
  'notice.stale',
  'notice.wrong_app',
  'notice.wrong_seller',
  'notice.wrong_amount',
  'notice.other_order',
  'notice.unpaid',
  'notice.malformed',
] as const satisfies readonly AlipayFaultKind[]

function takeContentFault(faults: FaultSwitch<AlipayFaultKind>, outTradeNo: string): AlipayFault | undefined {
  for (const kind of CONTENT_FAULTS) {
    const fault = faults.take(kind, { key: outTradeNo })
    if (fault) return fault
  }
  return undefined
}

function merchantOf(books: Books, trade: Trade): Merchant {
  const merchant = books.merchants.get(trade.appId)
  if (!merchant) throw new Error(`trade of an unknown app ${trade.appId}`)
  return merchant
}

/** What a paid trade's notice says. Nothing is sent without a value, as the receiver's check counts empty ones. */
function paidFields(merchant: Merchant, trade: Trade): Record<string, string> {
  const total = yuan(trade.totalFen)
  return {
    notify_type: 'trade_status_sync',
    app_id: merchant.appId,
    auth_app_id: merchant.appId,
    charset: 'utf-8',
    version: '1.0',
    trade_no: trade.tradeNo,
    out_trade_no: trade.outTradeNo,
    buyer_id: trade.buyerId,
    buyer_logon_id: trade.buyerLogonId,
    seller_id: merchant.sellerId,
    trade_status: trade.status,
    total_amount: total,
    receipt_amount: total,
    invoice_amount: total,
    buyer_pay_amount: total,
    point_amount: '0.00',
    subject: trade.subject,
    gmt_create: beijingTime(trade.createdAtMs),
    gmt_payment: beijingTime(trade.paidAtMs ?? trade.createdAtMs),
    fund_bill_list: JSON.stringify([{ amount: total, fundChannel: 'ALIPAYACCOUNT' }]),
  }
}

function refundFields(merchant: Merchant, trade: Trade, refund: Refund): Record<string, string> {
  return {
    ...paidFields(merchant, trade),
    out_biz_no: refund.outRequestNo,
    // The sum of all refunds of the trade so far, as the real one tells it.
    refund_fee: yuan(trade.refundedFen),
    gmt_refund: `${beijingTime(refund.doneAtMs ?? trade.createdAtMs)}.000`,
  }
}

/** The body of one sending, the fault put in before signing: only `forge`, `tamper` and `unsigned` fail the check. */
function shapeNotice(parts: NoticeParts, notice: Notice, fault?: AlipayFault): string {
  const nowMs = parts.wallClock() - (fault?.kind === 'notice.stale' ? 2 * DAY_MS : 0)
  const fields: Record<string, string> = {
    ...notice.fields,
    notify_id: notice.id,
    notify_time: beijingTime(nowMs),
    ...wrongFields(notice, fault),
  }
  if (fault?.kind === 'notice.malformed') delete fields.total_amount
  const key = fault?.kind === 'notice.forge' ? strangersKey() : parts.signingKey()
  const sign = rsaSign(signedText(fields), key)
  if (fault?.kind === 'notice.tamper') fields.total_amount = '0.01'
  return new URLSearchParams({
    ...fields,
    ...(fault?.kind !== 'notice.unsigned' && { sign_type: 'RSA2', sign }),
  }).toString()
}

function wrongFields(notice: Notice, fault?: AlipayFault): Record<string, string> {
  const fen = Math.round(Number(notice.fields.total_amount) * 100)
  if (fault?.kind === 'notice.wrong_app') return { app_id: '2021000000000002', auth_app_id: '2021000000000002' }
  if (fault?.kind === 'notice.wrong_seller') return { seller_id: '2088000000000002' }
  if (fault?.kind === 'notice.wrong_amount') return { total_amount: yuan(fault.amount ?? fen - 1) }
  if (fault?.kind === 'notice.other_order') return { out_trade_no: fault.value ?? 'NOBODYMADETHIS001' }
  if (fault?.kind === 'notice.unpaid') return { trade_status: 'WAIT_BUYER_PAY' }
  return {}
}
