import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { type Outbound, OutboundFailure } from '../../../platform/outbound/index.ts'
import { type BillLine, type BillOutcome, type Bills, BillUnreadable, type GatewayAccount } from '../gateway.ts'
import { billWords } from './bill-words.ts'
import { type CsvRecord, csvReader, textLines } from './csv.ts'
import { callSimPay, unknown } from './sim-pay-wire.ts'

const FILE_BYTES_MAX = 256 * 1024 * 1024
const FILE_TIMEOUT_MS = 120_000
const COLUMNS = [
  'type',
  'trade_no',
  'out_trade_no',
  'out_refund_no',
  'amount',
  'fee',
  'currency',
  'status',
  'time',
] as const
type Places = Readonly<Record<(typeof COLUMNS)[number], number>>

const link = z.object({ download_path: z.string().regex(/^\/v1\/billfiles\/[0-9A-Za-z_-]{1,80}$/), sha256: z.string() })

/** Sim Pay's daily bill: a signed link that carries the file's hash, then the file. */
export const bills: Bills = { fetch, read }

async function fetch(outbound: Outbound, account: GatewayAccount, day: string): Promise<BillOutcome> {
  const answer = await callSimPay(outbound, account, 'GET', `/v1/bills/${day}`)
  if (answer.kind !== 'answer') return answer
  if (answer.code === 'NO_BILL') return { kind: 'empty' }
  const message = String(answer.value.message ?? '')
  if (answer.code === 'BILL_NOT_READY') return { kind: 'not_ready', message }
  if (answer.code !== 'OK') return { kind: 'refused', code: answer.code, message }
  const parsed = link.safeParse(answer.value)
  if (!parsed.success) return unknown('no link to the bill')
  const { download_path: path, sha256 } = parsed.data
  try {
    const url = account.baseUrl.replace(/\/+$/, '') + path
    const file = await outbound.call({
      method: 'GET',
      url,
      headers: {},
      timeoutMs: FILE_TIMEOUT_MS,
      answerMaxBytes: FILE_BYTES_MAX,
    })
    if (file.status !== 200) return unknown(`HTTP ${file.status} instead of the bill`)
    if (createHash('sha256').update(file.body).digest('hex') !== sha256) return unknown('the bill’s hash is wrong')
    return { kind: 'done', fileName: `sim-pay-${day}.csv`, body: Readable.from([file.body], { objectMode: false }) }
  } catch (error) {
    if (error instanceof OutboundFailure) return unknown(error.message)
    throw error
  }
}

async function* read(body: Readable): AsyncGenerator<BillLine> {
  const records = csvReader()
  let places: Places | undefined
  let count = 0
  let told: number | undefined
  let lineNo = 0
  for await (const lines of textLines(body)) {
    for (const line of lines) {
      const record = records(line)
      if (!record) continue
      lineNo = record.lineNo
      if (line.startsWith('#end,')) told = Number(line.slice(5))
      else if (line.trim() === '' || told !== undefined) continue
      else if (places) {
        count += 1
        yield lineOf(record, places)
      } else places = placesOf(record)
    }
  }
  if (!places) throw new BillUnreadable(0, billWords.noHeading)
  if (told === undefined) throw new BillUnreadable(lineNo, billWords.noEnd)
  if (told !== count) throw new BillUnreadable(lineNo, billWords.otherCount(told, count))
}

function placesOf({ lineNo, cells }: CsvRecord): Places {
  const places = COLUMNS.map((name) => {
    const place = cells.indexOf(name)
    if (place < 0) throw new BillUnreadable(lineNo, billWords.noColumn(name))
    return [name, place]
  })
  return Object.fromEntries(places) as Places
}

const KINDS: Readonly<Record<string, BillLine['kind']>> = { PAYMENT: 'payment', REFUND: 'refund' }
const STATES: Readonly<Record<string, BillLine['state']>> = { SUCCESS: 'done', PROCESSING: 'pending', FAILED: 'failed' }

function lineOf({ lineNo, cells, raw }: CsvRecord, places: Places): BillLine {
  const cell = (name: keyof Places): string => cells[places[name]] ?? ''
  const fen = (name: 'amount' | 'fee'): number => {
    if (!/^-?\d{1,15}$/.test(cell(name))) throw new BillUnreadable(lineNo, billWords.noAmount(name, cell(name)))
    return Number(cell(name))
  }
  const state = STATES[cell('status')]
  if (!state) throw new BillUnreadable(lineNo, billWords.unknownState(cell('status')))
  const amountFen = fen('amount')
  if (amountFen < 0) throw new BillUnreadable(lineNo, billWords.belowZero)
  if (Number.isNaN(Date.parse(cell('time')))) throw new BillUnreadable(lineNo, billWords.noTime(cell('time')))
  return {
    kind: KINDS[cell('type')] ?? 'other',
    lineNo,
    tradeNo: cell('trade_no'),
    paymentNo: cell('out_trade_no'),
    refundNo: cell('out_refund_no'),
    amountFen,
    feeFen: fen('fee'),
    currency: cell('currency'),
    state,
    at: cell('time'),
    raw,
  }
}
