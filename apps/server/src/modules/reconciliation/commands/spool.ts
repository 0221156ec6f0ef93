import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export type Spooled = {
  readonly path: string
  /** SHA-256 in hex. */
  readonly hash: string
  readonly bytes: number
}

/**
 * Lays a file down until `use` is done with it. Whether it is known already shows its hash, which is there only when all
 * of it has come; and a sender that breaks off has left nothing in the database.
 */
export async function spooled<T>(stream: Readable, use: (file: Spooled) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'quanshu-bill-'))
  try {
    const path = join(folder, 'bill')
    const hash = createHash('sha256')
    let bytes = 0
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk)
        bytes += chunk.length
        done(null, chunk)
      },
    })
    await pipeline(stream, meter, createWriteStream(path, { mode: 0o600 }))
    return await use({ path, hash: hash.digest('hex'), bytes })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
