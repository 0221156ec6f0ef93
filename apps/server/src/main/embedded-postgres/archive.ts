import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartRefused } from '../start-refused.ts'
import { type Account, giveTo } from './account.ts'
import { makeFolder } from './data-folder.ts'

/** A segment that is not full is closed after this time: what is lost at most when the data folder is. */
const CLOSE_AFTER_S = 60

/**
 * Makes the folder that this data folder's log is archived into: `<archiveDir>/<line>`. A data folder has a line of its
 * own, which a restored one does not inherit, so two histories never meet in one folder.
 * @throws StartRefused when it cannot be written
 */
export function prepareArchive(archiveDir: string, dataDir: string, account: Account | undefined): string {
  if (process.platform === 'win32') {
    throw new StartRefused('QUANSHU_ARCHIVE needs sh and gzip, which Windows lacks; take backups instead.')
  }
  const folder = join(archiveDir, takePlace(dataDir, archiveDir).line)
  try {
    makeFolder(archiveDir, 0o755)
    makeFolder(folder, 0o700)
    giveTo(account, folder)
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw new StartRefused(`The archive ${folder} cannot be written: ${(error as Error).message}.`, { cause: error })
  }
  return folder
}

/** @param path the prepared folder as the server sees it */
export function archiveSettings(path: string): Readonly<Record<string, string>> {
  return { archive_mode: 'on', archive_timeout: `${CLOSE_AFTER_S}s`, archive_command: archiveCommand(path) }
}

/**
 * Compressed, because a segment that is closed early is 16 MB of almost nothing.
 * Never overwrites: a segment that is there must be the same one. The name appears when the content is on the disk.
 * A failure is repeated by the server, which keeps the segment until then.
 */
export function archiveCommand(folder: string): string {
  const d = inCommand(folder)
  return [
    'set -e',
    `if test -e ${d}/%f.gz; then gzip -dc ${d}/%f.gz | cmp -s - "%p"`,
    `else gzip -1 -c "%p" > ${d}/%f.part; sync ${d}/%f.part; mv ${d}/%f.part ${d}/%f.gz; fi`,
    `sync ${d}`,
  ].join('; ')
}

/** Fails for a segment that is not there, which the server takes for the end of the log. */
export function fetchCommand(folder: string): string {
  return `test -e ${inCommand(folder)}/%f.gz && gzip -dc ${inCommand(folder)}/%f.gz > "%p"`
}

/** Where a data folder's log lies: the archive, and the folder in it that is this data folder's alone. */
export type ArchivePlace = { readonly folder: string; readonly line: string }

/** The archive that this data folder was last started with. */
export function archiveOf(dataDir: string): ArchivePlace | undefined {
  const file = placeFile(dataDir)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ArchivePlace) : undefined
}

const placeFile = (dataDir: string): string => join(dataDir, 'archive.json')

function takePlace(dataDir: string, folder: string): ArchivePlace {
  const known = archiveOf(dataDir)
  const line = known?.line ?? `line-${new Date().toISOString().slice(0, 10)}-${randomBytes(4).toString('hex')}`
  if (known?.folder !== folder) writeFileSync(placeFile(dataDir), `${JSON.stringify({ folder, line }, null, 2)}\n`)
  return { folder, line }
}

/** In single quotes for the shell, with the percent signs doubled for the server. */
function inCommand(path: string): string {
  return `'${path.replaceAll("'", "'\\''").replaceAll('%', '%%')}'`
}
