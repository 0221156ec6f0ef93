import type { Readable } from 'node:stream'
import { vaultErrors } from '@quanshu/contract'
import { Refusal } from '@quanshu/kernel'
import sax from 'sax'
import yauzl from 'yauzl'
import { type InvalidReason, LINE_CHARS_MAX, PARTS_MAX, type Row } from './line.ts'

/** A workbook stays compressed in memory, because a ZIP is read from its end. Half a million codes take about 20 MB. */
const XLSX_BYTES_MAX = 64 * 1024 * 1024
/** A ZIP bomb inflates a thousandfold; real sheets stay below fifty. */
const INFLATE_RATIO_MAX = 250
const SHEET_BYTES_MAX = 1024 * 1024 * 1024
const STRINGS_BYTES_MAX = 256 * 1024 * 1024
const STRINGS_MAX = 2_000_000
const ENTRIES_MAX = 2_000
const SMALL_PART_BYTES_MAX = 4 * 1024 * 1024

export type SheetOptions = {
  readonly columnsMax?: number
  /** Amounts and times are expected, not codes alone. */
  readonly hasFigures?: boolean
  /** Of the sheet, and of the texts, once inflated. */
  readonly inflatedMax?: number | undefined
}

/**
 * Rows of a workbook's first sheet. The sheet is inflated and parsed as a stream; only the table of shared texts is
 * held, each cut just above LINE_CHARS_MAX.
 * @throws vaultErrors.xlsxBroken, xlsxTooLarge, xlsxBomb
 */
export async function* readXlsxRows(
  bytes: AsyncIterable<Uint8Array>,
  options: SheetOptions = {},
): AsyncGenerator<readonly Row[]> {
  const zip = await openZip(await collect(bytes))
  try {
    const sheetPath = await firstSheetPath(zip)
    const { inflatedMax = SHEET_BYTES_MAX } = options
    const strings = zip.has('xl/sharedStrings.xml') ? await readSharedStrings(zip, inflatedMax) : []
    const sheet = createSheetParser(strings, options)
    for await (const text of zip.inflate(sheetPath, inflatedMax)) yield sheet.push(text)
    sheet.end()
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw vaultErrors.xlsxBroken()
  } finally {
    zip.close()
  }
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > XLSX_BYTES_MAX) throw vaultErrors.xlsxTooLarge({ limitMb: XLSX_BYTES_MAX / 1024 / 1024 })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

type Zip = {
  readonly has: (path: string) => boolean
  readonly inflate: (path: string, bytesMax: number) => AsyncGenerator<string>
  readonly close: () => void
}

async function openZip(buffer: Buffer): Promise<Zip> {
  const file = await new Promise<yauzl.ZipFile>((resolve, reject) => {
    // yauzl checks the sizes that the archive declares against what comes out.
    yauzl.fromBuffer(buffer, { lazyEntries: true, validateEntrySizes: true }, (error, zip) =>
      error ? reject(vaultErrors.xlsxBroken()) : resolve(zip),
    )
  })
  if (file.entryCount > ENTRIES_MAX) throw vaultErrors.xlsxBomb()
  const entries = await new Promise<Map<string, yauzl.Entry>>((resolve, reject) => {
    const found = new Map<string, yauzl.Entry>()
    file.on('entry', (entry: yauzl.Entry) => {
      found.set(entry.fileName, entry)
      file.readEntry()
    })
    file.once('end', () => resolve(found))
    file.once('error', () => reject(vaultErrors.xlsxBroken()))
    file.readEntry()
  })

  return {
    has: (path) => entries.has(path),
    async *inflate(path, bytesMax) {
      const entry = entries.get(path)
      if (!entry) throw vaultErrors.xlsxBroken()
      refuseBomb(entry, bytesMax)
      const stream = await new Promise<Readable>((resolve, reject) => {
        file.openReadStream(entry, (error, readable) => (error ? reject(error) : resolve(readable)))
      })
      const decoder = new TextDecoder('utf-8')
      try {
        for await (const chunk of stream) yield decoder.decode(chunk, { stream: true })
        yield decoder.decode()
      } finally {
        stream.destroy()
      }
    },
    close: () => file.close(),
  }
}

