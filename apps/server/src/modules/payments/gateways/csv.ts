import type { Readable } from 'node:stream'
import { TextDecoder } from 'node:util'
import { BillUnreadable } from '../gateway.ts'
import { billWords } from './bill-words.ts'

/** A line of a bill: longer is a file of something else. */
const RECORD_CHARS_MAX = 64 * 1024
/** Enough for the heading, where a Chinese file shows in which encoding it is written. */
const SNIFFED_BYTES_MAX = 16 * 1024

export type CsvRecord = { readonly lineNo: number; readonly cells: readonly string[]; readonly raw: string }

/** A file's bytes as text: UTF-8 with or without BOM, else GBK, which Chinese spreadsheets still write. */
async function* decoded(body: Readable): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined
  for await (const chunk of body) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    decoder ??= new TextDecoder(isUtf8(bytes.subarray(0, SNIFFED_BYTES_MAX)) ? 'utf-8' : 'gbk')
    yield decoder.decode(bytes, { stream: true })
  }
  if (decoder) yield decoder.decode()
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    // As a stream, a character cut in two at the end is no mistake.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/** The lines of a file by batches, so that a million of them are not a million turns of the event loop. */
export async function* textLines(body: Readable): AsyncGenerator<readonly string[]> {
  let rest = ''
  for await (const text of decoded(body)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > RECORD_CHARS_MAX) throw new BillUnreadable(0, billWords.longLine(RECORD_CHARS_MAX))
    if (lines.length > 0) yield lines.map(withoutReturn)
  }
  if (rest !== '') yield [withoutReturn(rest)]
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)

/**
 * Turns lines into records, one call per line: a record whose quotes are still open waits for the next line.
 * @throws BillUnreadable when quotes are never closed
 */
export function csvReader(): (line: string) => CsvRecord | undefined {
  let lineNo = 0
  let open = ''
  return (line) => {
    lineNo += 1
    if (open === '' && !line.includes('"')) return { lineNo, cells: line.split(','), raw: line }
    const raw = open === '' ? line : `${open}\n${line}`
    const cells = quotedCells(raw)
    if (!cells && raw.length > RECORD_CHARS_MAX) throw new BillUnreadable(lineNo, billWords.openQuote)
    open = cells ? '' : raw
    return cells && { lineNo, cells, raw }
  }
}

/** Undefined while a quotation mark is open. */
function quotedCells(raw: string): readonly string[] | undefined {
  const cells: string[] = []
  let at = 0
  for (;;) {
    if (raw[at] !== '"') {
      const end = raw.indexOf(',', at)
      cells.push(raw.slice(at, end < 0 ? raw.length : end))
      if (end < 0) return cells
      at = end + 1
      continue
    }
    let end = raw.indexOf('"', at + 1)
    while (end >= 0 && raw[end + 1] === '"') end = raw.indexOf('"', end + 2)
    if (end < 0) return undefined
    cells.push(raw.slice(at + 1, end).replaceAll('""', '"'))
    const next = raw.indexOf(',', end)
    if (next < 0) return cells
    at = next + 1
  }
}
