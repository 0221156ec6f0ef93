import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import { type BillLine, type BillOutcome, type Bills, BillUnreadable, type GatewayAccount } from '../../gateway.ts'
import { beijingDay } from '../beijing-day.ts'
import { billWords } from '../bill-words.ts'
import { type CsvRecord, csvReader, textLines } from '../csv.ts'
import { type Asked, askStripe, unknown } from './client.ts'
import { fromStripe } from './money.ts'

const LIST_MAX = 100
const LISTS_MAX = 100_000

const metadata = z.record(z.string(), z.string()).nullable().optional()
/** What of a balance transaction is kept as a line; `source` is the charge, refund or dispute behind it. */
const transaction = z.object({
  id: z.string(),
  type: z.string(),
  reporting_category: z.string(),
  amount: z.int(),
  fee: z.int(),
  currency: z.string(),
  exchange_rate: z.number().nullable().optional(),
  created: z.int(),
  source: z
    .union([
      z.string(),
      z.object({
        id: z.string(),
        amount: z.int().optional(),
        currency: z.string().optional(),
        payment_intent: z.string().nullable().optional(),
        metadata,
      }),
    ])
    .nullable(),
})
type Transaction = z.infer<typeof transaction>
const list = z.object({ data: z.array(transaction), has_more: z.boolean() })
type List = z.infer<typeof list>

/**
 * The account's balance, a line per movement. Stripe has no bill file for a day of Beijing time, so it is made from the
 * pages of the balance as they are read; a hand-made export of Stripe's site (CSV, in whole currency units) is read too.
 */
export const bills: Bills = { fetch, read }

async function fetch(outbound: Outbound, account: GatewayAccount, day: string, now: Date): Promise<BillOutcome> {
  const { toMs } = beijingDay(day)
  if (toMs > now.getTime()) return { kind: 'not_ready', message: 'the day is not over' }
  const first = await listOf(outbound, account, day)
  if (first.kind === 'missing') return unknown('the address knows no balance')
  if (first.kind !== 'answer') return first
  if (first.value.data.length === 0) return { kind: 'empty' }
  const body = Readable.from(linesFrom(outbound, account, day, first.value), { objectMode: false })
  return { kind: 'done', fileName: `stripe-${day}.jsonl`, body }
}

async function listOf(outbound: Outbound, account: GatewayAccount, day: string, after?: string): Promise<Asked<List>> {
  const { fromMs, toMs } = beijingDay(day)
  const answer = await askStripe(outbound, account, (stripe) =>
    stripe.balanceTransactions.list({
      created: { gte: fromMs / 1000, lt: toMs / 1000 },
      limit: LIST_MAX,
      expand: ['data.source'],
      ...(after !== undefined && { starting_after: after }),
    }),
  )
  if (answer.kind !== 'answer') return answer
  const parsed = list.safeParse(answer.value)
  return parsed.success ? { kind: 'answer', value: parsed.data } : unknown('the balance is not readable')
}

