import { SEPARATORS } from '@quanshu/contract'

/** Longer lines are no card keys; the limit also bounds what one line costs. */
export const LINE_CHARS_MAX = 2_000
/** Account, password, mailbox, its password, secret … */
export const PARTS_MAX = 20

export type Separator = (typeof SEPARATORS)[number]
type FixedSeparator = Exclude<Separator, 'auto'>

/** Why a line is no card. */
export type InvalidReason =
  | 'too_long'
  | 'control_chars'
  | 'encoding'
  | 'unclosed_quote'
  | 'empty_part'
  | 'too_many_parts'
  | 'heading'
  | 'number_precision'
  | 'cell_error'

/** What a file's line or row says, before it is understood. Lines count from 1, empty ones included. */
export type Row = {
  readonly lineNo: number
  readonly cells: readonly string[]
  readonly problem?: InvalidReason
}

/** A card's parts, e.g. account and password; or why there is none. */
export type Line =
  | { readonly lineNo: number; readonly parts: readonly string[] }
  | { readonly lineNo: number; readonly reason: InvalidReason }

/** As many lines are looked at before a separator is chosen. */
const SAMPLE_LINES = 200

/**
 * Turns rows into cards. With `auto`, rows are held until a separator can be chosen from the first few hundred.
 * A row of several cells (xlsx) is already apart; one of a single cell is split like a line of text.
 */
export function createLineParser(options: { readonly separator: Separator; readonly csv: boolean }) {
  let separator: FixedSeparator | undefined = options.separator === 'auto' ? undefined : options.separator
  let held: Row[] = []
  let first = true

  const parseAll = (rows: readonly Row[], by: FixedSeparator): Line[] => {
    const lines: Line[] = []
    for (const row of rows) {
      const line = parseRow(row, by)
      if (!line) continue
      lines.push(first && 'parts' in line && isHeading(line.parts) ? { lineNo: line.lineNo, reason: 'heading' } : line)
      first = false
    }
    return lines
  }
  const decide = (): Line[] => {
    const rows = held
    held = []
    separator = detectSeparator(rows, options.csv)
    return parseAll(rows, separator)
  }

  return {
    parse(rows: readonly Row[]): readonly Line[] {
      if (separator) return parseAll(rows, separator)
      held.push(...rows.filter((row) => row.problem !== undefined || row.cells.some((cell) => cell.trim() !== '')))
      return held.length < SAMPLE_LINES ? [] : decide()
    },
    end: (): readonly Line[] => (separator ? [] : decide()),
  }
}

/** NUL and the other control characters; tab is a separator or a space. U+0085 and U+2028 would break a line in print. */
const CONTROL = /[[\p{Cc}--\t]\u2028\u2029]/v
/** Spaces of all kinds and the invisible marks that copying from chats and web pages leaves at the ends. */
const ENDS = /^[\s\u200b-\u200f\u2060\ufeff]+|[\s\u200b-\u200f\u2060\ufeff]+$/g

const trimmed = (text: string): string => text.replace(ENDS, '')

/** Whether parts that came otherwise than in a file could be a line of one. */
export const isCardText = (parts: readonly string[]): boolean =>
  parts.length > 0 &&
  parts.length <= PARTS_MAX &&
  parts.every((part) => part !== '' && !/[\t\ufffd]/.test(part) && !CONTROL.test(part)) &&
  parts.reduce((chars, part) => chars + part.length, 0) <= LINE_CHARS_MAX

function parseRow(row: Row, separator: FixedSeparator): Line | undefined {
  const { lineNo } = row
  if (row.problem) return { lineNo, reason: row.problem }
  const single = row.cells.length === 1 ? row.cells[0] : undefined
  if (row.cells.reduce((chars, cell) => chars + cell.length, 0) > LINE_CHARS_MAX) return { lineNo, reason: 'too_long' }
  if (row.cells.every((cell) => trimmed(cell) === '')) return undefined
  if (row.cells.some((cell) => CONTROL.test(cell))) return { lineNo, reason: 'control_chars' }
  if (row.cells.some((cell) => cell.includes('\ufffd'))) return { lineNo, reason: 'encoding' }
  const parts = single === undefined ? withoutEmptyEnd(row.cells.map(trimmed)) : splitLine(single, separator)
  if (!parts) return { lineNo, reason: 'unclosed_quote' }
  if (parts.length === 0) return undefined
  if (parts.length > PARTS_MAX) return { lineNo, reason: 'too_many_parts' }
  if (parts.includes('')) return { lineNo, reason: 'empty_part' }
  // Not the separator of this file, so nobody can say whether it belongs to the code.
  if (parts.some((part) => part.includes('\t'))) return { lineNo, reason: 'control_chars' }
  return { lineNo, parts }
}

/** @returns undefined when a quote is opened and never closed on its line */
function splitLine(line: string, separator: FixedSeparator): string[] | undefined {
  switch (separator) {
    case 'none':
      return [trimmed(line)]
    case 'tab':
      return withoutEmptyEnd(trimmed(line).split('\t').map(trimmed))
    case 'space':
      return trimmed(line).split(/\s+/)
    case 'comma':
      return splitCsv(trimmed(line))
    default:
      return trimmed(line).split(separator).map(trimmed)
  }
}

