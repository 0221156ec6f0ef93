import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { Manifest } from './manifest.ts'
import { isSegment, nextSegment, parseLsn, segmentName } from './wal.ts'

/** How far a backup's log goes on in the archive without a hole. */
export type Reach =
  | { readonly whole: true; readonly segments: number }
  | { readonly whole: false; readonly segments: number; readonly broken: string; readonly how: 'missing' | 'damaged' }

/** Reads every archived segment that comes after the backup, because PostgreSQL takes a hole for the end. */
export async function reachOf(lineFolder: string, { wal }: Manifest): Promise<Reach> {
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
    if (!(await isWhole(join(lineFolder, `${name}.gz`), wal.segmentBytes))) {
      return { whole: false, segments, broken: name, how: 'damaged' }
    }
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
