import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { BillUnreadable, billWords, csvReader, textLines } from '../../payments/index.ts'
import { readXlsxRows } from '../../vault/index.ts'

/** A row of a file, from 1. */
export type Row = { readonly lineNo: number; readonly cells: readonly string[]; readonly raw: string }

const COLUMNS_MAX = 100

/** The rows of a csv file or of a workbook's first sheet, whatever it is called. @throws BillUnreadable */
export async function* rowsOf(path: string): AsyncGenerator<Row> {
  yield* (await isZip(path)) ? workbookRows(path) : textRows(path)
}

async function* workbookRows(path: string): AsyncGenerator<Row> {
  for await (const block of readXlsxRows(createReadStream(path), { columnsMax: COLUMNS_MAX, hasFigures: true })) {
    for (const { lineNo, cells, problem } of block) {
      // A number of 20 digits that Excel took for a figure has lost its end: nothing may be matched by it.
      if (problem !== undefined) {
        throw new BillUnreadable(
          lineNo,
          problem === 'number_precision' ? billWords.lostDigits : billWords.unreadableCells,
        )
      }
      if (cells.some((cell) => cell.trim() !== '')) yield { lineNo, cells: cells.map(tidy), raw: cells.join(',') }
    }
  }
}

async function* textRows(path: string): AsyncGenerator<Row> {
  const record = csvReader()
  for await (const lines of textLines(createReadStream(path))) {
    for (const line of lines) {
      const row = record(line)
      if (row && row.raw.trim() !== '') yield { ...row, cells: row.cells.map(tidy) }
    }
  }
}

/** Byte-order marks, and the back-tick or tabulator that keeps a spreadsheet from taking a number for a figure. */
const tidy = (cell: string): string => cell.replace(/^\uFEFF/, '').replace(/^[\s`'=]*"?|"?\s*$/g, '')

async function isZip(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return bytesRead === 4 && buffer.toString('latin1').startsWith('PK\x03\x04')
  } finally {
    await file.close()
  }
}