function refuseBomb(entry: yauzl.Entry, bytesMax: number): void {
  const tooLarge = entry.uncompressedSize > bytesMax
  const tooDense =
    entry.uncompressedSize > 1024 * 1024 && entry.uncompressedSize > entry.compressedSize * INFLATE_RATIO_MAX
  if (tooLarge || tooDense) throw vaultErrors.xlsxBomb()
}

/** The workbook names its sheets in order and points at their parts through relations. */
async function firstSheetPath(zip: Zip): Promise<string> {
  if (!zip.has('xl/workbook.xml')) throw vaultErrors.xlsxBroken()
  let relationId: string | undefined
  await parse(zip.inflate('xl/workbook.xml', SMALL_PART_BYTES_MAX), (tag) => {
    if (localName(tag.name) === 'sheet') relationId ??= tag.attributes['r:id']
  })
  let target: string | undefined
  if (relationId !== undefined && zip.has('xl/_rels/workbook.xml.rels')) {
    await parse(zip.inflate('xl/_rels/workbook.xml.rels', SMALL_PART_BYTES_MAX), (tag) => {
      if (localName(tag.name) === 'Relationship' && tag.attributes.Id === relationId) target = tag.attributes.Target
    })
  }
  return target === undefined ? 'xl/worksheets/sheet1.xml' : target.startsWith('/') ? target.slice(1) : `xl/${target}`
}

type Tag = { readonly name: string; readonly attributes: Readonly<Record<string, string>> }

async function parse(texts: AsyncIterable<string>, onOpen: (tag: Tag) => void): Promise<void> {
  const parser = strictParser()
  parser.onopentag = (tag) => onOpen(tag as Tag)
  for await (const text of texts) parser.write(text)
  parser.close()
}

