/** What a tar archive consists of, in order. `data` belongs to the `entry` before it, `end` closes it. */
export type TarPart =
  | {
      readonly kind: 'entry'
      readonly path: string
      readonly type: 'file' | 'folder' | 'link'
      readonly bytes: number
      readonly mode: number
    }
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end' }

/** The archive is not one, or ends in the middle. The message continues "the backup is damaged: …". */
export class TarDamaged extends Error {
  override readonly name = 'TarDamaged'
}

const BLOCK = 512

/**
 * Reads the plain tar that PostgreSQL writes: names of at most 100 bytes, files below 8 GB, whole zero blocks at the end.
 * @throws TarDamaged
 */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarPart> {
  let rest: Buffer = Buffer.alloc(0)
  let path = ''
  let left = 0
  let padding = 0
  let inFile = false
  let ended = false
  for await (const chunk of source) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.length > 0) {
      if (inFile) {
        const bytes = rest.subarray(0, left)
        rest = rest.subarray(bytes.length)
        left -= bytes.length
        if (bytes.length > 0) yield { kind: 'data', bytes }
        if (left > 0) break
        inFile = false
        yield { kind: 'end' }
      } else if (padding > 0) {
        const skipped = Math.min(padding, rest.length)
        rest = rest.subarray(skipped)
        padding -= skipped
      } else if (rest.length < BLOCK) {
        break
      } else {
        const header = rest.subarray(0, BLOCK)
        rest = rest.subarray(BLOCK)
        if (header.every((byte) => byte === 0)) {
          ended = true
          continue
        }
        if (ended) throw new TarDamaged('something follows the end of the archive')
        const entry = parseHeader(header, path)
        path = entry.path
        yield entry
        left = entry.bytes
        padding = (BLOCK - (left % BLOCK)) % BLOCK
        inFile = left > 0
        if (!inFile) yield { kind: 'end' }
      }
    }
  }
  if (inFile || rest.length > 0) throw new TarDamaged(`it ends in the middle of ${path}`)
  if (!ended) throw new TarDamaged(`it ends after ${path || 'nothing'}`)
}

const TYPES = { '0': 'file', '\0': 'file', '5': 'folder', '2': 'link' } as const

function parseHeader(header: Buffer, before: string): Extract<TarPart, { kind: 'entry' }> {
  const text = (from: number, length: number): string =>
    header.toString('utf8', from, from + length).replace(/\0.*$/s, '')
  const octal = (from: number, length: number): number => Number.parseInt(text(from, length).trim() || '0', 8)
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  const path = text(0, 100).replace(/^\.\//, '').replace(/\/$/, '')
  const type = TYPES[header.toString('latin1', 156, 157) as keyof typeof TYPES]
  if (sum !== octal(148, 8) || type === undefined) {
    throw new TarDamaged(`no file begins after ${before || 'the beginning'}`)
  }
  // A name must stay inside the folder that the archive is unpacked into.
  if (path.startsWith('/') || path.split('/').includes('..')) throw new TarDamaged(`it names ${path}`)
  return { kind: 'entry', path, type, bytes: type === 'file' ? octal(124, 12) : 0, mode: octal(100, 8) }
}
