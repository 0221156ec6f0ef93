import { Readable } from 'node:stream'
import { yuanToFen } from '@quanshu/kernel'
import { type BillLine, BillUnreadable } from '../../gateway.ts'
import { beijingTime } from '../beijing-day.ts'
import { billWords } from '../bill-words.ts'
import { type CsvRecord, csvReader, textLines } from '../csv.ts'
import { detailFile } from './bill-file.ts'

/** The columns we need, by the names the gateway gives them; others may come and go. */
const COLUMNS = {
  tradeNo: '支付宝交易号',
  paymentNo: '商户订单号',
  kind: '业务类型',
  doneAt: '完成时间',
  amount: '订单金额(元)',
  refundNo: '退款批次号/请求号',
  fee: '服务费(元)',
} as const
type Places = Readonly<Record<keyof typeof COLUMNS, number>>

/** Behind the last trade; a file without it was cut off. */
const END = /^#.*列表结束/

/**
 * Reads 业务明细: notes begin with `#`, then the columns' names, the trades, and the mark of their end. The rest is read
 * too, because only the end of a zip shows that all of it came whole.
 */
export async function* readBill(body: Readable): AsyncGenerator<BillLine> {
  const read = csvReader()
  let places: Places | undefined
  let ended = false
  let lastLineNo = 0
  for await (const lines of textLines(Readable.from(detailFile(body), { objectMode: false }))) {
    for (const line of lines) {
      if (ended) break
      const record = read(line)
      if (!record) continue
      lastLineNo = record.lineNo
      if (line.startsWith('#')) ended = places !== undefined && END.test(line)
      else if (line.trim() === '') continue
      else if (places) yield billLine(record, places)
      else places = placesOf(record)
    }
  }
  if (!ended) {
    throw new BillUnreadable(lastLineNo, places ? billWords.noEnd : billWords.noHeading)
  }
}

function placesOf(record: CsvRecord): Places {
  const names = record.cells.map((name) => name.trim().replace('\uFEFF', '').replace('（', '(').replace('）', ')'))
  const places = Object.entries(COLUMNS).map(([key, name]) => {
    const place = names.indexOf(name)
    if (place < 0) throw new BillUnreadable(record.lineNo, billWords.noColumn(name))
    return [key, place]
  })
  return Object.fromEntries(places) as Places
}

function billLine({ lineNo, cells, raw }: CsvRecord, places: Places): BillLine {
  const cell = (key: keyof Places): string => (cells[places[key]] ?? '').trim()
  const amountFen = yuanToFen(cell('amount'))
  const feeFen = yuanToFen(cell('fee') || '0')
  const at = beijingTime(cell('doneAt'))
  const tradeNo = cell('tradeNo')
  if (amountFen === undefined) throw new BillUnreadable(lineNo, billWords.noAmount(COLUMNS.amount, cell('amount')))
  if (feeFen === undefined) throw new BillUnreadable(lineNo, billWords.noAmount(COLUMNS.fee, cell('fee')))
  if (at === undefined) throw new BillUnreadable(lineNo, billWords.noTime(cell('doneAt')))
  if (tradeNo === '') throw new BillUnreadable(lineNo, billWords.noNumber(COLUMNS.tradeNo))
  const kind = kindOf(cell('kind'))
  return {
    kind,
    lineNo,
    tradeNo,
    paymentNo: cell('paymentNo'),
    refundNo: kind === 'refund' ? cell('refundNo') : '',
    amountFen: Math.abs(amountFen),
    // The file counts from the seller's side: what was taken stands below zero. `0 -` because of minus zero.
    feeFen: feeFen === 0 ? 0 : -feeFen,
    currency: 'CNY',
    state: 'done',
    at,
    raw,
  }
}

function kindOf(text: string): BillLine['kind'] {
  if (text === '交易') return 'payment'
  return text === '退款' ? 'refund' : 'other'
}
