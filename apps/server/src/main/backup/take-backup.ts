import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, copyFile, type FileHandle, mkdir, open, readFile, rename, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import type { ArchivePlace } from '../embedded-postgres/archive.ts'
import { baseBackup, type Message } from './base-backup.ts'
import { type Backup, nameAt, type Pruned, prune, refuseStrangers } from './collection.ts'
import { openLogClock } from './log-clock.ts'
import { ARCHIVE, KEYS, MANIFEST, type Manifest, SERVER_MANIFEST, writeManifest } from './manifest.ts'
import { BackupRefused } from './refused.ts'
import { readTar } from './tar.ts'

/** What a copy may grow beyond the server's estimate: the log that is written meanwhile. */
const SPARE_BYTES = 256 * 1024 * 1024

export type TakenBackup = Backup & { readonly bytes: number; readonly pruned: Pruned | undefined }

/**
 * A backup of the running embedded server in a folder of its own below `collection`: the server's files as one tar, the
 * server's list of them, and a manifest with hashes. It has its final name only when it is whole and on the disk, so a
 * half one is never taken for a whole one. Sales go on meanwhile; whatever was committed before `holdsUntil` is inside.
 * @param options.keyFile copied into the backup, for whoever keeps the backup where keys may be
 * @param options.keep so many backups stay, and the archived log that they need
 * @param options.onProgress bytes so far, and the server's estimate of all
 * @throws BackupRefused: the folder holds something else, no space, …
 */
export async function takeBackup(options: {
  readonly adminUrl: string
  readonly collection: string
  /** Where the server's log goes on, if it archives. */
  readonly archive?: ArchivePlace
  readonly keyFile?: string
  readonly keep?: number
  readonly rateKb?: number
  readonly onProgress?: (bytes: number, total: number) => void
}): Promise<TakenBackup> {
  const { collection } = options
  refuseStrangers(collection)
  const before = await factsOf(options.adminUrl)
  const name = nameAt(before.now)
  const folder = join(collection, name)
  const partial = `${folder}.partial`
  if (existsSync(folder) || existsSync(partial)) {
    throw new BackupRefused(`Another backup was begun this very second (${name}); take the next a second later.`)
  }
  if (options.keyFile !== undefined && !existsSync(options.keyFile)) {
    throw new BackupRefused(`The key file ${options.keyFile} does not exist; say where it is with QUANSHU_KEY_FILE.`)
  }
  await makeFolder(collection, partial)
  try {
    const copy = await copyServer(options, partial, name)
    const beside: Record<string, string> = { [SERVER_MANIFEST]: sha256(await readFile(join(partial, SERVER_MANIFEST))) }
    if (options.keyFile !== undefined) beside[KEYS] = await addKeys(options.keyFile, join(partial, KEYS))
    const { now: endedAt, ...facts } = await factsOf(options.adminUrl)
    const manifest: Manifest = {
      format: 1,
      ...facts,
      machine: `${process.platform}-${process.arch}`,
      startedAt: before.now.toISOString(),
      holdsUntil: copy.holdsUntil.toISOString(),
      endedAt: endedAt.toISOString(),
      wal: { ...copy.wal, segmentBytes: before.segmentBytes, archive: (before.archives && options.archive) || null },
      files: [...copy.files],
      beside,
    }
    await writeWhole(join(partial, MANIFEST), writeManifest(manifest))
    await sync(partial)
    await rename(partial, folder)
    await sync(collection)
    const pruned = options.keep === undefined ? undefined : await prune(collection, options.keep)
    return { folder, manifest, bytes: copy.bytes, pruned }
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw refusalFor(error, collection)
  }
}

type Copy = {
  readonly holdsUntil: Date
  readonly wal: { readonly timeline: number; readonly start: string; readonly end: string }
  readonly files: Manifest['files']
  readonly bytes: number
}

