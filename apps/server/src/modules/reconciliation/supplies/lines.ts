import type { StatementMap } from '@quanshu/contract'
import { BillUnreadable, billWords } from '../../payments/index.ts'
import { type Rates, toHao, yuanUp } from '../../suppliers/index.ts'
import type { SourceLine } from '../model.ts'
import type { Row } from './rows.ts'

/** Titles and addresses may stand above the heading. */
const HEADING_AMONG = 20

type Columns = Readonly<Record<keyof StatementMap['columns'], number>>

/**
 * A supplier's list of orders as lines of a bill, by the names that a person gave its columns. What was paid back is taken off
 * what was paid; amounts finer than a fen are rounded up, as they are when a purchase is booked. What is not in yuan is kept as it
 * was billed, beside what it is at the shop's rate.
 * @throws BillUnreadable
 */
export async function* statementLines(
  rows: AsyncIterable<Row>,
  map: StatementMap,
  rates: Rates = new Map(),
): AsyncGenerator<SourceLine> {
  let columns: Columns | undefined
  let seen = 0
  for await (const row of rows) {
    seen += 1
    if (columns) {
      const line = lineOf(row, map, columns, rates)
      if (line) yield line
      continue
    }
    columns = headingOf(row, map)
    if (!columns && seen >= HEADING_AMONG) break
  }
  if (!columns) throw new BillUnreadable(0, seen === 0 ? billWords.empty : billWords.noColumn(wanted(map).join('、')))
}

const wanted = ({ columns }: StatementMap): readonly string[] => Object.values(columns).filter((name) => name !== '')

/** Some of its amounts may be in other money than yuan. */
export const isAbroad = ({ currency, columns }: StatementMap): boolean => currency !== 'CNY' || columns.currency !== ''

function headingOf({ cells }: Row, map: StatementMap): Columns | undefined {
  if (!wanted(map).every((name) => cells.includes(name))) return undefined
  return Object.fromEntries(
    Object.entries(map.columns).map(([key, name]) => [key, name === '' ? -1 : cells.indexOf(name)]),
  ) as Columns
}

function lineOf(
  { lineNo, cells, raw }: Row,
  map: StatementMap,
  columns: Columns,
  rates: Rates,
): SourceLine | undefined {
  const { words } = map
  const cell = (of: keyof Columns): string => (columns[of] < 0 ? '' : (cells[columns[of]] ?? ''))
  const [no, remoteNo] = [cell('no'), cell('remoteNo')]
  // Sums below the list carry no number.
  if (no === '' && remoteNo === '') return undefined
  const paid = haoOf(lineNo, cell('amount'))
  const back = cell('refunded') === '' ? 0 : haoOf(lineNo, cell('refunded'))
  const isOver = paid > 0 && back >= paid
  const kind = kindOf(cell('type'), words)
  const hao = isOver ? paid : paid - back
  const currency = currencyOf(lineNo, cell('currency'), map)
  return {
    kind,
    lineNo,
    tradeNo: remoteNo,
    paymentNo: no,
    refundNo: '',
    ...amountOf(lineNo, hao, currency, rates),
    feeFen: 0,
    currency: 'CNY',
    state: isOver ? 'failed' : stateOf(lineNo, cell('state'), words),
    at: momentOf(lineNo, cell('at')),
    raw,
  }
}

const YUAN: ReadonlySet<string> = new Set(['CNY', 'RMB', 'CNH', '¥', '￥', '元', '人民币'])

/** A line without its currency is in that of the file. @throws BillUnreadable */
function currencyOf(lineNo: number, text: string, map: StatementMap): string {
  const code = (text === '' ? map.currency : text).trim().toUpperCase()
  if (YUAN.has(code)) return 'CNY'
  if (!/^[A-Z]{3}$/.test(code)) throw new BillUnreadable(lineNo, billWords.unknownCurrency(text))
  return code
}

/** @throws BillUnreadable for a currency that the shop has no rate of: what it is worth would be a guess */
function amountOf(lineNo: number, hao: number, currency: string, rates: Rates): Pick<SourceLine, 'amountFen' | 'own'> {
  if (currency === 'CNY') return { amountFen: Math.ceil(hao / 100) }
  const rate = rates.get(currency)
  if (rate === undefined) throw new BillUnreadable(lineNo, billWords.noRate(currency))
  return { amountFen: Math.ceil(yuanUp(hao, rate) / 100), own: { currency, hao, rate: Number(rate) } }
}

function kindOf(text: string, { deposit, credit }: StatementMap['words']): 'purchase' | 'deposit' | 'credit' {
  if (deposit.includes(text)) return 'deposit'
  return credit.includes(text) ? 'credit' : 'purchase'
}

/** @throws BillUnreadable for a word that nobody has explained: taking it for anything would be a guess about money */
function stateOf(lineNo: number, text: string, { done, pending, failed }: StatementMap['words']): SourceLine['state'] {
  if (text === '' || done.includes(text)) return 'done'
  if (pending.includes(text)) return 'pending'
  if (failed.includes(text)) return 'failed'
  throw new BillUnreadable(lineNo, billWords.unknownState(text))
}

/** Spent money is below zero in some lists, and above in others. */
function haoOf(lineNo: number, text: string): number {
  const plain = text.replace(/[¥￥$€£,，\s元]/g, '')
  // A spreadsheet's 0.30000000000000004 is 0.3.
  const hao = toHao(/\.\d{7,}$/.test(plain) ? Number(plain).toFixed(6) : plain)
  if (hao === undefined) throw new BillUnreadable(lineNo, billWords.badAmount(text))
  return Math.abs(hao)
}

const EXCEL_EPOCH_DAYS = 25_569
const DAY_MS = 86_400_000
const BEIJING_MS = 8 * 3_600_000

/** `2026-11-22 09:30:05` and its like of Beijing, a time with its zone, or a spreadsheet's day number. */
function momentOf(lineNo: number, text: string): string {
  const parts = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?)?$/.exec(
    text,
  )
  const at = parts
    ? Date.UTC(
        Number(parts[1]),
        Number(parts[2]) - 1,
        Number(parts[3]),
        Number(parts[4] ?? 12),
        Number(parts[5] ?? 0),
        Number(parts[6] ?? 0),
      ) - BEIJING_MS
    : /^\d{5}(?:\.\d+)?$/.test(text)
      ? Math.round((Number(text) - EXCEL_EPOCH_DAYS) * DAY_MS) - BEIJING_MS
      : /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:?\d\d)$/.test(text)
        ? Date.parse(text)
        : Number.NaN
  if (Number.isNaN(at)) throw new BillUnreadable(lineNo, billWords.noTime(text))
  return new Date(at).toISOString()
}
