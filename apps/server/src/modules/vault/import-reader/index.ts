import { vaultErrors } from '@quanshu/contract'
import { detectFormat, FORMAT_NAMES } from './format.ts'
import { createLineParser, createTableParser, type Line, type Row, type Separator } from './line.ts'
import { readTextRows } from './text.ts'
import { readXlsxRows } from './xlsx.ts'

export { type Line, type Row, type Separator, splitBySeparators } from './line.ts'

/** How many of the first bytes are looked at to tell what a file is. */
const HEAD_BYTES = 4_096

export type CardFile = {
  readonly bytes: AsyncIterable<Uint8Array>
  /** As the person's machine calls it; empty for pasted text. Its ending is what the file claims to be. */
  readonly fileName: string
  readonly separator: Separator
  /** Hears the first bytes (at most HEAD_BYTES) before anything is read of the rest. */
  readonly onHead?: (head: Uint8Array) => Promise<void>
}

/**
 * Reads card keys, one a line or row, in blocks of some hundreds. Memory stays bounded whatever the file holds: text
 * is read as a stream, a workbook is kept compressed and its sheet inflated as a stream. Empty lines are skipped.
 * Nothing is written anywhere.
 * @throws vaultErrors when the file is not what its name says, or cannot be read
 */
export async function* readCardFile(file: CardFile): AsyncGenerator<readonly Line[]> {
  const parser = createLineParser({ separator: file.separator, csv: /\.csv$/i.test(file.fileName) })
  for await (const block of rowsOf(file)) {
    const lines = parser.parse(block)
    if (lines.length > 0) yield lines
  }
  const rest = parser.end()
  if (rest.length > 0) yield rest
}

/**
 * Reads a table, txt, csv or xlsx in whatever encoding, as rows of cells; with `wholeLines` a line of text is one cell. Memory
 * stays bounded as above, and work by `inflatedMax`, the bytes that a workbook's sheet may have. @throws vaultErrors when the file is not what its name says, or cannot be read
 */
export async function* readTable(
  file: Pick<CardFile, 'bytes' | 'fileName'> & { readonly wholeLines?: boolean; readonly inflatedMax?: number },
): AsyncGenerator<readonly Row[]> {
  const parse = createTableParser(file.wholeLines)
  for await (const block of rowsOf(file, file.inflatedMax)) yield parse(block)
}

/** The rows of a file that is what its name says. */
async function* rowsOf(file: Omit<CardFile, 'separator'>, inflatedMax?: number): AsyncGenerator<readonly Row[]> {
  const { head, bytes } = await takeHead(file.bytes)
  if (head.length === 0) throw vaultErrors.fileEmpty()
  await file.onHead?.(head)
  const format = detectFormat(head)
  const claim = claimOf(file.fileName)
  if (format !== claim) throw refusalFor(file.fileName, claim, format)
  yield* format === 'xlsx' ? readXlsxRows(bytes, { inflatedMax }) : readTextRows(bytes)
}

type Claim = 'text' | 'xlsx'

/** Only `.xlsx` claims to be a workbook; a txt, csv, list or log of any other name is text. */
const claimOf = (fileName: string): Claim => (/\.xls[xm]$/i.test(fileName) ? 'xlsx' : 'text')

function refusalFor(fileName: string, claim: Claim, format: keyof typeof FORMAT_NAMES) {
  const is = FORMAT_NAMES[format]
  if (format === 'ole') return vaultErrors.fileOldExcel({ fileName })
  if (claim === 'xlsx') return vaultErrors.fileNotXlsx({ fileName, is })
  return vaultErrors.fileNotText({ fileName, is })
}

/** Looks at the first bytes and gives the whole stream back. */
async function takeHead(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly head: Uint8Array; readonly bytes: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]()
  const seen: Uint8Array[] = []
  let length = 0
  while (length < HEAD_BYTES) {
    const next = await iterator.next()
    if (next.done) break
    seen.push(next.value)
    length += next.value.length
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      yield* seen.splice(0)
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { head: Buffer.concat(seen, Math.min(length, HEAD_BYTES)), bytes: whole() }
}
