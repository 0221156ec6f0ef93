import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../../../test/harness/index.ts'
import { type Line, readCardFile, type Separator, splitBySeparators } from './index.ts'
import { workbookOf, workbookOfRows, zipOf } from './workbook.fixture.ts'

async function* inChunks(content: string | Buffer, size = 1_000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(
  content: string | Buffer,
  fileName = 'cards.txt',
  separator: Separator = 'auto',
  chunk = 1_000,
): Promise<Line[]> {
  const lines: Line[] = []
  for await (const block of readCardFile({ bytes: inChunks(content, chunk), fileName, separator })) lines.push(...block)
  return lines
}

const partsOf = (lines: readonly Line[]) => lines.map((line) => ('parts' in line ? line.parts : line.reason))

describe('text', () => {
  it.each([
    [
      '----',
      'a@x.com----p|w,1\nb@x.com----p w2',
      [
        ['a@x.com', 'p|w,1'],
        ['b@x.com', 'p w2'],
      ],
    ],
    [
      '---',
      'a---1\nb---2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      '|',
      'a|1\nb|2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'tab',
      'a\t1\nb\t2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'comma',
      'a,1\nb,2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'space',
      'a  1\nb 2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['none', 'ABCD-1234\nEFGH-5678', [['ABCD-1234'], ['EFGH-5678']]],
  ])('%s is recognised by itself', async (_, text, expected) => {
    expect(partsOf(await read(text))).toEqual(expected)
  })

  it('the chosen separator wins over the likely one', async () => {
    expect(partsOf(await read('a----b|c', 'x.txt', '|'))).toEqual([['a----b', 'c']])
    expect(partsOf(await read('a----b|c', 'x.txt', 'none'))).toEqual([['a----b|c']])
  })

  it('ends are trimmed, inner spaces kept, empty lines skipped but counted', async () => {
    expect(await read('\r\n  AB CD  \r\n\r\n\u3000EF\u200b\n', '', 'none')).toEqual([
      { lineNo: 2, parts: ['AB CD'] },
      { lineNo: 4, parts: ['EF'] },
    ])
  })

  it('a codes file with odd spaces in some lines is not cut at spaces', async () => {
    expect(partsOf(await read('AAA BBB\nCCC\nDDD EEE FFF'))).toEqual([['AAA BBB'], ['CCC'], ['DDD EEE FFF']])
  })

  it('quoted csv keeps commas and doubled quotes; a quote left open is invalid', async () => {
    const lines = await read('"a,1","say ""hi""",\nx, "y z" ,\n"open,1\nlast,2', 'cards.csv')
    expect(partsOf(lines)).toEqual([['a,1', 'say "hi"'], ['x', 'y z'], 'unclosed_quote', ['last', '2']])
  })

  it('a heading is reported, not imported', async () => {
    expect(partsOf(await read('卡号,密码\nA1,B2', 'x.csv'))).toEqual(['heading', ['A1', 'B2']])
    expect(partsOf(await read('code\nA1'))).toEqual(['heading', ['A1']])
  })

  it.each(['utf-8', 'utf-16le', 'utf-16be', 'gbk', 'gb18030'])('Chinese in %s is read', async (encoding) => {
    const text = `${'AAAA-BBBB\n'.repeat(3)}账号一----密码甲\n帐号二----密码乙\n`
    for (const addBOM of encoding.startsWith('utf-16') || encoding === 'utf-8' ? [true, false] : [false]) {
      const lines = await read(iconv.encode(text, encoding, { addBOM }), 'x.txt', '----', 7)
      expect(partsOf(lines).slice(3)).toEqual([
        ['账号一', '密码甲'],
        ['帐号二', '密码乙'],
      ])
    }
  })

  it('GBK that starts far behind the beginning is read', async () => {
    const text = `${'AAAA-BBBB-CCCC\n'.repeat(20_000)}卡密\n`
    expect(partsOf(await read(iconv.encode(text, 'gbk'), 'x.txt', 'none', 65_536)).at(-1)).toEqual(['卡密'])
  })

  it('bytes that are no text make their line invalid, not the file', async () => {
    const bytes = Buffer.concat([
      Buffer.from('好卡一\n'),
      Buffer.from('中文'.repeat(40_000)),
      Buffer.from('\nX\xff\xfeY\n', 'latin1'),
      Buffer.from('C3\n'),
    ])
    expect(partsOf(await read(bytes, 'x.txt', 'none', 10_000))).toEqual([['好卡一'], 'too_long', 'encoding', ['C3']])
  })

  it('a tab inside a code makes its line invalid where tabs do not separate', async () => {
    expect(await read(Buffer.from('AAA-1,secret\nBBB\t2,secret\nCCC-3,secret\n'), 'a.csv')).toMatchObject([
      { parts: ['AAA-1', 'secret'] },
      { reason: 'control_chars' },
      { parts: ['CCC-3', 'secret'] },
    ])
  })

  it('NUL and control bytes make their line invalid', async () => {
    expect(partsOf(await read('A1\nB\u00002\nC\u001b3\n'.padEnd(100, 'x')))).toEqual([
      ['A1'],
      'control_chars',
      'control_chars',
      expect.anything(),
    ])
  })

  it('2,000 characters are a card, 2,001 are not, and a line of many megabytes costs no memory', async () => {
    expect(partsOf(await read(`${'x'.repeat(2_000)}\n${'x'.repeat(2_001)}\nlast`))).toEqual([
      ['x'.repeat(2_000)],
      'too_long',
      ['last'],
    ])
    async function* huge() {
      yield Buffer.from('first\n')
      for (let at = 0; at < 1_600; at += 1) yield Buffer.alloc(65_536, 97)
      yield Buffer.from('\nlast')
    }
    const before = process.memoryUsage.rss()
    const lines: Line[] = []
    for await (const block of readCardFile({ bytes: huge(), fileName: '', separator: 'none' })) lines.push(...block)
    expect(partsOf(lines)).toEqual([['first'], 'too_long', ['last']])
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1024 * 1024)
  })

  it('empty and too many parts are invalid', async () => {
    expect(partsOf(await read(`a----\n----b\nc----d\n${Array(25).fill('x').join('----')}`, '', '----'))).toEqual([
      'empty_part',
      'empty_part',
      ['c', 'd'],
      'too_many_parts',
    ])
  })

  it('an empty file is refused', async () => {
    expect(await codeOf(read(''))).toBe('vault.file_empty')
  })

  it('cutting the bytes anywhere changes nothing', async () => {
    const word = fc.stringMatching(/^[A-Za-z0-9卡密é]{1,12}$/)
    const file = fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 50 }),
        async (cards, newline, chunk) => {
          const text = cards.map((parts) => parts.join('----')).join(newline)
          expect(await read(`\ufeff${text}`, '', '----', chunk)).toEqual(
            cards.map((parts, at) => ({ lineNo: at + 1, parts })),
          )
        },
      ),
      { numRuns: 200 },
    )
  })

  it('any bytes end in lines or a refusal, never in a crash, and cards hold no control characters', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 3_000 }),
        fc.constantFrom('a.txt', 'a.csv', 'a.xlsx', ''),
        async (bytes, name) => {
          const lines = await read(Buffer.from(bytes), name).catch((error: unknown) => {
            expect(error).toHaveProperty('code')
            return []
          })
          for (const line of lines) if ('parts' in line) expect(line.parts.join('')).not.toMatch(/\p{Cc}/u)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a file that is not what it says', () => {
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
  it.each([
    ['cards.txt', workbookOfRows([['A']]), 'vault.file_not_text'],
    ['cards.csv', zipOf({ 'a.txt': 'x' }), 'vault.file_not_text'],
    ['cards.txt', png, 'vault.file_not_text'],
    ['cards.txt', Buffer.from('%PDF-1.7\n1 0 obj'), 'vault.file_not_text'],
    ['cards.txt', Buffer.from('MZ\x90\x00\x03\x00\x00\x00', 'latin1'), 'vault.file_not_text'],
    ['cards.txt', Buffer.from('<!DOCTYPE html><html><body>login</body></html>'), 'vault.file_not_text'],
    ['cards.txt', deflateSync(Buffer.alloc(4_000, 1)).fill(1), 'vault.file_not_text'],
    ['cards.xlsx', Buffer.from('A1\nB2'), 'vault.file_not_xlsx'],
    ['cards.xlsx', zipOf({ 'a.txt': 'x' }), 'vault.file_not_xlsx'],
    ['cards.xlsx', png, 'vault.file_not_xlsx'],
    ['cards.xlsx', Buffer.from('d0cf11e0a1b11ae100000000', 'hex'), 'vault.file_old_excel'],
    ['cards.xls', Buffer.from('d0cf11e0a1b11ae100000000', 'hex'), 'vault.file_old_excel'],
  ])('%s is refused with a sentence (%#)', async (name, bytes, code) => {
    expect(await codeOf(read(bytes, name))).toBe(code)
  })
})

