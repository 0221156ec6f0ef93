import { Readable } from 'node:stream'
import { BOOKS_CHECKS } from '@quanshu/contract'
import type { ViolationView } from './violations.ts'

type Locale = 'zh-CN' | 'en'

const HEADERS: Readonly<Record<Locale, readonly string[]>> = {
  'zh-CN': [
    '编号',
    '核对项',
    '不变式',
    '问题',
    '处理办法',
    '涉及记录',
    '状态',
    '发现时间',
    '最近一次',
    '处理人',
    '说明',
  ],
  en: ['No.', 'Check', 'Invariant', 'What', 'What to do', 'Rows', 'State', 'Found', 'Last seen', 'Handled by', 'Note'],
}

/** Violations as CSV, made while it is read. A spreadsheet takes it for UTF-8 by its byte order mark. */
export function violationsCsv(rows: AsyncIterable<ViolationView>, locale: Locale): Readable {
  return Readable.from(lines(rows, locale), { objectMode: false })
}

async function* lines(rows: AsyncIterable<ViolationView>, locale: Locale): AsyncGenerator<string> {
  yield `\ufeff${line(HEADERS[locale])}`
  for await (const row of rows) {
    yield line([
      String(row.id),
      BOOKS_CHECKS[row.check][locale === 'en' ? 'en' : 'zh'],
      row.invariant === null ? '' : String(row.invariant),
      row.what,
      row.todo,
      row.objects.map(({ kind, id }) => `${kind} ${id}`).join('; '),
      row.state,
      row.foundAt,
      row.lastSeenAt,
      row.handledBy ?? '',
      row.note ?? '',
    ])
  }
}

const line = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`

/** RFC 4180; what a spreadsheet would take for a formula is text behind an apostrophe. */
function cell(text: string): string {
  const safe = /^[=+\-@＝＋－＠\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
