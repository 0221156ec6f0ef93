import type { Column } from './index.ts'

/**
 * The columns of a sheet as CSV, made while it is read: fen as yuan with two decimals, moments in RFC 3339. A spreadsheet
 * takes it for UTF-8 by its byte order mark. With tabs instead of commas it is
 * a table of text, in which every value stands as it is.
 */
export async function* csvLines<T>(
  columns: readonly Column<T>[],
  rows: AsyncIterable<T>,
  separator: ',' | '\t' = ',',
): AsyncGenerator<string> {
  const lineOf = (cells: readonly string[]): string => `${cells.map(quoted).join(separator)}\r\n`
  yield `\ufeff${lineOf(columns.map(({ header }) => header))}`
  for await (const row of rows) yield lineOf(columns.map((column) => cellOf(column, row, separator === ',')))
}

function cellOf<T>(column: Column<T>, row: T, isForSheets: boolean): string {
  if (column.kind === 'fen') {
    const value = column.value(row)
    return value === null ? '' : (value / 100).toFixed(2)
  }
  if (column.kind === 'time') {
    const value = column.value(row)
    return value === null ? '' : new Date(value).toISOString()
  }
  const text = String(column.value(row) ?? '')
  // What a spreadsheet would take for a formula is text behind an apostrophe; numbers are ours and stay numbers.
  return isForSheets && column.kind === 'text' && /^[=+\-@＝＋－＠\t\r\n]/.test(text) ? `'${text}` : text
}

/** RFC 4180. */
const quoted = (text: string): string => (/[",\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
