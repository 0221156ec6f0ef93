import { createHash } from 'node:crypto'
import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Books } from './books.ts'
import type { PaygateFaultKind } from './faults.ts'
import { GatewayError } from './gateway.ts'

export type BillLink = { readonly downloadPath: string; readonly sha256: string; readonly lines: number }
export type BillOffice = {
  /** Makes the bill of a day and keeps it for five minutes. @throws GatewayError BILL_NOT_READY, NO_BILL, PARAM_ERROR */
  readonly make: (merchantId: string, day: string) => BillLink
  /** Undefined when the link is unknown or too old. */
  readonly file: (token: string) => string | undefined
}

type Line = {
  readonly type: 'PAYMENT' | 'REFUND'
  readonly tradeNo: string
  readonly outTradeNo: string
  readonly outRefundNo: string
  readonly amount: number
  readonly fee: number
  readonly currency: string
  readonly status: 'SUCCESS' | 'PROCESSING' | 'FAILED'
  readonly atMs: number
}

const DAY_MS = 86_400_000
const LINK_LIVES_MS = 300_000
/** What the gateway keeps of a payment: 0.6 %, half up. A refund does not give it back. */
const FEE_BP = 60
const HEADING = 'line,type,trade_no,out_trade_no,out_refund_no,amount,fee,currency,status,time'

/** Daily bills, made from the books at the moment they are asked for: by Beijing day, ready when the day is over. */
export function openBillOffice(books: Books, clock: VirtualClock, faults: FaultSwitch<PaygateFaultKind>): BillOffice {
  const kept = new Map<string, { readonly text: string; readonly untilMs: number }>()
  return {
    make: (merchantId, day) => {
      const fromMs = /^20\d\d-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00+08:00`) : Number.NaN
      if (!Number.isFinite(fromMs)) throw new GatewayError('PARAM_ERROR', 400, 'no such day')
      if (fromMs + DAY_MS > clock.now() || faults.take('bill.late', { key: day })) {
        throw new GatewayError('BILL_NOT_READY', 409, 'the bill is made after the day is over')
      }
      if (faults.take('bill.empty', { key: day }))
        throw new GatewayError('NO_BILL', 404, 'nothing happened on that day')
      const lines = bent(linesOf(books, merchantId, fromMs), faults, fromMs)
      if (lines.length === 0) throw new GatewayError('NO_BILL', 404, 'nothing happened on that day')
      const text = textOf(lines)
      const token = books.nextToken()
      kept.set(token, { text, untilMs: Date.now() + LINK_LIVES_MS })
      for (const [old, { untilMs }] of kept) if (untilMs < Date.now()) kept.delete(old)
      const sha256 = createHash('sha256').update(text).digest('hex')
      return { downloadPath: `/v1/billfiles/${token}`, sha256, lines: lines.length }
    },
    file: (token) => {
      const found = kept.get(token)
      return found && found.untilMs > Date.now() ? found.text : undefined
    },
  }
}

function linesOf(books: Books, merchantId: string, fromMs: number): Line[] {
  const isOf = (atMs: number): boolean => atMs >= fromMs && atMs < fromMs + DAY_MS
  const lines: Line[] = []
  for (const payment of books.payments.values()) {
    if (payment.merchantId !== merchantId) continue
    for (const trade of payment.trades) {
      if (!isOf(trade.paidAtMs)) continue
      lines.push({
        type: 'PAYMENT',
        tradeNo: trade.tradeNo,
        outTradeNo: payment.outTradeNo,
        outRefundNo: '',
        amount: trade.amount,
        fee: Math.round((trade.amount * FEE_BP) / 10_000),
        currency: trade.currency,
        status: 'SUCCESS',
        atMs: trade.paidAtMs,
      })
    }
  }
  for (const refund of books.refunds.values()) {
    const atMs = refund.endedAtMs ?? refund.createdAtMs
    if (refund.merchantId !== merchantId || !isOf(atMs)) continue
    lines.push({
      type: 'REFUND',
      tradeNo: refund.tradeNo,
      outTradeNo: refund.outTradeNo,
      outRefundNo: refund.outRefundNo,
      amount: refund.amount,
      fee: 0,
      currency: 'CNY',
      status: refund.status,
      atMs,
    })
  }
  return lines.toSorted((a, b) => a.atMs - b.atMs || a.tradeNo.localeCompare(b.tradeNo))
}

/** The bill as faults want it to differ from the books. */
function bent(lines: readonly Line[], faults: FaultSwitch<PaygateFaultKind>, fromMs: number): readonly Line[] {
  const told: Line[] = []
  for (const line of lines) {
    const at = { key: line.outRefundNo || line.outTradeNo }
    if (faults.take('bill.missing_line', at)) continue
    const wrong = faults.take('bill.wrong_amount', at)
    told.push(wrong ? { ...line, amount: wrong.amount ?? line.amount - 1 } : line)
    if (faults.take('bill.duplicate_line', at)) told.push(line)
  }
  for (let extra = faults.take('bill.extra_line'); extra; extra = faults.take('bill.extra_line')) {
    told.push({
      type: 'PAYMENT',
      tradeNo: extra.value ?? `SPX${extra.id}`,
      outTradeNo: `X${String(extra.id).padStart(15, '0')}`,
      outRefundNo: '',
      amount: extra.amount ?? 100,
      fee: 1,
      currency: 'CNY',
      status: 'SUCCESS',
      atMs: fromMs + DAY_MS / 2,
    })
    // Without a count it would go on for ever.
    if (extra.times === undefined) break
  }
  return told
}

function textOf(lines: readonly Line[]): string {
  const rows = lines.map((line, index) =>
    [
      index + 1,
      line.type,
      line.tradeNo,
      line.outTradeNo,
      line.outRefundNo,
      line.amount,
      line.fee,
      line.currency,
      line.status,
      new Date(line.atMs).toISOString(),
    ].join(','),
  )
  return `${[HEADING, ...rows, `#end,${lines.length}`].join('\n')}\n`
}
