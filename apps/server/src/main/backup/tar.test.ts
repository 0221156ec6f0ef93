import { expect, test } from 'vitest'
import { readTar, type TarPart } from './tar.ts'
import { nextSegment, parseLsn, segmentName } from './wal.ts'

/** A file as PostgreSQL's tar has it. */
function file(path: string, body: Buffer, type = '0'): Buffer {
  const header = Buffer.alloc(512)
  header.write(path, 0)
  header.write('0000600\0', 100)
  header.write(body.length.toString(8).padStart(11, '0'), 124)
  header.write('        ', 148)
  header.write(type, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}
const end = Buffer.alloc(1024)

async function read(archive: Buffer, chunk: number): Promise<readonly string[]> {
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let from = 0; from < archive.length; from += chunk) yield archive.subarray(from, from + chunk)
  }
  const said: string[] = []
  for await (const part of readTar(pieces())) said.push(word(part))
  // How the bytes were cut does not matter.
  return said.join('').split('\n').filter(Boolean)
}

const word = (part: TarPart): string =>
  part.kind === 'entry' ? `${part.type} ${part.path} ` : part.kind === 'data' ? part.bytes.toString() : '\n'

const ARCHIVE = Buffer.concat([
  file('base/', Buffer.alloc(0), '5'),
  file('base/1', Buffer.from('a'.repeat(600))),
  file('./empty', Buffer.alloc(0)),
  file('last', Buffer.from('b')),
  end,
])

test.each([1, 7, 512, 513, 100_000])('an archive reads the same in pieces of %i bytes', async (chunk) => {
  expect(await read(ARCHIVE, chunk)).toEqual([
    'folder base ',
    `file base/1 ${'a'.repeat(600)}`,
    'file empty ',
    'file last b',
  ])
})

test('damage is said with the place where it was met', async () => {
  await expect(read(ARCHIVE.subarray(0, 1100), 64)).rejects.toThrow('it ends in the middle of base/1')
  await expect(read(ARCHIVE.subarray(0, -1024), 64)).rejects.toThrow('it ends after last')
  const flipped = Buffer.from(ARCHIVE)
  flipped.writeUInt8(0xff, 513)
  await expect(read(flipped, 64)).rejects.toThrow('no file begins after base')
  await expect(
    read(Buffer.concat([file('a', Buffer.from('x')), end, file('b', Buffer.from('y'))]), 64),
  ).rejects.toThrow('something follows the end')
})

test('no name leads out of the folder', async () => {
  await expect(read(Buffer.concat([file('../evil', Buffer.from('x')), end]), 64)).rejects.toThrow('it names ../evil')
  await expect(read(Buffer.concat([file('/etc/evil', Buffer.from('x')), end]), 64)).rejects.toThrow(
    'it names /etc/evil',
  )
})

test('segments of the log are named and counted as PostgreSQL does', () => {
  const bytes = 16 * 1024 * 1024
  expect(segmentName(1, parseLsn('0/2000028'), bytes)).toBe('000000010000000000000002')
  expect(segmentName(3, parseLsn('1A/FF000000'), bytes)).toBe('000000030000001A000000FF')
  expect(nextSegment('000000030000001A000000FF', bytes)).toBe('000000030000001B00000000')
})
