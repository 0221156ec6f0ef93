import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type BillLine, BillUnreadable } from '../../gateway.ts'
import { beijingTime } from '../beijing-day.ts'
import { billWords } from '../bill-words.ts'
import { textLines } from '../csv.ts'

/**
 * Reads a bill, packed or not: of all trade, of payments only or of refunds only. Columns are found by their names, for
 * the three kinds have different ones and names stay where positions move.
 * @throws BillUnreadable for a file that is none, ends early, or counts other lines than it has
 */
export async function* readBill(body: Readable): AsyncGenerator<BillLine> {
  const bill = billReader()
  try {
    for await (const batch of textLines(await unpacked(body))) {
      for (const text of batch) {
        const line = bill.take(text)
        if (line) yield line
      }
    }
  } catch (error) {
    if (error instanceof BillUnreadable || !(error instanceof Error)) throw error
    throw new BillUnreadable(bill.lineNo(), billWords.broken(error.message), { cause: error })
  } finally {
    body.destroy()
  }
  bill.finish()
}

/** Goes through header, lines, second header and sums. `take` gives a line of trade, or nothing for the others. */
function billReader() {
  let lineNo = 0
  let lines = 0
  let read: ((line: string, lineNo: number) => BillLine) | undefined
  let isOver = false
  let counted: number | undefined
  return {
    lineNo: () => lineNo,
    take: (text: string): BillLine | undefined => {
      lineNo += 1
      if (text === '') return undefined
      if (!read) read = lineReader(text, lineNo)
      else if (isOver) counted ??= countOf(text)
      else if (text.startsWith(SUMMARY_HEAD)) isOver = true
      else {
        lines += 1
        return read(text, lineNo)
      }
      return undefined
    },
    finish: (): void => {
      if (counted === undefined) throw new BillUnreadable(lineNo, billWords.noSums)
      if (counted !== lines) throw new BillUnreadable(lineNo, billWords.otherCount(counted, lines))
    },
  }
}

const SUMMARY_HEAD = '总交易单数'
const countOf = (line: string): number => Number(/^`(\d+)/.exec(line)?.[1] ?? Number.NaN)

/** Unpacks when the first two bytes say so. */
async function unpacked(body: Readable): Promise<Readable> {
  const parts = body[Symbol.asyncIterator]()
  let bytes: Buffer = Buffer.alloc(0)
  for (let part = await parts.next(); !part.done; part = await parts.next()) {
    bytes = Buffer.concat([bytes, toBuffer(part.value)])
    if (bytes.length >= 2) break
  }
  async function* whole(): AsyncGenerator<Buffer> {
    yield bytes
    for (let part = await parts.next(); !part.done; part = await parts.next()) yield toBuffer(part.value)
  }
  const source = Readable.from(whole())
  if (!isGzip(bytes)) return source
  const gunzip = createGunzip()
  // Whoever reads `gunzip` meets what goes wrong on either side.
  pipeline(source, gunzip).catch(() => {})
  return gunzip
}

const toBuffer = (part: unknown): Buffer => (Buffer.isBuffer(part) ? part : Buffer.from(String(part)))

const BYTE_ORDER_MARK = /^\ufeff/
/** Cells are separated by a comma and begin with a back-tick, which goods' names do not contain. */
const cellsOf = (line: string): readonly string[] => line.slice(1).split(',`')

/** @returns a function that reads lines under this header */
function lineReader(header: string, headerNo: number): (line: string, lineNo: number) => BillLine {
  const columns = header.replace(BYTE_ORDER_MARK, '').split(',')
  const at = (name: string): number => columns.indexOf(name)
  const need = (name: string): number => {
    const index = at(name)
    if (index < 0) throw new BillUnreadable(headerNo, billWords.notOfWechat(name))
    return index
  }
  const place = {
    time: need('交易时间'),
    tradeNo: need('微信订单号'),
    paymentNo: need('商户订单号'),
    tradeState: need('交易状态'),
    currency: need('货币种类'),
    fee: need('手续费'),
    total: need('订单金额'),
    refundNo: at('商户退款单号'),
    refundState: at('退款状态'),
    refunded: at('申请退款金额'),
  }
  return (line, lineNo) => {
    if (!line.startsWith('`')) throw new BillUnreadable(lineNo, billWords.noBacktick)
    const cells = cellsOf(line)
    if (cells.length !== columns.length) {
      throw new BillUnreadable(lineNo, billWords.cellCount(cells.length, columns.length))
    }
    const cell = (index: number): string => cells[index] ?? ''
    const isRefund = cell(place.tradeState) === 'REFUND'
    const refundState = cell(place.refundState)
    const time = beijingTime(cell(place.time))
    if (time === undefined) throw new BillUnreadable(lineNo, billWords.noTime(cell(place.time)))
    return {
      kind: isRefund ? 'refund' : cell(place.tradeState) === 'SUCCESS' ? 'payment' : 'other',
      lineNo,
      tradeNo: cell(place.tradeNo),
      paymentNo: cell(place.paymentNo),
      refundNo: isRefund ? cell(place.refundNo) : '',
      amountFen: Math.abs(wholeFen(cell(isRefund ? place.refunded : place.total), lineNo)),
      feeFen: roundedFen(cell(place.fee), lineNo),
      currency: cell(place.currency),
      state: isRefund ? (REFUND_STATES[refundState] ?? unreadableState(refundState, lineNo)) : 'done',
      at: time,
      raw: line,
    }
  }
}

/** The bill's own words. CHANGE: the person's account took nothing, the money came back to the merchant. */
const REFUND_STATES: Readonly<Record<string, BillLine['state']>> = {
  SUCCESS: 'done',
  PROCESSING: 'pending',
  FAIL: 'failed',
  CHANGE: 'failed',
}

function unreadableState(state: string, lineNo: number): never {
  throw new BillUnreadable(lineNo, billWords.unknownState(state))
}

const YUAN = /^(-?)(\d{1,12})(?:\.(\d{1,6}))?$/

function wholeFen(text: string, lineNo: number): number {
  const fen = fenOf(text, lineNo)
  if (!Number.isInteger(fen)) throw new BillUnreadable(lineNo, billWords.notWhole(text))
  return fen
}

/** Fees are told with five decimals and settled to the fen, half up. */
function roundedFen(text: string, lineNo: number): number {
  const fen = fenOf(text, lineNo)
  return Math.sign(fen) * Math.round(Math.abs(fen)) || 0
}

/** Yuan in a bill → fen, with a fraction where the bill has one. Counted in digits: 0.29 × 100 is no 29. */
function fenOf(text: string, lineNo: number): number {
  const match = YUAN.exec(text)
  if (!match) throw new BillUnreadable(lineNo, billWords.badAmount(text))
  const [, sign = '', whole = '', decimals = ''] = match
  const micro = Number(whole) * 1_000_000 + Number(decimals.padEnd(6, '0'))
  return ((sign === '-' ? -1 : 1) * micro) / 10_000
}

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b
