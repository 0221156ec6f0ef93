import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import yauzl from 'yauzl'
import { type Column, streamXlsx } from './index.ts'

type Row = { readonly no: number; readonly name: string | null; readonly priceFen: number; readonly at: Date | null }

const columns: readonly Column<Row>[] = [
  { header: '订单号', kind: 'text', value: (row) => row.no },
  { header: 'name', kind: 'text', value: (row) => row.name },
  { header: 'price', kind: 'fen', value: (row) => row.priceFen },
  { header: 'at', kind: 'time', value: (row) => row.at },
]

async function* rowsOf(...rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows
}

async function sheetOf(file: Buffer): Promise<string> {
  const zip = await promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer)(file, {
    lazyEntries: false,
    autoClose: false,
  })
  return await new Promise((resolve, reject) => {
    zip.on('entry', (entry: yauzl.Entry) => {
      if (entry.fileName !== 'xl/worksheets/sheet1.xml') return
      zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(text(stream))))
    })
  })
}

test('cells are typed: a formula stays text, money is yuan, a time is the shop’s wall clock', async () => {
  const row = {
    no: 2611220123456789,
    name: '=HYPERLINK("http://evil")&<b>\u0000\ud800',
    priceFen: 1990,
    at: new Date('2026-11-22T16:00:00Z'),
  }
  const sheet = await sheetOf(await buffer(streamXlsx(columns, rowsOf(row, { ...row, name: null, at: null }))))
  expect(sheet).toContain('<t xml:space="preserve">2611220123456789</t>')
  expect(sheet).toContain('<t xml:space="preserve">=HYPERLINK("http://evil")&amp;&lt;b&gt;\ufffd</t>')
  expect(sheet).not.toContain('<f>')
  expect(sheet).toContain('<v>19.9</v>')
  // 2026-11-23 00:00:00 in Shanghai.
  expect(sheet).toContain('<v>46349</v>')
  expect(sheet).toContain('<autoFilter ref="A1:D3"/>')
})

test('a source that fails makes a broken stream, not a short file', async () => {
  async function* failing(): AsyncGenerator<Row> {
    yield { no: 1, name: 'a', priceFen: 1, at: null }
    throw new Error('database went away')
  }
  await expect(buffer(streamXlsx(columns, failing()))).rejects.toThrow('database went away')
})

test('a reader that goes away stops the rows', async () => {
  let stopped = false
  async function* endless(): AsyncGenerator<Row> {
    try {
      for (;;) yield { no: Math.random(), name: String(Math.random()), priceFen: 1, at: null }
    } finally {
      stopped = true
    }
  }
  const out = streamXlsx(columns, endless())
  let bytes = 0
  for await (const chunk of out) {
    bytes += chunk.length
    // Leaving the loop destroys the stream, as a closed socket does.
    if (bytes > 100_000) break
  }
  await expect.poll(() => stopped).toBe(true)
})

test('fifty thousand rows pass in bounded memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quanshu-sheets-'))
  async function* many(): AsyncGenerator<Row> {
    for (let no = 0; no < 50_000; no++) yield { no, name: `row ${no}`, priceFen: no, at: new Date(0) }
  }
  const before = process.memoryUsage().rss
  await pipeline(streamXlsx(columns, many()), createWriteStream(join(folder, 'many.xlsx')))
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024)
  await rm(folder, { recursive: true })
})