/** One line of RFC 4180. A field that spans lines is no card, so a quote must close on its own line. */
function splitCsv(line: string): string[] | undefined {
  if (!line.includes('"')) return withoutEmptyEnd(line.split(',').map(trimmed))
  const fields: string[] = []
  for (let at = 0; at <= line.length; ) {
    while (line[at] === ' ') at += 1
    if (line[at] !== '"') {
      const end = line.indexOf(',', at)
      fields.push(trimmed(line.slice(at, end < 0 ? line.length : end)))
      if (end < 0) break
      at = end + 1
      continue
    }
    const field = /"((?:[^"]|"")*)"\s*(,|$)/y
    field.lastIndex = at
    const match = field.exec(line)
    if (!match) return undefined
    fields.push(trimmed((match[1] ?? '').replaceAll('""', '"')))
    at = field.lastIndex
    if (match[2] === '') break
  }
  return withoutEmptyEnd(fields)
}

/** Spreadsheets leave empty columns at the right. */
function withoutEmptyEnd(parts: readonly string[]): string[] {
  const last = parts.findLastIndex((part) => part !== '')
  return parts.slice(0, last + 1)
}

/** Tried in this order: the longer dash first, and what also occurs inside codes and passwords last. */
const CANDIDATES: readonly { readonly separator: FixedSeparator; readonly share: number }[] = [
  { separator: '----', share: 0.5 },
  { separator: '---', share: 0.5 },
  { separator: 'tab', share: 0.5 },
  { separator: '|', share: 0.7 },
  { separator: 'comma', share: 0.9 },
  { separator: 'space', share: 0.9 },
]

/** The first separator that cuts enough of the lines into one common number of parts; else lines are whole codes. */
function detectSeparator(rows: readonly Row[], csv: boolean): FixedSeparator {
  if (csv) return 'comma'
  const lines = rows.flatMap((row) => (row.cells.length === 1 && row.cells[0] !== undefined ? [row.cells[0]] : []))
  const found = CANDIDATES.find(({ separator, share }) => {
    const counts = new Map<number, number>()
    for (const line of lines) {
      const parts = splitLine(line, separator)
      if (parts && parts.length > 1 && parts.length <= PARTS_MAX)
        counts.set(parts.length, (counts.get(parts.length) ?? 0) + 1)
    }
    return Math.max(0, ...counts.values()) >= lines.length * share && counts.size > 0
  })
  return found?.separator ?? 'none'
}

/**
 * Cuts the lines of a table of text into cells; rows of a workbook are apart already. What stands between the names of the
 * first line stands between all cells. Empty cells keep their place, empty lines are left out.
 */
export function createTableParser(wholeLines = false) {
  let separator: FixedSeparator | undefined = wholeLines ? 'none' : undefined
  return (rows: readonly Row[]): readonly Row[] =>
    rows.flatMap((row): readonly Row[] => {
      if (row.problem) return [row]
      if (row.cells.every((cell) => trimmed(cell) === '')) return []
      const { lineNo } = row
      if (row.cells.some((cell) => cell.length > LINE_CHARS_MAX)) return [{ lineNo, cells: [], problem: 'too_long' }]
      if (row.cells.some((cell) => cell.includes('\ufffd'))) return [{ lineNo, cells: [], problem: 'encoding' }]
      const [single = '', ...others] = row.cells
      separator ??= TABLE_SEPARATORS.find(([, sign]) => single.includes(sign))?.[0] ?? 'none'
      // A line that begins with empty cells must not lose them to trimming.
      const cells = others.length > 0 ? row.cells.map(trimmed) : splitCells(single, separator)
      if (!cells) return [{ lineNo, cells: [], problem: 'unclosed_quote' }]
      return [
        cells.some((cell) => CONTROL.test(cell)) ? { lineNo, cells: [], problem: 'control_chars' } : { lineNo, cells },
      ]
    })
}

const TABLE_SEPARATORS: readonly (readonly [FixedSeparator, string])[] = [
  ['tab', '\t'],
  ['comma', ','],
  ['|', '|'],
]

const splitCells = (line: string, separator: FixedSeparator): readonly string[] | undefined =>
  separator === 'tab' ? line.split('\t').map(trimmed) : splitLine(line, separator)

const HEADING_WORDS = new RegExp(
  '^(?:序号|编号|卡号|卡密|卡券|密码|口令|账号|帐号|账户|用户名|邮箱|邮箱密码|兑换码|激活码|券码|充值码|链接|有效期|到期时间|备注|' +
    'no\\.?|id|code|codes|card|card ?(?:no|number|key|code)\\.?|cd-?key|key|pin|password|passwd|pwd|account|user(?:name)?|email|serial|link|url|expiry|note)$',
  'i',
)

/** The first line of a table of codes, such as 「卡号,密码」, must not be sold as a code. */
const isHeading = (parts: readonly string[]): boolean => parts.every((part) => HEADING_WORDS.test(part))

/** Every way a whole value could have been split when it was imported; for looking a card up by what a person pasted. */
export function splitBySeparators(value: string): readonly (readonly string[])[] {
  const ways = new Map<string, readonly string[]>()
  for (const separator of SEPARATORS) {
    if (separator === 'auto') continue
    const parts = splitLine(value, separator)
    if (parts && parts.length > 0 && !parts.includes('')) ways.set(JSON.stringify(parts), parts)
  }
  return [...ways.values()]
}
