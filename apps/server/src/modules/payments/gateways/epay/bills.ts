import { Readable } from 'node:stream'
import { yuanToFen } from '@quanshu/kernel'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import {
  type BillLine,
  type BillOutcome,
  type Bills,
  BillUnreadable,
  type GatewayAccount,
  type Refused,
  type Unknown,
} from '../../gateway.ts'
import { beijingDay, beijingTime } from '../beijing-day.ts'
import { billWords } from '../bill-words.ts'
import { type CsvRecord, csvReader, textLines } from '../csv.ts'
import { isOwnType } from './channel.ts'
import { type Params, signingOf } from './signing.ts'
import { askWithKey, isUnsure, plainFields, postSigned, refused, unknown } from './wire.ts'

/** The most that operators give at once. */
const PAGE_MAX = 50
const PAGES_MAX = 40_000
/** An order is paid within a day of its making, so a day's payments are not among older ones. */
const PAID_WITHIN_MS = 86_400_000

/**
 * There is no bill in this protocol. The list of orders takes its place: read from the newest backwards until the day is
 * passed. It has no refunds by themselves, only orders that say they were refunded: such a refund comes without a
 * number, at the time of its payment. The export of the operator's site (CSV) is read too.
 */
export const bills: Bills = { fetch, read }

async function fetch(outbound: Outbound, account: GatewayAccount, day: string, now: Date): Promise<BillOutcome> {
  if (beijingDay(day).toMs > now.getTime()) return { kind: 'not_ready', message: 'the day is not over' }
  const pages = pagesOf(outbound, account, day)
  // Whether there is anything is known when the first payment of the day is found, or the day is passed.
  for (;;) {
    const next = await pages.next()
    if (next.done) return next.value ?? { kind: 'empty' }
    if (next.value.length > 0) return { kind: 'done', fileName: `epay-${day}.jsonl`, body: bodyOf(next.value, pages) }
  }
}

type Records = readonly Params[]
type Pages = AsyncGenerator<Records, Refused | Unknown | undefined>

function bodyOf(first: Records, pages: Pages): Readable {
  const textOf = (records: Records): Buffer =>
    Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  async function* chunks(): AsyncGenerator<Buffer> {
    yield textOf(first)
    for (;;) {
      const next = await pages.next()
      if (next.done) {
        if (next.value) throw new Error(`the list of orders broke off: ${JSON.stringify(next.value)}`)
        return
      }
      yield textOf(next.value)
    }
  }
  return Readable.from(chunks(), { objectMode: false })
}

/** The day's payments, page by page. Returns what went wrong, or nothing when the day is passed. */
async function* pagesOf(outbound: Outbound, account: GatewayAccount, day: string): Pages {
  const { fromMs, toMs } = beijingDay(day)
  let seen = new Set<string>()
  for (let page = 1; page <= PAGES_MAX; page++) {
    const answer = await listOf(outbound, account, page)
    if (answer.kind !== 'list') return answer
    const times = answer.records.map((record) => beijingTime(record.addtime ?? ''))
    if (times.includes(undefined)) return unknown('an order of no known time')
    // Orders made meanwhile push the list down: what ended the last page may begin this one.
    const fresh = answer.records.filter((record) => !seen.has(record.trade_no ?? ''))
    seen = new Set(answer.records.map((record) => record.trade_no ?? ''))
    yield fresh.filter((record) => isOf(account, record, fromMs, toMs)).map(keptOf)
    const oldest = Math.min(...times.map((time) => Date.parse(time ?? '')))
    if (answer.records.length < PAGE_MAX || oldest < fromMs - PAID_WITHIN_MS) return undefined
  }
  return unknown(`more than ${PAGES_MAX * PAGE_MAX} orders after that day`)
}

async function listOf(
  outbound: Outbound,
  account: GatewayAccount,
  page: number,
): Promise<{ readonly kind: 'list'; readonly records: Records } | Refused | Unknown> {
  const limit = String(PAGE_MAX)
  const answer =
    signingOf(account) === 'RSA'
      ? await postSigned(outbound, account, '/api/merchant/orders', {
          pid: account.merchantId,
          offset: String((page - 1) * PAGE_MAX),
          limit,
        })
      : await askWithKey(outbound, account, 'orders', { limit, page: String(page) })
  if (answer.kind !== 'answer') return answer
  if (!answer.ok) return isUnsure(answer.message) ? unknown(answer.message) : refused('refused', answer.message)
  const records = answer.data.map((item) => (typeof item === 'object' && item !== null ? plainFields({ ...item }) : {}))
  return { kind: 'list', records }
}

/** Paid on that day, and through this account's channel: the same merchant may serve several. */
function isOf(account: GatewayAccount, record: Params, fromMs: number, toMs: number): boolean {
  const paidMs = Date.parse(beijingTime(record.endtime ?? '') ?? '')
  return (
    meaningOf(record.status ?? '') !== undefined && isOwnType(account, record.type) && paidMs >= fromMs && paidMs < toMs
  )
}

const KEPT = ['trade_no', 'out_trade_no', 'type', 'money', 'getmoney', 'refundmoney', 'status', 'addtime', 'endtime']

function keptOf(record: Params): Params {
  return Object.fromEntries(KEPT.flatMap((name) => (record[name] === undefined ? [] : [[name, record[name]]])))
}

