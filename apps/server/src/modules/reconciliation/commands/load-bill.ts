import { createReadStream } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import { reconciliationErrors, type StatementMap } from '@quanshu/contract'
import { Refusal } from '@quanshu/kernel'
import { storableJson } from '../../../platform/db/index.ts'
import { BillUnreadable, billWords } from '../../payments/index.ts'
import type { Rates } from '../../suppliers/index.ts'
import { beijingDay, type DayOf, held, type Reconciler, type SourceLine, signOf, systemCtx } from '../model.ts'
import { fetchedLines } from '../supplies/fetched.ts'
import { isAbroad, statementLines } from '../supplies/lines.ts'
import { neededMap } from '../supplies/map.ts'
import { rowsOf } from '../supplies/rows.ts'
import { supplierOf } from '../supplies/source.ts'
import type { Spooled } from './spool.ts'

/** One call of the database: about 60 ms. */
const CHUNK_LINES = 4_000
const CHUNK_CHARS_MAX = 2 * 1024 * 1024
/** So close to midnight a gateway may put what happened on the neighbour's bill. */
const NEAR_MIDNIGHT_MS = 7_200_000
const DAY_MS = 86_400_000
/** A sheet of a workbook holds as many; no gateway of a single shop comes near. */
const LINES_MAX = 5_000_000

export type BillFacts = DayOf & {
  readonly worker: string
  readonly source: 'fetched' | 'uploaded'
  readonly askedBy: string
  readonly fileName: string
}
export type Loaded = { readonly billId: number /** It counts already. */; readonly isKnown: boolean }

/**
 * Reads a laid-down file into the day's bill, which counts from then on. Memory does not grow with the file. The same file
 * again changes nothing.
 * @throws reconciliationErrors.unreadable, notABill, otherDay, tooManyLines; LeaseLost
 */
export async function loadBill(reconciler: Reconciler, facts: BillFacts, file: Spooled): Promise<Loaded> {
  const { db } = reconciler
  const { tenantId, worker } = facts
  const named = await namedColumns(reconciler, facts)
  const begun = held(
    await db.call<Loaded | null>(tenantId, 'reconciliation.start_bill', worker, {
      ...facts,
      hash: file.hash,
      bytes: file.bytes,
      rates: named ? ratesText(named.rates) : '',
    }),
  )
  if (begun.isKnown) return begun
  const { billId } = begun
  try {
    const lines = file.bytes === 0 ? noLines() : await linesOf(reconciler, facts, file, named)
    const totals = await loadLines(reconciler, { ...facts, billId }, lines)
    held(await db.call<true | null>(tenantId, 'reconciliation.finish_bill', billId, worker, totals))
    return begun
  } catch (error) {
    const refusal = error instanceof BillUnreadable ? refusalOf(error) : error
    const failure =
      refusal instanceof Refusal
        ? { code: refusal.code, params: refusal.params }
        : { code: 'reconciliation.failed', params: {} }
    await db.call(tenantId, 'reconciliation.fail_bill', billId, failure)
    throw refusal
  }
}

type Named = { readonly map: StatementMap; readonly rates: Rates }

/**
 * A supplier's own list is read by the names that a person gave its columns, and by the rates of now where it is not in yuan:
 * by others the same file is another statement. Undefined for what a person has not uploaded.
 * @throws reconciliationErrors.noStatementMap
 */
async function namedColumns(
  { db, statements }: Pick<Reconciler, 'db' | 'statements'>,
  { tenantId, gateway, source }: BillFacts,
): Promise<Named | undefined> {
  const supplierId = supplierOf(gateway)
  if (supplierId === undefined || source === 'fetched') return undefined
  const map = await db.read(systemCtx(tenantId), (tx) => neededMap(tx, supplierId))
  return { map, rates: isAbroad(map) ? await statements.rates(tenantId, supplierId) : new Map() }
}

const ratesText = (rates: Rates): string => [...rates].map(([currency, rate]) => `${currency}=${rate}`).join(',')

async function linesOf(
  { bills }: Pick<Reconciler, 'bills'>,
  { gateway }: BillFacts,
  { path }: Spooled,
  named: Named | undefined,
): Promise<AsyncIterable<SourceLine>> {
  if (named) return statementLines(rowsOf(path), named.map, named.rates)
  return supplierOf(gateway) === undefined ? bills.read(gateway, createReadStream(path)) : fetchedLines(path)
}

const refusalOf = ({ lineNo, why }: BillUnreadable): Refusal => {
  const words = { why: why.en, whyZh: why.zh }
  return lineNo > 0 ? reconciliationErrors.unreadable({ line: lineNo, ...words }) : reconciliationErrors.notABill(words)
}

async function* noLines(): AsyncGenerator<SourceLine> {}

