import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { FaultSwitch } from '../faults.ts'
import { beijingTime } from '../pages.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { type Books, keyOf, type Payment, type Refund, type Trade } from './books.ts'
import type { WechatFault, WechatFaultKind } from './faults.ts'
import { WechatError } from './fields.ts'
import { dayOf } from './views.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Bills of a day are there at nine in the morning of the next. */
const READY_AFTER_MS = 9 * HOUR_MS
const KEPT_DAYS = 92
const LINK_MS = 5 * 60_000
/** What the gateway keeps of a payment: six in a thousand, told with five decimals and given back on a refund. */
const FEE_RATE = 0.006
const FEE_RATE_TEXT = '0.60%'

export type BillType = 'ALL' | 'SUCCESS' | 'REFUND'
export type BillFile = { readonly mchid: string; readonly expiresAtMs: number; readonly bytes: Buffer }
export type BillOffice = {
  /** @returns what `GET /v3/bill/tradebill` says besides the link's origin */
  readonly order: (
    mchid: string,
    day: string,
    type: BillType,
    packed: boolean,
  ) => { readonly hash: string; readonly token: string }
  readonly file: (mchid: string, token: string) => Buffer
}

export function openBillOffice(books: Books, clock: VirtualClock, faults: FaultSwitch<WechatFaultKind>): BillOffice {
  const files = new Map<string, BillFile>()
  const isOn = (kind: WechatFaultKind): boolean => faults.list().some((fault) => fault.kind === kind)

  return {
    order: (mchid, day, type, packed) => {
      if (!isOn('bill.now')) refuseDay(day, clock.now())
      if (faults.take('bill.late')) throw new WechatError(400, 'STATEMENT_CREATING', '账单生成中')
      const lines = faults.take('bill.empty') ? [] : linesOf(books, faults.list(), mchid, day, type)
      if (lines.length === 0) throw new WechatError(400, 'NO_STATEMENT_EXIST', '账单文件不存在')
      const whole = billText(type, lines)
      const text = isOn('bill.cut') ? whole.slice(0, whole.length / 2) : whole
      const token = books.nextToken()
      files.set(token, {
        mchid,
        expiresAtMs: clock.now() + LINK_MS,
        bytes: packed ? gzipSync(text, { level: 1 }) : Buffer.from(text),
      })
      // The digest is that of the file as unpacked.
      const hash = createHash('sha1').update(text).digest('hex')
      return { token, hash: isOn('bill.bad_hash') ? hash.replace(/^./, (char) => (char === '0' ? '1' : '0')) : hash }
    },
    file: (mchid, token) => {
      const found = files.get(token)
      if (!found || found.expiresAtMs < clock.now()) {
        throw new WechatError(400, 'INVALID_REQUEST', '请按第一步申请账单的API指引，重新获取账单地址后再请求')
      }
      if (found.mchid !== mchid)
        throw new WechatError(403, 'NO_AUTH', '请检查本次请求的商户是否与第一步申请账单API的请求商户一致')
      return found.bytes
    },
  }
}

function refuseDay(day: string, nowMs: number): void {
  const startMs = Date.parse(`${day}T00:00:00+08:00`)
  if (Number.isNaN(startMs) || day >= dayOf(nowMs) || startMs < nowMs - KEPT_DAYS * DAY_MS) {
    throw new WechatError(400, 'INVALID_REQUEST', '请检查bill_date，并重新调用')
  }
  if (nowMs < startMs + DAY_MS + READY_AFTER_MS) throw new WechatError(400, 'STATEMENT_CREATING', '账单生成中')
}

/** A line before it is written: cells by their column's name. */
export type BillRow = Readonly<Record<string, string>> & { readonly 交易时间: string }

function linesOf(
  books: Books,
  faults: readonly WechatFault[],
  mchid: string,
  day: string,
  type: BillType,
): readonly BillRow[] {
  const on = (kind: WechatFaultKind, key: string): WechatFault | undefined =>
    faults.find((fault) => fault.kind === kind && (fault.key === undefined || fault.key === key))
  const rows: BillRow[] = []
  const add = (key: string, atMs: number, row: (amount: (fen: number) => number) => BillRow): void => {
    const shiftMs = on('bill.next_day', key) ? DAY_MS : 0
    if (dayOf(atMs + shiftMs) !== day || on('bill.missing_line', key)) return
    const wrong = on('bill.wrong_amount', key)
    const made = row((fen) => (wrong ? (wrong.amount ?? fen - 1) : fen))
    rows.push(made)
    if (on('bill.double_line', key)) rows.push(made)
  }
  for (const payment of books.payments.values()) {
    const { trade } = payment
    if (payment.mchid !== mchid || !trade || type === 'REFUND') continue
    add(payment.outTradeNo, trade.paidAtMs, (amount) => paymentRow(payment, trade, amount(payment.total)))
  }
  for (const refund of books.refunds.values()) {
    const payment = books.payments.get(keyOf(mchid, refund.outTradeNo))
    if (refund.mchid !== mchid || !payment || type === 'SUCCESS') continue
    const status = on('bill.wrong_state', refund.outRefundNo) ? 'PROCESSING' : refund.status
    add(refund.outRefundNo, refund.createdAtMs, (amount) =>
      refundRow(payment, { ...refund, status, amount: amount(refund.amount) }),
    )
  }
  for (const fault of faults) {
    if (fault.kind === 'bill.extra_line' && (fault.value ?? day) === day && type !== 'REFUND') {
      rows.push(strangeRow(books, mchid, day, fault))
    }
  }
  return rows.sort((a, b) => (a.交易时间 < b.交易时间 ? -1 : a.交易时间 > b.交易时间 ? 1 : 0))
}