/** Undefined: not paid. */
function meaningOf(status: string): 'paid' | 'refunded' | undefined {
  if (/^1$|^3$|^已支付|^支付成功|^已完成|^成功|^已冻结/.test(status)) return 'paid'
  return /^2$|退款/.test(status) ? 'refunded' : undefined
}
const UNPAID = /^[04]$|^未支付|^待支付|^未完成|^已关闭|^预授权|^$/

async function* read(body: Readable): AsyncGenerator<BillLine> {
  let lineNo = 0
  let csv: ReturnType<typeof csvFields> | undefined
  for await (const lines of textLines(body)) {
    for (const line of lines) {
      if (lineNo === 0 && !line.trimStart().startsWith('{')) csv = csvFields()
      lineNo += 1
      if (line.trim() === '') continue
      const found = csv ? csv(line) : { lineNo, raw: line, fields: ownFields(line, lineNo) }
      if (found) yield* linesOf(found)
    }
  }
  if (lineNo === 0) throw new BillUnreadable(0, billWords.empty)
}

type Found = { readonly lineNo: number; readonly raw: string; readonly fields: Params }

function ownFields(raw: string, lineNo: number): Params {
  try {
    const value: unknown = JSON.parse(raw)
    if (typeof value === 'object' && value !== null) return plainFields({ ...value })
  } catch {
    // Falls through to the refusal below.
  }
  throw new BillUnreadable(lineNo, billWords.notAnOrder)
}

/** An order is one line, or two when it was refunded. */
function linesOf({ lineNo, raw, fields }: Found): readonly BillLine[] {
  const {
    status = '',
    money = '',
    getmoney,
    refundmoney,
    trade_no: tradeNo = '',
    out_trade_no: paymentNo = '',
  } = fields
  const meaning = meaningOf(status)
  if (!meaning && !UNPAID.test(status)) throw new BillUnreadable(lineNo, billWords.unknownState(status))
  if (!meaning) return []
  const amountFen = yuanToFen(money)
  const gotFen = getmoney === undefined || getmoney === '' ? amountFen : yuanToFen(getmoney)
  const backFen = refundmoney ? yuanToFen(refundmoney) : meaning === 'refunded' ? amountFen : 0
  const at = beijingTime(fields.endtime ?? '')
  if (amountFen === undefined || gotFen === undefined || backFen === undefined || at === undefined || tradeNo === '') {
    throw new BillUnreadable(lineNo, billWords.unreadableCells)
  }
  if (backFen < 0 || backFen > amountFen) throw new BillUnreadable(lineNo, billWords.refundAboveAmount)
  const common = { lineNo, tradeNo, paymentNo, refundNo: '', currency: 'CNY', state: 'done', at, raw } as const
  // The merchant's share of a refunded order is taken back; the fee of the payment is what was kept while it stood.
  const feeFen = meaning === 'refunded' ? 0 : amountFen - gotFen
  const payment: BillLine = { ...common, kind: 'payment', amountFen, feeFen }
  return backFen > 0 ? [payment, { ...common, kind: 'refund', amountFen: backFen, feeFen: 0 }] : [payment]
}

/** Headings of operators' exports, by the field they hold. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  trade_no: ['系统订单号', '平台订单号', '订单号', 'trade_no'],
  out_trade_no: ['商户订单号', 'out_trade_no'],
  type: ['支付方式', 'type'],
  money: ['商品金额', '订单金额', '支付金额', '金额', 'money'],
  getmoney: ['商户分成', '分成金额', '到账金额', '实际到账', 'getmoney'],
  refundmoney: ['退款金额', '已退款金额', 'refundmoney'],
  status: ['支付状态', '订单状态', '状态', 'status'],
  endtime: ['完成时间', '支付时间', 'endtime'],
}
const REQUIRED = ['trade_no', 'out_trade_no', 'money', 'status', 'endtime']

function csvFields(): (line: string) => Found | undefined {
  const records = csvReader()
  let places: ReadonlyMap<string, number> | undefined
  return (line) => {
    const record = records(line)
    if (!record) return undefined
    if (!places) {
      places = placesOf(record)
      return undefined
    }
    const fields = [...places].map(([field, place]) => [field, cleaned(record.cells[place] ?? '')])
    return { lineNo: record.lineNo, raw: record.raw, fields: Object.fromEntries(fields) }
  }
}

function placesOf(heading: CsvRecord): ReadonlyMap<string, number> {
  const names = heading.cells.map((cell) => cleaned(cell).replace(/[（(].*$/, ''))
  const places = Object.entries(COLUMNS).flatMap(([field, known]): (readonly [string, number])[] => {
    const place = known.map((name) => names.indexOf(name)).find((at) => at >= 0)
    return place === undefined ? [] : [[field, place]]
  })
  const found = new Map(places)
  const missing = REQUIRED.find((field) => !found.has(field))
  if (missing) throw new BillUnreadable(heading.lineNo, billWords.noColumn(COLUMNS[missing]?.join(' / ') ?? missing))
  return found
}

/** Exports guard long numbers against spreadsheets: `="2026…"`, a tab, an apostrophe; amounts may carry `￥`. */
const cleaned = (cell: string): string => cell.replace(/^[\s'￥¥]*=?"?|["\s]+$/g, '')