/** One page of the balance after the other, each when the reader has taken the one before. */
async function* linesFrom(
  outbound: Outbound,
  account: GatewayAccount,
  day: string,
  first: List,
): AsyncGenerator<Buffer> {
  let page = first
  for (let count = 1; count <= LISTS_MAX; count++) {
    yield Buffer.from(page.data.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const after = page.data.at(-1)?.id
    if (!page.has_more || after === undefined) return
    const next = await listOf(outbound, account, day, after)
    if (next.kind !== 'answer') {
      throw new Error(`the balance broke off: ${'reason' in next ? next.reason : next.kind}`)
    }
    page = next.value
  }
  throw new Error(`a day of more than ${LISTS_MAX * LIST_MAX} movements`)
}

async function* read(body: Readable): AsyncGenerator<BillLine> {
  let lineNo = 0
  let csv: ReturnType<typeof csvLines> | undefined
  for await (const lines of textLines(body)) {
    for (const line of lines) {
      if (lineNo === 0 && !csv && !line.trimStart().startsWith('{')) csv = csvLines()
      lineNo += 1
      if (line.trim() === '') continue
      const read = csv ? csv(line) : ownLine(line, lineNo)
      if (read) yield read
    }
  }
  if (lineNo === 0) throw new BillUnreadable(0, billWords.empty)
}

function ownLine(raw: string, lineNo: number): BillLine {
  const parsed = transaction.safeParse(parseJson(raw))
  if (!parsed.success) throw new BillUnreadable(lineNo, billWords.notOfStripe)
  const { source, ...movement } = parsed.data
  const behind = typeof source === 'object' ? source : null
  return {
    ...meaningOf(movement.reporting_category),
    lineNo,
    tradeNo: behind?.payment_intent ?? (typeof source === 'string' ? source : (behind?.id ?? movement.id)),
    paymentNo: behind?.metadata?.payment_no ?? '',
    refundNo: behind?.metadata?.refund_no ?? '',
    ...amountsOf(parsed.data, lineNo),
    at: new Date(movement.created * 1000).toISOString(),
    raw,
  }
}

/**
 * What the person paid or got back, in the currency of the order; the balance itself may be kept in another. The fee
 * is turned back by the same rate.
 */
function amountsOf(line: Transaction, lineNo: number): Pick<BillLine, 'amountFen' | 'feeFen' | 'currency'> {
  const behind = typeof line.source === 'object' ? line.source : null
  const own = behind?.amount !== undefined && behind.currency !== undefined
  const currency = (own ? (behind?.currency ?? '') : line.currency).toUpperCase()
  const rate = own && currency !== line.currency.toUpperCase() ? (line.exchange_rate ?? 1) : 1
  const amountFen = fromStripe(Math.abs(own ? (behind?.amount ?? 0) : line.amount), currency)
  // A fee of fractions is rounded: it is the balance's figure that counts in the books of the account.
  const fee = fromStripe(line.fee, line.currency.toUpperCase()) ?? 0
  if (amountFen === undefined) throw new BillUnreadable(lineNo, billWords.notWhole(currency))
  return { amountFen, feeFen: Math.round(fee / rate), currency }
}

/**
 * Stripe's categories of movements (docs.stripe.com/reports/reporting-categories). A refund that failed and a dispute
 * that was won bring money back: the same kind as what they undo, in the state `failed`.
 */
function meaningOf(category: string): Pick<BillLine, 'kind' | 'state'> {
  switch (category.toLowerCase().replaceAll(' ', '_')) {
    case 'charge':
    case 'payment':
      return { kind: 'payment', state: 'done' }
    case 'charge_failure':
    case 'payment_failure_refund':
      return { kind: 'payment', state: 'failed' }
    case 'refund':
    case 'payment_refund':
      return { kind: 'refund', state: 'done' }
    case 'refund_failure':
      return { kind: 'refund', state: 'failed' }
    case 'dispute':
      return { kind: 'chargeback', state: 'done' }
    case 'dispute_reversal':
      return { kind: 'chargeback', state: 'failed' }
    default:
      return { kind: 'other', state: 'done' }
  }
}

/** Names of columns in Stripe's two exports: the itemised report and the list of the balance. */
const COLUMNS = {
  id: ['balance_transaction_id', 'id'],
  category: ['reporting_category', 'type'],
  amount: ['gross', 'amount'],
  fee: ['fee'],
  currency: ['currency'],
  created: ['created_utc', 'created (utc)', 'created'],
  source: ['source_id', 'source'],
  payment: ['payment_intent_id'],
  paymentNo: ['payment_metadata[payment_no]', 'payment_no (metadata)'],
  refundNo: ['refund_metadata[refund_no]', 'refund_no (metadata)'],
} as const
type Column = keyof typeof COLUMNS
const REQUIRED: readonly Column[] = ['id', 'category', 'amount', 'fee', 'currency', 'created']

/** Reads an export by its heading. */
function csvLines(): (line: string) => BillLine | undefined {
  const records = csvReader()
  let places: Readonly<Record<Column, number>> | undefined
  return (line) => {
    const record = records(line)
    if (!record) return undefined
    if (!places) {
      places = placesOf(record)
      return undefined
    }
    return csvLine(record, places)
  }
}

function placesOf(heading: CsvRecord): Readonly<Record<Column, number>> {
  const names = heading.cells.map((cell) => cell.trim().toLowerCase())
  const entries = Object.entries(COLUMNS).map(([column, known]) => [
    column,
    known.map((name) => names.indexOf(name)).find((at) => at >= 0) ?? -1,
  ])
  const places = Object.fromEntries(entries) as Record<Column, number>
  const missing = REQUIRED.find((column) => places[column] < 0)
  if (missing) throw new BillUnreadable(heading.lineNo, billWords.noColumn(COLUMNS[missing].join(' / ')))
  return places
}

function csvLine(record: CsvRecord, places: Readonly<Record<Column, number>>): BillLine {
  const cell = (column: Column): string => record.cells[places[column]]?.trim() ?? ''
  const amountFen = decimalToFen(cell('amount'))
  const feeFen = decimalToFen(cell('fee'))
  const at = utcTime(cell('created'))
  if (amountFen === undefined || feeFen === undefined || at === undefined) {
    throw new BillUnreadable(record.lineNo, billWords.unreadableCells)
  }
  return {
    ...meaningOf(cell('category')),
    lineNo: record.lineNo,
    tradeNo: cell('payment') || cell('source') || cell('id'),
    paymentNo: cell('paymentNo'),
    refundNo: cell('refundNo'),
    amountFen: Math.abs(amountFen),
    feeFen,
    currency: cell('currency').toUpperCase(),
    at,
    raw: record.raw,
  }
}

/** `-1,234.5` → -123450. Exports count in whole units, whatever the currency. */
function decimalToFen(text: string): number | undefined {
  const match = /^(-?)([\d,]{1,15})(?:\.(\d{1,3}))?$/.exec(text)
  if (!match) return undefined
  const [, sign, whole = '', decimals = ''] = match
  if (decimals.length === 3 && !decimals.endsWith('0')) return undefined
  const value = Number(whole.replaceAll(',', '')) * 100 + Number(decimals.slice(0, 2).padEnd(2, '0'))
  return sign ? -value : value
}

function utcTime(text: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?/.exec(text)
  return match ? `${match[1]}T${match[2]}${match[3] ?? ':00'}Z` : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
