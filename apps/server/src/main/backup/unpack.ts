import { createHash } from 'node:crypto'
import { chmodSync, chownSync, createReadStream, mkdirSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Account } from '../embedded-postgres/account.ts'
import type { Backup } from './collection.ts'
import { ARCHIVE, type Manifest } from './manifest.ts'
import { BackupRefused } from './refused.ts'
import { readTar, TarDamaged } from './tar.ts'

const BUFFER_BYTES = 1024 * 1024

/**
 * Unpacks a backup's server files into a folder that is made for them and given to `account`, and checks each against
 * the manifest. Without `into` it only checks.
 * @throws BackupRefused naming the first file that is damaged, missing or too many
 */
export async function unpack(
  backup: Backup,
  into: { readonly folder: string; readonly account: Account | undefined } | undefined,
  onProgress: (bytes: number, total: number) => void = () => undefined,
): Promise<void> {
  const { files } = backup.manifest
  const expected = new Map(files.map((file) => [file.path, file]))
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  const give = (path: string): void => {
    if (into?.account) chownSync(path, into.account.uid, into.account.gid)
  }
  if (into) {
    mkdirSync(into.folder, { mode: 0o700 })
    give(into.folder)
  }
  let open_: { readonly path: string; readonly handle: FileHandle | undefined } | undefined
  let hash = createHash('sha256')
  const source = createReadStream(join(backup.folder, ARCHIVE), { highWaterMark: BUFFER_BYTES })
  try {
    for await (const part of readTar(source)) {
      if (part.kind === 'entry') {
        const path = into && join(into.folder, part.path)
        if (part.type === 'folder') {
          if (!path || part.path === '') continue
          mkdirSync(path, { mode: 0o700, recursive: true })
          give(path)
        } else {
          if (expected.get(part.path)?.bytes !== part.bytes) throw damaged(backup, part.path)
          open_ = { path: part.path, handle: path === undefined ? undefined : await open(path, 'wx', 0o600) }
          hash = createHash('sha256')
          if (path) give(path)
        }
      } else if (part.kind === 'data') {
        hash.update(part.bytes)
        await open_?.handle?.write(part.bytes)
        done += part.bytes.length
        onProgress(done, total)
      } else if (open_) {
        await open_.handle?.close()
        const { path } = open_
        open_ = undefined
        if (hash.digest('hex') !== expected.get(path)?.sha256) throw damaged(backup, path)
        expected.delete(path)
      }
    }
  } catch (error) {
    await open_?.handle?.close()
    throw refusalFor(backup, error)
  }
  const [missing] = expected.keys()
  if (missing !== undefined) throw damaged(backup, missing)
  if (into) chmodSync(into.folder, 0o700)
}

/** @throws BackupRefused when a file beside the archive is not as the manifest says */
export async function checkBeside(backup: Backup, read: (path: string) => Promise<Buffer>): Promise<void> {
  for (const [name, expected] of Object.entries(backup.manifest.beside)) {
    const bytes = await read(join(backup.folder, name)).catch(() => undefined)
    if (!bytes || createHash('sha256').update(bytes).digest('hex') !== expected) throw damaged(backup, name)
  }
}

function damaged(backup: Backup, path: string): BackupRefused {
  return new BackupRefused(`The backup ${basename(backup.folder)} is damaged: ${path} is not as it was written.`)
}

function refusalFor({ folder }: { readonly folder: string; readonly manifest: Manifest }, error: unknown): unknown {
  if (error instanceof TarDamaged) {
    return new BackupRefused(`The backup ${basename(folder)} is damaged: ${ARCHIVE}: ${error.message}.`, {
      cause: error,
    })
  }
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return new BackupRefused(`The backup ${basename(folder)} is damaged: ${ARCHIVE} is missing.`, { cause: error })
  }
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') {
    return new BackupRefused('The disk is full; nothing was restored.', { cause: error })
  }
  return error
}
