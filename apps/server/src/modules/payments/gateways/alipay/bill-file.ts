import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import yauzl from 'yauzl'
import { BillUnreadable } from '../../gateway.ts'
import { billWords } from '../bill-words.ts'

const ZIP_BYTES_MAX = 512 * 1024 * 1024
const CSV_BYTES_MAX = 4 * 1024 * 1024 * 1024
/** A ZIP bomb inflates a thousandfold; a bill some twentyfold. */
const INFLATE_RATIO_MAX = 250
const ENTRIES_MAX = 100
/** The heading and the names of the columns stand within the first lines. */
const HEAD_BYTES = 4096
/** Stands among the columns of the trades and not among those of their sum. */
const DETAIL_COLUMN = '商户订单号'

/**
 * The detail file of a bill, whether it comes bare or in the gateway's zip. A zip is read from its end, so it is laid
 * down in a temporary file that is gone when the reading ends. Which entry it is its content says, not its name: names
 * are in GBK or not, and have changed.
 */
export async function* detailFile(body: Readable): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const head = await firstBytes(chunks)
  const whole = Readable.from(chained(head, chunks), { objectMode: false })
  if (head.subarray(0, 2).toString('latin1') !== 'PK') {
    yield* whole
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'quanshu-bill-'))
  try {
    const path = join(folder, 'bill.zip')
    await pipeline(whole, limited(), createWriteStream(path, { mode: 0o600 }))
    yield* detailEntry(path)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function firstBytes(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0)
  while (head.length < 4) {
    const next = await chunks.next()
    if (next.done) break
    head = Buffer.concat([head, Buffer.from(next.value)])
  }
  return head
}

async function* chained(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

function limited(): Transform {
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > ZIP_BYTES_MAX) done(new BillUnreadable(0, billWords.zipLarge(ZIP_BYTES_MAX)))
      else done(null, chunk)
    },
  })
}

async function* detailEntry(path: string): AsyncGenerator<Uint8Array> {
  const zip = await open(path)
  try {
    for (const entry of await entriesOf(zip)) {
      if (!(await hasTrades(zip, entry))) continue
      yield* inflate(zip, entry)
      return
    }
    throw new BillUnreadable(0, billWords.zipNoList)
  } finally {
    zip.close()
  }
}

function open(path: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    // Names stay bytes: the second byte of a GBK character may look like a backslash, which would be refused.
    yauzl.open(path, { lazyEntries: true, autoClose: false, decodeStrings: false }, (error, zip) =>
      error ? reject(new BillUnreadable(0, billWords.zipBroken, { cause: error })) : resolve(zip),
    )
  })
}

function entriesOf(zip: yauzl.ZipFile): Promise<readonly yauzl.Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: yauzl.Entry[] = []
    zip.on('entry', (entry: yauzl.Entry) => {
      entries.push(entry)
      if (entries.length > ENTRIES_MAX) reject(new BillUnreadable(0, billWords.zipEntries(ENTRIES_MAX)))
      else zip.readEntry()
    })
    zip.once('end', () => resolve(entries))
    zip.once('error', (error) => reject(new BillUnreadable(0, billWords.zipBroken, { cause: error })))
    zip.readEntry()
  })
}

async function hasTrades(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<boolean> {
  let head: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of await streamOf(zip, entry)) {
      head = Buffer.concat([head, chunk])
      if (head.length >= HEAD_BYTES) break
    }
  } catch (error) {
    // Also when more comes out than the archive says.
    throw error instanceof BillUnreadable ? error : new BillUnreadable(0, billWords.zipBroken, { cause: error })
  }
  return ['gbk', 'utf-8'].some((encoding) => new TextDecoder(encoding).decode(head).includes(DETAIL_COLUMN))
}

/** Inflates one entry and holds it against the archive's own checksum. */
async function* inflate(zip: yauzl.ZipFile, entry: yauzl.Entry): AsyncGenerator<Uint8Array> {
  if (entry.uncompressedSize > CSV_BYTES_MAX || isBomb(entry)) throw new BillUnreadable(0, billWords.zipInflates)
  let checksum = 0
  try {
    for await (const chunk of await streamOf(zip, entry)) {
      checksum = crc32(chunk, checksum)
      yield chunk
    }
  } catch (error) {
    throw error instanceof BillUnreadable ? error : new BillUnreadable(0, billWords.zipBroken, { cause: error })
  }
  if (checksum !== entry.crc32) throw new BillUnreadable(0, billWords.zipChecksum)
}

const isBomb = ({ uncompressedSize, compressedSize }: yauzl.Entry): boolean =>
  uncompressedSize > 1024 * 1024 && uncompressedSize > compressedSize * INFLATE_RATIO_MAX

function streamOf(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) =>
      error ? reject(new BillUnreadable(0, billWords.zipBroken, { cause: error })) : resolve(stream),
    )
  })
}