async function loadLines(
  { db }: Pick<Reconciler, 'db'>,
  { tenantId, worker, billId, day, source }: BillFacts & { readonly billId: number },
  lines: AsyncIterable<SourceLine>,
): Promise<Totals> {
  const totals = newTotals()
  const dayOfLines = watchDay(day)
  let chunk = newChunk()
  let nextN = 1
  let sent: Promise<true | null> = Promise.resolve(true)
  // While the database takes one chunk, the next is read.
  const send = async (): Promise<void> => {
    const { texts, columns } = chunk
    const packed = deflateRawSync(storableJson(texts), { level: 1 })
    held(await sent)
    sent = db.call<true | null>(tenantId, 'reconciliation.load_lines', billId, worker, nextN, columns, packed)
    // Its failure is met at the next await of `sent`; until then it is no unhandled rejection.
    sent.catch(() => undefined)
    nextN += texts.length
    chunk = newChunk()
  }
  try {
    for await (const line of lines) {
      mustBeLikely(line)
      dayOfLines.see(line)
      add(chunk, line)
      count(totals, line)
      if (nextN + chunk.texts.length > LINES_MAX) throw reconciliationErrors.tooManyLines({ max: LINES_MAX })
      if (chunk.texts.length >= CHUNK_LINES || chunk.chars >= CHUNK_CHARS_MAX) await send()
    }
    if (source === 'uploaded') dayOfLines.mustBeMet()
    if (chunk.texts.length > 0) await send()
    held(await sent)
    return totals
  } finally {
    // Nothing may reach the bill after its loading is over.
    await sent.catch(() => undefined)
  }
}

/** What a bank charges for a dispute may be more than was disputed; of anything else a gateway keeps a part. */
function mustBeLikely({ kind, lineNo, amountFen, feeFen }: SourceLine): void {
  if (kind !== 'payment' && kind !== 'refund') return
  if (Math.abs(feeFen) > amountFen) throw new BillUnreadable(lineNo, billWords.feeAboveAmount)
}

/** A file none of whose lines is of the day is another day's, chosen by mistake. What a gateway gives for a day is its bill. */
function watchDay(day: string): { readonly see: (line: SourceLine) => void; readonly mustBeMet: () => void } {
  const fromMs = Date.parse(`${day}T00:00:00+08:00`)
  let isMet = false
  let other: string | undefined
  return {
    see: ({ kind, at }) => {
      if (isMet || kind === 'other') return
      const atMs = Date.parse(at)
      isMet = atMs >= fromMs - NEAR_MIDNIGHT_MS && atMs < fromMs + DAY_MS + NEAR_MIDNIGHT_MS
      other ??= beijingDay(new Date(atMs))
    },
    mustBeMet: () => {
      if (!isMet && other !== undefined) throw reconciliationErrors.otherDay({ day, other })
    },
  }
}

const newChunk = () => ({
  texts: [] as string[],
  chars: 0,
  columns: {
    lineNo: [] as number[],
    kind: [] as string[],
    state: [] as string[],
    tradeNo: [] as string[],
    paymentNo: [] as string[],
    refundNo: [] as string[],
    amountFen: [] as number[],
    feeFen: [] as number[],
    currency: [] as string[],
    at: [] as string[],
    ownCurrency: [] as (string | null)[],
    ownHao: [] as (number | null)[],
    ownRate: [] as (number | null)[],
  },
})

function add(chunk: ReturnType<typeof newChunk>, line: SourceLine): void {
  const { columns, texts } = chunk
  columns.lineNo.push(line.lineNo)
  columns.kind.push(line.kind)
  columns.state.push(line.state)
  columns.tradeNo.push(storable(line.tradeNo))
  columns.paymentNo.push(storable(line.paymentNo))
  columns.refundNo.push(storable(line.refundNo))
  columns.amountFen.push(line.amountFen)
  columns.feeFen.push(line.feeFen)
  columns.currency.push(line.currency)
  columns.at.push(line.at)
  columns.ownCurrency.push(line.own?.currency ?? null)
  columns.ownHao.push(line.own?.hao ?? null)
  columns.ownRate.push(line.own?.rate ?? null)
  texts.push(line.raw)
  chunk.chars += line.raw.length
}

/** PostgreSQL takes no NUL in a text; a number that has one is none of ours anyway. */
const storable = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '') : text)

/** What the bill says in all; lines that moved nothing are not counted. */
export type Totals = {
  payments: number
  paidFen: number
  refunds: number
  refundedFen: number
  feeFen: number
  others: number
}

const newTotals = (): Totals => ({ payments: 0, paidFen: 0, refunds: 0, refundedFen: 0, feeFen: 0, others: 0 })

function count(totals: Totals, { kind, state, amountFen, feeFen }: SourceLine): void {
  const isWon = kind === 'chargeback' && state === 'failed'
  if (kind === 'other') totals.others += 1
  else if (state !== 'done' && !isWon) return
  else if (signOf(kind) > 0 || isWon) {
    totals.payments += 1
    totals.paidFen += amountFen
    totals.feeFen += feeFen
  } else {
    totals.refunds += 1
    totals.refundedFen += amountFen
    totals.feeFen += feeFen
  }
}