/** Writes the archive and the server's list, and compares the two. */
async function copyServer(options: Parameters<typeof takeBackup>[0], partial: string, label: string): Promise<Copy> {
  const clock = await openLogClock(options.adminUrl)
  const archive = await open(join(partial, ARCHIVE), 'wx', 0o600)
  const list = await open(join(partial, SERVER_MANIFEST), 'wx', 0o600)
  const seen: { start?: Extract<Message, { kind: 'start' }>; end?: string; bytes: number } = { bytes: 0 }

  async function* archiveBytes(): AsyncGenerator<Buffer> {
    let target: FileHandle | undefined
    for await (const message of baseBackup({ ...options, label })) {
      if (message.kind === 'start') {
        seen.start = message
        await refuseWithoutSpace(partial, message.bytes)
      } else if (message.kind === 'archive') {
        if (target) throw new BackupRefused('The server has tablespaces, which this backup does not know.')
        target = archive
      } else if (message.kind === 'manifest') target = list
      else if (message.kind === 'end') seen.end = message.lsn
      else if (target) {
        await target.write(message.bytes)
        if (target === list) continue
        seen.bytes += message.bytes.length
        options.onProgress?.(seen.bytes, seen.start?.bytes ?? 0)
        yield message.bytes
      }
    }
  }

  try {
    const files = await hashesOf(archiveBytes())
    await archive.sync()
    await list.sync()
    if (!seen.start || seen.end === undefined) throw new Error('the server broke the copy off')
    compareWithServer(files, await readFile(join(partial, SERVER_MANIFEST), 'utf8'))
    const holdsUntil = clock.at(seen.end)
    return {
      holdsUntil,
      wal: { timeline: seen.start.timeline, start: seen.start.lsn, end: seen.end },
      files,
      bytes: seen.bytes,
    }
  } finally {
    await clock.close()
    await archive.close()
    await list.close()
  }
}

/** SHA-256 of every file in the archive, while it passes. */
async function hashesOf(source: AsyncIterable<Buffer>): Promise<Manifest['files']> {
  const files: Manifest['files'] = []
  let hash = createHash('sha256')
  let file: { readonly path: string; readonly bytes: number } | undefined
  for await (const part of readTar(source)) {
    if (part.kind === 'entry') {
      if (part.type === 'link')
        throw new BackupRefused(`The server's folder holds a link, ${part.path}, which this backup does not know.`)
      file = part.type === 'file' ? part : undefined
      hash = createHash('sha256')
    } else if (part.kind === 'data') hash.update(part.bytes)
    else if (file) files.push({ path: file.path, bytes: file.bytes, sha256: hash.digest('hex') })
  }
  return files
}

const serverManifestSchema = z.object({
  Files: z.array(z.object({ Path: z.string(), Size: z.int(), Checksum: z.string() })),
})

/** What arrived is what the server read: it lists all but the log, which has checks of its own. */
function compareWithServer(files: Manifest['files'], text: string): void {
  const listed = new Map(serverManifestSchema.parse(JSON.parse(text)).Files.map((file) => [file.Path, file]))
  for (const { path, bytes, sha256: hash } of files) {
    const expected = listed.get(path)
    listed.delete(path)
    if (!expected ? !path.startsWith('pg_wal/') : expected.Size !== bytes || expected.Checksum !== hash) {
      throw new Error(`the file ${path} did not arrive as the server read it`)
    }
  }
  const [missing] = listed.keys()
  if (missing !== undefined) throw new Error(`the file ${missing} did not arrive`)
}

type Facts = Pick<Manifest, 'postgres' | 'systemIdentifier' | 'migrations' | 'masterKeys'> & {
  readonly now: Date
  readonly segmentBytes: number
  readonly archives: boolean
}

async function factsOf(adminUrl: string): Promise<Facts> {
  const client = new pg.Client({ connectionString: adminUrl })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<Facts>(`
      select
        current_setting('server_version') as postgres,
        (select system_identifier::text from pg_control_system()) as "systemIdentifier",
        (select setting::integer from pg_settings where name = 'wal_segment_size') as "segmentBytes",
        current_setting('archive_mode') = 'on' as archives,
        (select coalesce(array_agg(name order by name), '{}') from platform.migrations) as migrations,
        (select coalesce(array_agg(distinct master_key_id), '{}') from crypto.data_keys) as "masterKeys",
        clock_timestamp() as now`)
    const [facts] = rows
    if (!facts) throw new Error('the database said nothing about itself')
    return facts
  } finally {
    await client.end()
  }
}

async function makeFolder(collection: string, partial: string): Promise<void> {
  try {
    await mkdir(collection, { recursive: true, mode: 0o700 })
    await mkdir(partial, { mode: 0o700 })
  } catch (error) {
    throw new BackupRefused(`The folder ${collection} cannot be written: ${(error as Error).message}.`, {
      cause: error,
    })
  }
}

async function refuseWithoutSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const needed = bytes + SPARE_BYTES
  if (bavail * bsize >= needed) return
  const mb = (count: number): string => `${Math.ceil(count / 1024 ** 2)} MB`
  throw new BackupRefused(`${dirname(folder)} has ${mb(bavail * bsize)} left, and the backup needs ${mb(needed)}.`)
}

async function addKeys(from: string, to: string): Promise<string> {
  await copyFile(from, to)
  await chmod(to, 0o600)
  await sync(to)
  return sha256(await readFile(to))
}

async function writeWhole(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function sync(path: string): Promise<void> {
  // Windows knows no sync of folders.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

function refusalFor(error: unknown, collection: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOSPC') return error
  return new BackupRefused(`${collection} is full; nothing was kept of this backup.`, { cause: error })
}
