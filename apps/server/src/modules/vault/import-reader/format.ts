/** What the first bytes of a file show it to be. */
export type Format = keyof typeof FORMAT_NAMES

/** Names a person of either language understands. */
export const FORMAT_NAMES = {
  text: 'TXT / CSV',
  xlsx: 'Excel (.xlsx)',
  ole: 'Excel 97-2003 (.xls)',
  zip: 'ZIP',
  rar: 'RAR',
  sevenZip: '7-Zip',
  gzip: 'GZIP',
  pdf: 'PDF',
  png: 'PNG',
  jpeg: 'JPEG',
  gif: 'GIF',
  webp: 'WebP',
  exe: 'Windows EXE',
  elf: 'Linux ELF',
  html: 'HTML',
  xml: 'XML',
  rtf: 'RTF',
  sqlite: 'SQLite',
  binary: 'BIN',
} as const

const MAGIC: readonly (readonly [Format, string])[] = [
  ['ole', 'd0cf11e0a1b11ae1'],
  ['rar', '526172211a07'],
  ['sevenZip', '377abcaf271c'],
  ['gzip', '1f8b08'],
  ['pdf', Buffer.from('%PDF-').toString('hex')],
  ['png', '89504e470d0a1a0a'],
  ['jpeg', 'ffd8ff'],
  ['gif', Buffer.from('GIF8').toString('hex')],
  ['exe', '4d5a90'],
  ['elf', '7f454c46'],
  ['rtf', Buffer.from('{\\rtf').toString('hex')],
  ['sqlite', Buffer.from('SQLite format 3').toString('hex')],
]

export function detectFormat(head: Uint8Array): Format {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const start = bytes.subarray(0, 16).toString('hex')
  const magic = MAGIC.find(([, hex]) => start.startsWith(hex))
  if (magic) return magic[0]
  if (start.startsWith('504b0304') || start.startsWith('504b0506')) return zipKind(bytes)
  if (start.startsWith('52494646') && bytes.subarray(8, 12).toString('latin1') === 'WEBP') return 'webp'
  const text = bytes
    .subarray(0, 512)
    .toString('latin1')
    .replace(/^(?:\xef\xbb\xbf)?\s*/, '')
    .toLowerCase()
  if (/^<(?:!doctype html|html|head|body|script)\b/.test(text)) return 'html'
  if (text.startsWith('<?xml')) return 'xml'
  if (text.startsWith('mz') && bytes.includes(0)) return 'exe'
  return looksBinary(bytes) ? 'binary' : 'text'
}

/** A workbook's archive names its first parts in clear; a plain ZIP named .xlsx is told apart when it is opened. */
function zipKind(bytes: Buffer): Format {
  const names = bytes.toString('latin1')
  return /\[Content_Types\]\.xml|_rels\/|xl\/|docProps\//.test(names) ? 'xlsx' : 'zip'
}

/** Single NUL bytes make single lines invalid; a file full of control bytes is no text, unless it is UTF-16. */
function looksBinary(bytes: Buffer): boolean {
  if (utf16Of(bytes)) return false
  let control = 0
  for (const byte of bytes) {
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) control += 1
  }
  return control > bytes.length / 10
}

/** Tells UTF-16 by its mark, or by a zero in most second bytes of what is mostly Latin text (一 alone has its zero in the other). */
export function utf16Of(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const pairs = Math.floor(Math.min(bytes.length, 512) / 2)
  if (pairs < 2) return undefined
  let evenZeros = 0
  let oddZeros = 0
  for (let at = 0; at < pairs * 2; at += 2) {
    if (bytes[at] === 0) evenZeros += 1
    if (bytes[at + 1] === 0) oddZeros += 1
  }
  if (oddZeros > pairs * 0.6 && evenZeros < pairs * 0.1) return 'utf-16le'
  if (evenZeros > pairs * 0.6 && oddZeros < pairs * 0.1) return 'utf-16be'
  return undefined
}
