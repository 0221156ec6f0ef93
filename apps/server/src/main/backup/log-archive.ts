import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { chmod, copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type Account, giveTo } from '../embedded-postgres/account.ts'
import type { Manifest } from './manifest.ts'
import { isSegment, nextSegment, parseLsn, segmentName } from './wal.ts'

/** How far a backup's log goes on in the archive without a hole. */
export type Reach =
  | { readonly whole: true; readonly segments: number }
  | { readonly whole: false; readonly segments: number; readonly broken: string; readonly how: 'missing' | 'damaged' }

/**
 * Copies every archived segment that comes after the backup, up to the first hole, into a folder that is made for them.
 * Each is read to its end, because PostgreSQL takes whatever it cannot read for the end of the log.
 */
export async function fetchLog(
  lineFolder: string,
  { wal }: Manifest,
  into: { readonly folder: string; readonly account: Account | undefined },
): Promise<Reach> {
  await mkdir(into.folder, { mode: 0o700 })
  giveTo(into.account, into.folder)
  const timeline = wal.timeline.toString(16).toUpperCase().padStart(8, '0')
  const there = new Set(
    (existsSync(lineFolder) ? readdirSync(lineFolder) : [])
      .filter((name) => name.endsWith('.gz') && name.startsWith(timeline))
      .map((name) => name.slice(0, -'.gz'.length))
      .filter(isSegment),
  )
  // The backup itself holds the log up to here.
  let name = nextSegment(segmentName(wal.timeline, parseLsn(wal.end), wal.segmentBytes), wal.segmentBytes)
  const last = [...there].sort().at(-1) ?? ''
  for (let segments = 0; ; segments++) {
    if (name > last) return { whole: true, segments }
    if (!there.has(name)) return { whole: false, segments, broken: name, how: 'missing' }
    const copy = join(into.folder, `${name}.gz`)
    await copyFile(join(lineFolder, `${name}.gz`), copy)
    if (!(await isWhole(copy, wal.segmentBytes))) {
      await rm(copy)
      return { whole: false, segments, broken: name, how: 'damaged' }
    }
    await chmod(copy, 0o600)
    giveTo(into.account, copy)
    name = nextSegment(name, wal.segmentBytes)
  }
}

async function isWhole(file: string, bytes: number): Promise<boolean> {
  let count = 0
  const counter = new Writable({
    write(chunk: Buffer, _encoding, done) {
      count += chunk.length
      done()
    },
  })
  try {
    await pipeline(createReadStream(file), createGunzip(), counter)
  } catch {
    return false
  }
  return count === bytes
}