describe('xlsx', () => {
  it('rows of shared, inline, formula and number cells are read, whatever the sheet is called', async () => {
    const book = workbookOf(
      '<row r="1"><c r="B1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><r><t>pa</t></r><r><t>ss</t></r><rPh><t>no</t></rPh></is></c></row>' +
        '<row r="2"/><row r="3"><c r="B3"><v>12345</v></c><c r="C3" t="str"><f>X</f><v>calc</v></c></row>' +
        '<row r="4"><c r="C4" t="s"><v>0</v></c></row>',
      ['AB & <1>'],
    )
    expect(await read(book, 'cards.xlsx')).toEqual([
      { lineNo: 1, parts: ['AB & <1>', 'pass'] },
      { lineNo: 3, parts: ['12345', 'calc'] },
      { lineNo: 4, reason: 'empty_part' },
    ])
  })

  it('one column is split like text; a heading is reported', async () => {
    expect(partsOf(await read(workbookOfRows([['卡密'], ['a----b'], ['c----d']]), 'x.xlsx'))).toEqual([
      'heading',
      ['a', 'b'],
      ['c', 'd'],
    ])
  })

  it('a number that lost digits and a cell error are invalid', async () => {
    const book = workbookOf(
      '<row><c><v>1.2345678901234567E+18</v></c></row><row><c><v>1234567890123450</v></c></row><row><c t="e"><v>#N/A</v></c></row><row><c><v>42</v></c></row>',
    )
    expect(partsOf(await read(book, 'x.xlsx'))).toEqual(['number_precision', 'number_precision', 'cell_error', ['42']])
  })

  it('a cell of a megabyte is invalid and cut while it is read', async () => {
    const noise = Array.from({ length: 40_000 }, (_, at) => (at * 2_654_435_761).toString(36)).join('')
    const book = workbookOf(
      `<row r="1"><c t="s"><v>0</v></c></row><row r="2"><c t="inlineStr"><is><t>${noise}${noise}${noise}</t></is></c></row><row r="3"><c t="s"><v>1</v></c></row>`,
      [noise, 'ok'],
    )
    expect(partsOf(await read(book, 'x.xlsx'))).toEqual(['too_long', 'too_long', ['ok']])
  })

  it('a ZIP bomb is refused before it is inflated', async () => {
    const book = workbookOf(`<row>${' '.repeat(30_000_000)}</row>`)
    expect(await codeOf(read(book, 'x.xlsx'))).toBe('vault.xlsx_bomb')
  })

  it('a truncated or garbled workbook is refused', async () => {
    const book = workbookOfRows([['A1'], ['B2']])
    expect(await codeOf(read(book.subarray(0, book.length - 30), 'x.xlsx'))).toBe('vault.xlsx_broken')
    expect(await codeOf(read(workbookOf('<row><c></row>'), 'x.xlsx'))).toBe('vault.xlsx_broken')
    const garbled = Buffer.from(book)
    garbled.fill(0x55, 900, 1_000)
    expect(await codeOf(read(garbled, 'x.xlsx'))).toBe('vault.xlsx_broken')
  })

  it('entities are not expanded and nothing outside is read', async () => {
    const sheet =
      '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
    const book = zipOf({
      '[Content_Types].xml': '<Types/>',
      'xl/workbook.xml': '<workbook/>',
      'xl/worksheets/sheet1.xml': sheet,
    })
    expect(await codeOf(read(book, 'x.xlsx'))).toBe('vault.xlsx_broken')
  })
})

describe('looking a pasted value up', () => {
  it('the way a card was split on import is among the ways tried', () => {
    expect(splitBySeparators(' acc----pw ')).toContainEqual(['acc', 'pw'])
    expect(splitBySeparators('acc\tpw')).toContainEqual(['acc', 'pw'])
    expect(splitBySeparators('AB CD')).toEqual(expect.arrayContaining([['AB CD'], ['AB', 'CD']]))
  })
})
