import { SHOP_TIME_ZONE } from '@quanshu/kernel'
import type { Column } from './index.ts'

/** ECMA-376: rows of a sheet with its header, and characters of a cell. */
const ROWS_MAX = 1_048_576
const TEXT_MAX = 32_767
/** Rows put into one chunk of the stream; about 30 KB. */
const ROWS_PER_CHUNK = 200

export const SHEET_PATH = 'xl/worksheets/sheet1.xml'

/** Index of a cell's look in styles.xml. */
const STYLE = { text: 0, integer: 1, fen: 2, time: 3, header: 4 } as const

/** The sheet as XML, a chunk of rows at a time. */
export async function* sheetXml<T>(columns: readonly Column<T>[], rows: AsyncIterable<T>): AsyncGenerator<string> {
  yield sheetHead(columns)
  let count = 1
  let chunk = ''
  for await (const row of rows) {
    count += 1
    if (count > ROWS_MAX) throw new RangeError(`a sheet holds at most ${ROWS_MAX - 1} rows`)
    chunk += `<row>${columns.map((column) => cellXml(column, row)).join('')}</row>`
    if (count % ROWS_PER_CHUNK === 0) {
      yield chunk
      chunk = ''
    }
  }
  yield `${chunk}</sheetData><autoFilter ref="A1:${columnName(columns.length)}${count}"/></worksheet>`
}

function sheetHead<T>(columns: readonly Column<T>[]): string {
  const widths = columns.map(
    ({ width = 16 }, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`,
  )
  const headers = columns.map(({ header }) => textCell(header, STYLE.header))
  return [
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">',
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>',
    `<cols>${widths.join('')}</cols>`,
    `<sheetData><row>${headers.join('')}</row>`,
  ].join('')
}

function cellXml<T>(column: Column<T>, row: T): string {
  if (column.kind === 'text') {
    const value = column.value(row)
    return value === null ? '<c/>' : textCell(String(value), STYLE.text)
  }
  if (column.kind === 'time') {
    const value = column.value(row)
    return value === null ? '<c/>' : numberCell(serialTime(new Date(value)), STYLE.time)
  }
  const value = column.value(row)
  if (value === null) return '<c/>'
  return numberCell(column.kind === 'fen' ? value / 100 : value, STYLE[column.kind])
}

function numberCell(value: number, style: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`not a number for a cell: ${value}`)
  return `<c s="${style}"><v>${value}</v></c>`
}

/** An inline string is a string for every reader: what begins with `=`, `+` or `@` stays what it is. */
function textCell(text: string, style: number): string {
  return `<c s="${style}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(text.slice(0, TEXT_MAX))}</t></is></c>`
}

/** Characters that XML 1.0 cannot carry are left out. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[[\p{Cc}--[\t\n\r\x7f-\x9f]]\ufffe\uffff]/gv, '')
    .replace(/[&<>]/g, (char) => (char === '&' ? '&amp;' : char === '<' ? '&lt;' : '&gt;'))
}

const wallClock = new Intl.DateTimeFormat('en-CA', {
  timeZone: SHOP_TIME_ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** Days since 1899-12-30 on the shop's wall clock, whole seconds: a spreadsheet knows no zones. */
function serialTime(instant: Date): number {
  const part = Object.fromEntries(wallClock.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  const seconds = (Date.UTC(year, month - 1, day, hour, minute, second) - Date.UTC(1899, 11, 30)) / 1000
  return seconds / 86_400
}

/** 1 → A, 27 → AA. */
function columnName(index: number): string {
  const letter = String.fromCharCode(65 + ((index - 1) % 26))
  return index <= 26 ? letter : columnName(Math.floor((index - 1) / 26)) + letter
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'

/** Everything of the package but the sheet itself. */
export function parts(): readonly (readonly [path: string, xml: string])[] {
  return [
    [
      '[Content_Types].xml',
      `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/${SHEET_PATH}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
    ],
    [
      '_rels/.rels',
      `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      'xl/workbook.xml',
      `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    ],
    ['xl/styles.xml', stylesXml],
  ]
}

/** Looks 0-4 as named in STYLE; 49 is "text", 1 is "0", 4 is "#,##0.00". */
const stylesXml = [
  `${HEAD}<styleSheet xmlns="${MAIN}">`,
  '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>',
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>',
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>',
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>',
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>',
  '<cellXfs count="5">',
  ...[
    [49, 0],
    [1, 0],
    [4, 0],
    [164, 0],
    [49, 1],
  ].map(
    ([format, font]) =>
      `<xf numFmtId="${format}" fontId="${font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>`,
  ),
  '</cellXfs></styleSheet>',
].join('')
