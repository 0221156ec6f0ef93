import { type PassThrough, Readable } from 'node:stream'
import yazl from 'yazl'
import type { FileReply } from '../http/index.ts'
import { parts, SHEET_PATH, sheetXml } from './workbook.ts'

export { csvLines } from './csv.ts'

/**
 * One column of a sheet. The kind decides what the cell is, so text is never taken for a formula:
 * `text` a string whatever it looks like (also for order numbers: a spreadsheet's numbers hold 15 digits),
 * `integer` a number, `fen` integer fen shown as yuan with two decimals, `time` a moment in the shop's zone.
 */
export type Column<T> = { readonly header: string; readonly width?: number } & (
  | { readonly kind: 'text'; readonly value: (row: T) => string | number | null }
  | { readonly kind: 'integer' | 'fen'; readonly value: (row: T) => number | null }
  | { readonly kind: 'time'; readonly value: (row: T) => Date | string | null }
)

/**
 * An xlsx workbook with one sheet, made while it is read: memory does not grow with the rows.
 * An error of `rows` destroys the stream, so a half file never looks whole. A sheet holds 1,048,575 rows below its
 * header; one more is an error.
 */
export function streamXlsx<T>(columns: readonly Column<T>[], rows: AsyncIterable<T>): Readable {
  const zip = new yazl.ZipFile()
  const out = zip.outputStream as PassThrough
  const sheet = Readable.from(sheetXml(columns, rows), { objectMode: false })
  sheet.on('error', (error) => out.destroy(error))
  // The reader went away: stop asking the database for rows.
  out.on('close', () => sheet.destroy())
  for (const [path, xml] of parts()) zip.addBuffer(Buffer.from(xml), path)
  zip.addReadStream(sheet, SHEET_PATH)
  zip.end()
  return out
}

/** The answer of an export route; saved as `<name>.xlsx`. */
export function xlsxReply<T>(name: string, columns: readonly Column<T>[], rows: AsyncIterable<T>): FileReply {
  return {
    content: streamXlsx(columns, rows),
    contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    fileName: `${name}.xlsx`,
  }
}
