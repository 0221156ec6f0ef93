import { existsSync, readdirSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { MANIFEST, type Manifest, readManifest } from './manifest.ts'
import { BackupRefused } from './refused.ts'
import { isSegment, parseLsn, segmentName } from './wal.ts'

/** A finished backup and where it lies. */
export type Backup = { readonly folder: string; readonly manifest: Manifest }

const NAME = /^\d{4}-\d{2}-\d{2}T\d{6}Z$/
const UNFINISHED = /^\d{4}-\d{2}-\d{2}T\d{6}Z\.partial$/
/** One that is older was broken off: no backup takes so long. */
const ABANDONED_AFTER_MS = 86_400_000

/** A backup's folder is named by the second it began, so that names sort by age. */
export function nameAt(time: Date): string {
  return `${time.toISOString().slice(0, 19).replaceAll(':', '')}Z`
}

/** @throws BackupRefused when the folder holds anything but backups */
export function refuseStrangers(collection: string): void {
  if (!existsSync(collection)) return
  if (!statSync(collection).isDirectory()) throw new BackupRefused(`${collection} is not a folder.`)
  const stranger = readdirSync(collection).find((name) => !NAME.test(name) && !UNFINISHED.test(name))
  if (stranger !== undefined) {
    throw new BackupRefused(
      `The folder ${collection} holds ${stranger}, which is no backup; choose an empty folder, or one that holds only backups.`,
    )
  }
}

/** The finished backups of a folder, oldest first. */
export async function backupsIn(collection: string): Promise<readonly Backup[]> {
  const names = existsSync(collection) ? readdirSync(collection).filter((name) => NAME.test(name)) : []
  const folders = names.sort().map((name) => join(collection, name))
  return await Promise.all(folders.map(async (folder) => ({ folder, manifest: await readManifest(folder) })))
}

/**
 * The backup to begin with: the folder itself when it is one; else the newest in it, that ended before `to`.
 * @throws BackupRefused when there is none
 */
export async function chooseBackup(path: string, to: Date | undefined): Promise<Backup> {
  if (!existsSync(path)) throw new BackupRefused(`The folder ${path} does not exist.`)
  if (path.endsWith('.partial')) throw new BackupRefused(`The backup ${basename(path)} was never finished.`)
  const isBackup = existsSync(join(path, MANIFEST)) || NAME.test(basename(path))
  const backups = isBackup ? [{ folder: path, manifest: await readManifest(path) }] : await backupsIn(path)
  const [oldest] = backups
  if (!oldest) {
    const partial = readdirSync(path).find((name) => UNFINISHED.test(name))
    throw new BackupRefused(
      `${path} holds no finished backup${partial === undefined ? '' : ` (${partial} was never finished)`}.`,
    )
  }
  const fitting = backups.findLast(({ manifest }) => to === undefined || new Date(manifest.endedAt) <= to)
  if (!fitting) {
    throw new BackupRefused(
      `No backup in ${path} ended before ${to?.toISOString()}; the oldest ended at ${oldest.manifest.endedAt}.`,
    )
  }
  return fitting
}

export type Pruned = { readonly backups: readonly string[]; readonly segments: number }

/**
 * Keeps the newest `keep` backups, and of the archived log what they need: whatever lies before the oldest of them in
 * its line goes, and so does the log of a line whose last backup goes here.
 */
export async function prune(collection: string, keep: number): Promise<Pruned> {
  const all = await backupsIn(collection)
  const gone = all.slice(0, Math.max(0, all.length - keep))
  const kept = all.slice(gone.length)
  for (const { folder } of gone) await rm(folder, { recursive: true })
  for (const name of readdirSync(collection).filter((entry) => UNFINISHED.test(entry))) {
    const folder = join(collection, name)
    if (Date.now() - statSync(folder).mtimeMs > ABANDONED_AFTER_MS) await rm(folder, { recursive: true })
  }
  const lines = new Set(gone.flatMap(({ manifest }) => lineFolder(manifest) ?? []))
  const segments = [...lines].map((line) =>
    pruneLine(
      line,
      kept.find(({ manifest }) => lineFolder(manifest) === line),
    ),
  )
  return {
    backups: gone.map(({ folder }) => basename(folder)),
    segments: (await Promise.all(segments)).reduce((sum, count) => sum + count, 0),
  }
}

/** The folder with a backup's log. */
export function lineFolder({ wal }: Manifest, archive = wal.archive?.folder): string | undefined {
  return wal.archive && archive !== undefined ? join(archive, wal.archive.line) : undefined
}

async function pruneLine(folder: string, oldest: Backup | undefined): Promise<number> {
  if (!existsSync(folder)) return 0
  const wal = oldest?.manifest.wal
  const first = wal && segmentName(wal.timeline, parseLsn(wal.start), wal.segmentBytes)
  let removed = 0
  for (const entry of readdirSync(folder)) {
    // "<segment>.gz", "<segment>.<offset>.backup.gz"; histories of timelines are small and stay.
    const segment = entry.slice(0, 24)
    if (!isSegment(segment) || (first !== undefined && segment.slice(8) >= first.slice(8))) continue
    await rm(join(folder, entry), { force: true })
    removed += isSegment(entry.replace(/\.gz$/, '')) ? 1 : 0
  }
  return removed
}
