import http from 'node:http'
import https from 'node:https'
import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { type Books, keyOf, type Merchant, type Notice, type Payment, type Trade } from './books.ts'
import type { PaygateFault, PaygateFaultKind } from './faults.ts'
import { signedHeaders } from './signing.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/** Waits between sendings of a notice that is not acknowledged: 24 h 4 min in all, then it is given up. */
const NOTICE_LADDER_MS: readonly number[] = [
  ...[15, 15, 30].map((n) => n * SECOND),
  ...[3, 10, 20, 30, 30, 30, 60].map((n) => n * MINUTE),
  ...[3, 3, 3, 6, 6].map((n) => n * HOUR),
]
/** The only body that counts as an acknowledgement, with HTTP 200. */
const NOTICE_ACKNOWLEDGEMENT = 'success'
const ANSWER_TIMEOUT_MS = 5000
const SENT_KEPT_MAX = 2000

/** One sending and what came back; kept for whoever looks what happened. */
export type Sending = {
  readonly noticeId: string
  readonly outTradeNo: string
  readonly tradeNo: string
  readonly fault?: PaygateFaultKind
  readonly atMs: number
  readonly tookMs: number
  readonly status: number
  readonly answer: string
  readonly acknowledged: boolean
}

export type NoticeOffice = {
  /** Announces a trade; resolves after the first sending (faulty or not). */
  readonly announce: (payment: Payment, trade: Trade) => Promise<void>
  /** Sends the true notice of every trade of an order once more. */
  readonly repeat: (payment: Payment, count: number) => Promise<readonly Sending[]>
  readonly sendings: () => readonly Sending[]
  readonly close: () => void
}

type Shape = { readonly body: string; readonly signer: Merchant; readonly secret: string; readonly timestamp: number }

