import { BULK_LINES_MAX, bulkErrors, bulkJsonLine, bulkLineErrors, type FormField, refusalOf } from '@quanshu/contract'
import { readTable, type TableRow } from '../../vault/index.ts'
import { type Heading, readHeading } from './columns.ts'
import type { RawLine } from './lines.ts'

export type BulkFile = {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly fileName: string
  readonly isJson: boolean
}
export type ReadFile = { readonly lines: readonly RawLine[]; readonly ignored: readonly string[] }

export type Expected = {
  /** What the goods of this file may ask for. */
  readonly fields: readonly FormField[]
  /** Whether the goods are chosen, so that no column has to name them. */
  readonly hasGoods: boolean
}

/**
 * The lines of a file, in its order: a table whose first row names the columns, a bare list of accounts when the chosen goods ask for
 * just one thing, or one JSON object a line.
 * @throws vault.* when it cannot be read; bulkErrors.noHeading, noGoods, twiceTheColumn, tooManyLines, fileEmpty
 */
export async function readBulkFile(file: BulkFile, expected: Expected): Promise<ReadFile> {
  const lines: RawLine[] = []
  let heading: Heading | undefined
  for await (const rows of readTable({ ...file, wholeLines: file.isJson })) {
    for (const row of rows) {
      if (file.isJson) lines.push(jsonLine(row))
      else if (!heading) {
        const found = headingOf(row, expected)
        heading = found.heading
        if (found.isLine) lines.push(tableLine(row, heading))
      } else lines.push(tableLine(row, heading))
      if (lines.length > BULK_LINES_MAX) throw bulkErrors.tooManyLines({ limit: BULK_LINES_MAX })
    }
  }
  if (lines.length === 0) throw bulkErrors.fileEmpty()
  return { lines, ignored: heading?.ignored ?? [] }
}

function headingOf({ cells }: TableRow, { fields, hasGoods }: Expected): { heading: Heading; isLine: boolean } {
  const heading = readHeading(cells, fields)
  if (heading) {
    const namesGoods = heading.columns.some((column) => column && 'of' in column && column.of === 'goods')
    if (!namesGoods && !hasGoods) throw bulkErrors.noGoods()
    return { heading, isLine: false }
  }
  const [only, another] = fields
  if (!hasGoods || !only || another || cells.length > 1) throw bulkErrors.noHeading()
  return { heading: { columns: [{ field: only.key }], ignored: [] }, isLine: true }
}

const NOTHING = { goods: '', quantity: '', contact: '', reference: '', form: {} }

function tableLine({ lineNo, cells, problem }: TableRow, { columns }: Heading): RawLine {
  if (problem) return { lineNo, ...NOTHING, fault: refusalOf(`import_line.${problem}`) }
  const own: Record<string, string> = { goods: '', quantity: '', contact: '', reference: '' }
  const form: Record<string, string> = {}
  for (const [at, column] of columns.entries()) {
    const cell = cells[at] ?? ''
    if (!column) continue
    if ('of' in column) own[column.of] = cell
    else if (cell !== '') form[column.field] = cell
  }
  return { lineNo, ...NOTHING, ...own, form }
}

function jsonLine({ lineNo, cells, problem }: TableRow): RawLine {
  if (problem) return { lineNo, ...NOTHING, fault: refusalOf(`import_line.${problem}`) }
  let parsed: unknown
  try {
    parsed = JSON.parse(cells[0] ?? '')
  } catch {
    return { lineNo, ...NOTHING, fault: bulkLineErrors.json({ detail: 'JSON' }) }
  }
  const line = bulkJsonLine.safeParse(parsed)
  if (!line.success) {
    const detail = line.error.issues[0]?.path.join('.') || 'JSON'
    return { lineNo, ...NOTHING, fault: bulkLineErrors.json({ detail }) }
  }
  const { sku = '', quantity, contact, reference, form } = line.data
  return {
    lineNo,
    goods: String(sku).trim(),
    quantity: String(quantity),
    contact: contact.trim(),
    reference: reference.trim(),
    form,
  }
}