/** Strict, so that broken XML is refused; it knows only the five entities of XML, so nothing can be expanded. */
function strictParser(): sax.SAXParser {
  const parser = sax.parser(true, { position: false })
  parser.onerror = (error) => {
    throw error
  }
  return parser
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

async function readSharedStrings(zip: Zip, inflatedMax: number): Promise<readonly string[]> {
  const strings: string[] = []
  const text = createTextCollector()
  const parser = strictParser()
  parser.onopentag = (tag) => {
    const name = localName(tag.name)
    if (name === 'si') text.reset()
    else text.open(name)
  }
  parser.ontext = parser.oncdata = text.add
  parser.onclosetag = (tag) => {
    const name = localName(tag)
    text.close(name)
    if (name !== 'si') return
    if (strings.length >= STRINGS_MAX) throw vaultErrors.xlsxBomb()
    strings.push(text.value())
  }
  for await (const part of zip.inflate('xl/sharedStrings.xml', Math.min(STRINGS_BYTES_MAX, inflatedMax)))
    parser.write(part)
  parser.close()
  return strings
}

/** Gathers what stands in `t` elements, without the reading aids (`rPh`) of East Asian text; bounded. */
function createTextCollector() {
  let value = ''
  let inText = false
  let inAid = false
  return {
    reset(): void {
      value = ''
    },
    open(name: string): void {
      if (name === 'rPh') inAid = true
      if (name === 't') inText = true
    },
    close(name: string): void {
      if (name === 'rPh') inAid = false
      if (name === 't') inText = false
    },
    add(text: string): void {
      if (inText && !inAid && value.length <= LINE_CHARS_MAX) value += text.slice(0, LINE_CHARS_MAX + 1)
    },
    value: (): string =>
      value.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  }
}

type Cell = { readonly type: string; readonly column: number; raw: string }

function createSheetParser(strings: readonly string[], { columnsMax = PARTS_MAX, hasFigures = false }: SheetOptions) {
  const parser = strictParser()
  const inline = createTextCollector()
  let rows: Row[] = []
  let lineNo = 0
  let cells: string[] = []
  let problem: InvalidReason | undefined
  let cell: Cell | undefined
  let inValue = false
  let firstColumn: number | undefined

  const finishRow = (): void => {
    const filled = cells.findIndex((text) => text.trim() !== '')
    // Codes may stand from column B on; a cell missing on the left of one row only is a missing part.
    if (filled >= 0) firstColumn ??= filled
    rows.push({
      lineNo,
      cells: filled < 0 ? [''] : cells.slice(Math.min(firstColumn ?? 0, filled)),
      ...(problem && { problem }),
    })
  }
  const finishCell = (): void => {
    if (!cell) return
    const { text, trouble } = cellText(cell, strings, inline.value(), hasFigures)
    problem ??= trouble
    if (cell.column >= columnsMax) problem ??= text.trim() === '' ? undefined : 'too_many_parts'
    else {
      while (cells.length < cell.column) cells.push('')
      cells[cell.column] = text
    }
    cell = undefined
  }

  parser.onopentag = (tag) => {
    const name = localName(tag.name)
    const attributes = tag.attributes as Readonly<Record<string, string>>
    if (name === 'row') {
      lineNo = nextRowNo(attributes.r, lineNo)
      cells = []
      problem = undefined
    } else if (name === 'c') {
      cell = { type: attributes.t ?? 'n', column: columnOf(attributes.r, cells.length), raw: '' }
      inline.reset()
    } else if (name === 'v') inValue = true
    else inline.open(name)
  }
  parser.ontext = parser.oncdata = (text: string) => {
    if (inValue && cell && cell.raw.length <= LINE_CHARS_MAX) cell.raw += text.slice(0, LINE_CHARS_MAX + 1)
    else inline.add(text)
  }
  parser.onclosetag = (tag) => {
    const name = localName(tag)
    if (name === 'v') inValue = false
    else if (name === 'c') finishCell()
    else if (name === 'row') finishRow()
    else inline.close(name)
  }

  return {
    push(text: string): readonly Row[] {
      rows = []
      parser.write(text)
      return rows
    },
    end: (): void => void parser.close(),
  }
}

/** Rows stand in order; an import that goes on after a break relies on it. */
function nextRowNo(reference: string | undefined, last: number): number {
  const rowNo = reference === undefined ? last + 1 : Number(reference)
  if (!Number.isSafeInteger(rowNo) || rowNo <= last) throw vaultErrors.xlsxBroken()
  return rowNo
}

/** `C5` → 2; a cell without a reference follows the one before. */
function columnOf(reference: string | undefined, next: number): number {
  const letters = reference === undefined ? undefined : /^[A-Z]{1,3}/.exec(reference)?.[0]
  if (letters === undefined) return next
  return [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

function cellText(
  cell: Cell,
  strings: readonly string[],
  inline: string,
  hasFigures: boolean,
): { readonly text: string; readonly trouble?: InvalidReason } {
  switch (cell.type) {
    case 's':
      return { text: strings[Number(cell.raw)] ?? '' }
    case 'inlineStr':
      return { text: inline }
    case 'str':
      return { text: cell.raw }
    case 'e':
      return { text: '', trouble: 'cell_error' }
    case 'b':
      return { text: cell.raw === '1' ? 'TRUE' : 'FALSE' }
    default:
      return losesDigits(hasFigures ? wholeOf(cell.raw) : cell.raw)
        ? { text: '', trouble: 'number_precision' }
        : { text: cell.raw }
  }
}

/** A moment or a price has decimals that nobody types; only what stands before them may be a number's end. */
const wholeOf = (raw: string): string => raw.replace(/\.\d*$/, '')

/** Excel keeps 15 digits of a number: a longer code typed into a number cell has already lost its end. */
function losesDigits(raw: string): boolean {
  return /e/i.test(raw) || raw.replace(/\D/g, '').replace(/^0+/, '').length > 15
}