export function openNoticeOffice(
  books: Books,
  clock: VirtualClock,
  faults: FaultSwitch<PaygateFaultKind>,
): NoticeOffice {
  const agents = {
    http: new http.Agent({ keepAlive: true, maxSockets: 256, scheduling: 'lifo' }),
    https: new https.Agent({ keepAlive: true, maxSockets: 256 }),
  }
  const sent: Sending[] = []

  const send = async (payment: Payment, trade: Trade, notice: Notice, fault?: PaygateFault): Promise<Sending> => {
    const shape = shapeNotice(books, payment, trade, notice, fault)
    const url = new URL(payment.notifyUrl)
    const headers = signedHeaders(shape.signer.id, shape.secret, {
      method: 'POST',
      path: url.pathname + url.search,
      timestamp: String(shape.timestamp),
      nonce: books.nextToken(),
      body: shape.body,
    })
    const body = fault?.kind === 'notice.tamper' ? shape.body.replace(/"amount":\d+/, '"amount":1') : shape.body
    const startedMs = performance.now()
    const answer = await post(url, agents, headers, body)
    const acknowledged = answer.status === 200 && answer.body === NOTICE_ACKNOWLEDGEMENT
    const sending: Sending = {
      noticeId: notice.id,
      outTradeNo: payment.outTradeNo,
      tradeNo: trade.tradeNo,
      ...(fault && { fault: fault.kind }),
      atMs: clock.now(),
      tookMs: performance.now() - startedMs,
      status: answer.status,
      answer: answer.body.slice(0, 300),
      acknowledged,
    }
    sent.push(sending)
    if (sent.length > SENT_KEPT_MAX) sent.splice(0, SENT_KEPT_MAX / 2)
    return sending
  }

  /** One rung: send, and when it is not acknowledged wait for the next. */
  const climb = async (payment: Payment, trade: Trade, notice: Notice, fault?: PaygateFault): Promise<void> => {
    const sending = fault?.kind === 'notice.lose' ? undefined : await send(payment, trade, notice, fault)
    notice.attempts += 1
    notice.acknowledged ||= sending?.acknowledged ?? false
    books.save('notice', notice)
    if (!notice.acknowledged) await waitForNextRung(payment, trade, notice)
  }
  const waitForNextRung = (payment: Payment, trade: Trade, notice: Notice): void => {
    const waitMs = NOTICE_LADDER_MS[notice.attempts - 1]
    if (waitMs !== undefined) clock.at(clock.now() + waitMs, () => climb(payment, trade, notice))
  }

  const announce = async (payment: Payment, trade: Trade): Promise<void> => {
    const at = { key: payment.outTradeNo }
    const notice: Notice = {
      id: books.nextNo('SN'),
      merchantId: payment.merchantId,
      outTradeNo: payment.outTradeNo,
      tradeNo: trade.tradeNo,
      attempts: 0,
      acknowledged: false,
    }
    books.notices.set(notice.tradeNo, notice)
    books.save('notice', notice)
    const again = faults.take('notice.again', at)
    if (again) clock.at(clock.now() + (again.ms ?? 24 * HOUR), async () => void (await send(payment, trade, notice)))
    const delay = faults.take('notice.delay', at)
    if (delay) {
      clock.at(clock.now() + (delay.ms ?? MINUTE), () => climb(payment, trade, notice))
      return
    }
    const copies = faults.take('notice.parallel', at)?.count ?? 1
    const fault = takeFirst(faults, payment.outTradeNo)
    const extra = Array.from({ length: copies - 1 }, () => send(payment, trade, notice, fault))
    await Promise.all([climb(payment, trade, notice, fault), ...extra])
  }

  resume(books, clock, climb)
  return {
    announce,
    repeat: async (payment, count) => {
      const work = payment.trades.flatMap((trade) => {
        const notice = books.notices.get(trade.tradeNo)
        const fault = takeFirst(faults, payment.outTradeNo)
        return notice ? Array.from({ length: count }, () => send(payment, trade, notice, fault)) : []
      })
      return Promise.all(work)
    },
    sendings: () => sent,
    close: () => {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

/** After a restart every notice that was not acknowledged goes on where its ladder stood. */
function resume(
  books: Books,
  clock: VirtualClock,
  climb: (payment: Payment, trade: Trade, notice: Notice) => Promise<void>,
): void {
  for (const notice of books.notices.values()) {
    const payment = books.payments.get(keyOf(notice.merchantId, notice.outTradeNo))
    const trade = payment?.trades.find((candidate) => candidate.tradeNo === notice.tradeNo)
    if (notice.acknowledged || !payment || !trade) continue
    const waitMs = notice.attempts === 0 ? SECOND : NOTICE_LADDER_MS[notice.attempts - 1]
    if (waitMs !== undefined) clock.at(clock.now() + waitMs, () => climb(payment, trade, notice))
  }
}

const CONTENT_FAULTS = [
  'notice.lose',
  'notice.forge',
  'notice.tamper',
  'notice.stale',
  'notice.wrong_merchant',
  'notice.wrong_amount',
  'notice.wrong_currency',
  'notice.other_order',
  'notice.malformed',
] as const satisfies readonly PaygateFaultKind[]

function takeFirst(faults: FaultSwitch<PaygateFaultKind>, outTradeNo: string): PaygateFault | undefined {
  for (const kind of CONTENT_FAULTS) {
    const fault = faults.take(kind, { key: outTradeNo })
    if (fault) return fault
  }
  return undefined
}

/** What the notice says and who signs it, the fault put in before signing: only `forge` has a wrong signature. */
function shapeNotice(books: Books, payment: Payment, trade: Trade, notice: Notice, fault?: PaygateFault): Shape {
  const own = merchantOf(books, payment.merchantId)
  const stranger = [...books.merchants.values()].find((merchant) => merchant.id !== own.id)
  const signer = fault?.kind === 'notice.wrong_merchant' && stranger ? stranger : own
  const wrong: Record<string, unknown> = {
    ...(fault?.kind === 'notice.wrong_amount' && { amount: fault.amount ?? trade.amount - 1 }),
    ...(fault?.kind === 'notice.wrong_currency' && { currency: 'USD' }),
    ...(fault?.kind === 'notice.other_order' && { out_trade_no: fault.value }),
  }
  const body = JSON.stringify({
    notice_id: notice.id,
    event: 'PAYMENT.SUCCESS',
    merchant_id: signer.id,
    out_trade_no: payment.outTradeNo,
    trade_no: trade.tradeNo,
    amount: trade.amount,
    currency: trade.currency,
    paid_at: new Date(trade.paidAtMs).toISOString(),
    ...wrong,
  })
  return {
    body: fault?.kind === 'notice.malformed' ? body.slice(0, -20) : body,
    signer,
    secret: fault?.kind === 'notice.forge' ? 'a-stranger-who-guessed' : signer.secret,
    timestamp: Math.floor(Date.now() / 1000) - (fault?.kind === 'notice.stale' ? 3600 : 0),
  }
}

function merchantOf(books: Books, id: string): Merchant {
  const merchant = books.merchants.get(id)
  if (!merchant) throw new Error(`payment of an unknown merchant ${id}`)
  return merchant
}

type Agents = { readonly http: http.Agent; readonly https: https.Agent }
type Answer = { readonly status: number; readonly body: string; readonly stale?: boolean }

/** Sends; a connection that fails or is silent for five seconds answers status 0. */
async function post(url: URL, agents: Agents, headers: Record<string, string>, body: string): Promise<Answer> {
  const answer = await postOnce(url, agents, headers, body)
  // The receiver closed an idle connection just as it was reused: that is nobody's fault, so once more on a new one.
  return answer.stale ? postOnce(url, agents, headers, body) : answer
}

function postOnce(url: URL, agents: Agents, headers: Record<string, string>, body: string): Promise<Answer> {
  const secure = url.protocol === 'https:'
  const length = Buffer.byteLength(body)
  return new Promise((resolve) => {
    const request = (secure ? https : http).request(
      url,
      {
        method: 'POST',
        agent: secure ? agents.https : agents.http,
        timeout: ANSWER_TIMEOUT_MS,
        headers: { ...headers, 'content-type': 'application/json', 'content-length': length },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          if (text.length < 65_536) text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
        response.on('error', (error) => resolve({ status: 0, body: error.message }))
      },
    )
    request.on('timeout', () => request.destroy(new Error('no answer in time')))
    request.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ status: 0, body: error.message, stale: request.reusedSocket && error.code === 'ECONNRESET' }),
    )
    request.end(body)
  })
}