const BASE = {
  特约商户号: '0',
  付款银行: 'OTHERS',
  货币种类: 'CNY',
  代金券金额: '0.00',
  充值券退款金额: '0.00',
} as const

function paymentRow(payment: Payment, trade: Trade, total: number): BillRow {
  return {
    ...BASE,
    交易时间: beijingTime(trade.paidAtMs),
    公众账号ID: payment.appid,
    商户号: payment.mchid,
    微信订单号: trade.transactionId,
    商户订单号: payment.outTradeNo,
    用户标识: trade.openid,
    交易类型: payment.tradeType,
    交易状态: 'SUCCESS',
    应结订单金额: yuan(total),
    微信退款单号: '0',
    商户退款单号: '0',
    退款金额: '0.00',
    商品名称: payment.description,
    商户数据包: payment.attach,
    手续费: fee(total),
    费率: FEE_RATE_TEXT,
    订单金额: yuan(total),
    申请退款金额: '0.00',
  }
}

/** The bill has its own words for a refund's state. */
const BILL_STATES = { SUCCESS: 'SUCCESS', PROCESSING: 'PROCESSING', CLOSED: 'FAIL', ABNORMAL: 'CHANGE' } as const

function refundRow(payment: Payment, refund: Refund): BillRow {
  return {
    ...BASE,
    交易时间: beijingTime(refund.createdAtMs),
    公众账号ID: payment.appid,
    商户号: payment.mchid,
    微信订单号: refund.transactionId,
    商户订单号: refund.outTradeNo,
    用户标识: payment.trade?.openid ?? '',
    交易类型: payment.tradeType,
    交易状态: 'REFUND',
    应结订单金额: '0.00',
    退款申请时间: beijingTime(refund.createdAtMs),
    退款成功时间: refund.successAtMs === undefined ? '' : beijingTime(refund.successAtMs),
    微信退款单号: refund.refundId,
    商户退款单号: refund.outRefundNo,
    退款金额: yuan(refund.amount),
    退款类型: 'ORIGINAL',
    退款状态: BILL_STATES[refund.status],
    商品名称: payment.description,
    商户数据包: payment.attach,
    手续费: fee(-refund.amount),
    费率: FEE_RATE_TEXT,
    订单金额: '0.00',
    申请退款金额: yuan(refund.amount),
  }
}

/** A payment that nobody here knows of. */
function strangeRow(books: Books, mchid: string, day: string, fault: WechatFault): BillRow {
  const total = fault.amount ?? 100
  const payment = {
    mchid,
    appid: books.merchants.get(mchid)?.appid ?? '',
    outTradeNo: fault.key ?? 'NOBODYKNOWSTHIS1',
    tradeType: 'NATIVE',
    description: '—',
    attach: '',
  } as Payment
  const trade = {
    transactionId: `42009${String(fault.id).padStart(23, '0')}`,
    paidAtMs: Date.parse(`${day}T12:00:00+08:00`),
    openid: 'oStranger',
  }
  return paymentRow(payment, trade, total)
}

const HEAD =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额'
const TAIL = '商品名称,商户数据包,手续费,费率,订单金额'
const COLUMNS: Readonly<Record<BillType, string>> = {
  ALL: `${HEAD},微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,${TAIL},申请退款金额,费率备注`,
  SUCCESS: `${HEAD},${TAIL},费率备注`,
  REFUND: `${HEAD},退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,${TAIL},申请退款金额,费率备注`,
}
const SUMMARY = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'

/** The file: a header, the lines, a second header and the sums. Every cell but the headers' begins with a back-tick. */
export function billText(type: BillType, rows: readonly BillRow[]): string {
  const columns = COLUMNS[type].split(',')
  const line = (cells: readonly string[]): string => cells.map((cell) => `\`${cell}`).join(',')
  // Line ends inside a name would break the file, so the gateway turns them into spaces.
  const lines = rows.map((row) => line(columns.map((name) => (row[name] ?? '').replace(/[\r\n]+/g, ' '))))
  const total = (name: string, digits: number): string =>
    rows.reduce((sum, row) => sum + Number(row[name] ?? 0), 0).toFixed(digits)
  const sums = [
    String(rows.length),
    total('应结订单金额', 2),
    total('退款金额', 2),
    total('充值券退款金额', 2),
    total('手续费', 5),
    total('订单金额', 2),
    total('申请退款金额', 2),
  ]
  return `\ufeff${[COLUMNS[type], ...lines, SUMMARY, line(sums)].join('\r\n')}\r\n`
}

const yuan = (fen: number): string => (fen / 100).toFixed(2)
const fee = (fen: number): string => ((fen / 100) * FEE_RATE).toFixed(5)
