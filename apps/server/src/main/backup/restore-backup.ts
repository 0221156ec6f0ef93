import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { chmod, copyFile, readFile, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { migrationNames } from '../../platform/db/index.ts'
import { newPasswords, POSTGRES_MAJOR, prepareDataFolder, savePasswords } from '../embedded-postgres/data-folder.ts'
import { markRestored } from '../standstill.ts'
import { type Backup, chooseBackup, lineFolder } from './collection.ts'
import { fetchLog, type Reach } from './log-archive.ts'
import { KEYS, type Manifest } from './manifest.ts'
import { findPrograms, LOG_FOLDER, recover, setPasswords, type Target } from './recover.ts'
import { BackupRefused } from './refused.ts'
import { checkBeside, unpack } from './unpack.ts'

export type RestoreOptions = {
  /** A backup, or a folder of backups. */
  readonly path: string
  /** A data folder that is not there yet, or holds nothing but `keys/`. */
  readonly dataDir: string
  /** Absent: the backup's own end, without the archive. `latest`: all that was archived. */
  readonly to?: Date | 'latest'
  /** Where the archive lies now. Absent: where it lay when the backup was taken. */
  readonly archiveDir?: string
  /** Becomes the key file of the restored folder. */
  readonly keyFile?: string
  /** A key file that stays where it is, because the program is told where that is. */
  readonly keyFileElsewhere?: string
  /** A line for whoever waits. */
  readonly say?: (line: string) => void
  readonly onProgress?: (bytes: number, total: number) => void
}

export type Restored = {
  readonly backup: Backup
  /** Time of the last transaction inside; undefined when the log after the copy holds none. */
  readonly lastCommit: Date | undefined
  /** The moment that the restored shop stands at. */
  readonly restoredTo: Date
  /** The key file that opens this database: in the restored folder, or elsewhere. */
  readonly keyFile: string | undefined
  /** The database is as old as an earlier version of the program left it. */
  readonly needsMigration: boolean
}

/**
 * Restores a backup into a data folder of its own: every file is checked, the log is replayed, the roles get new
 * passwords, the database stands on a new timeline, and whatever starts on it stands still until somebody says go on. Nothing that exists is touched; on a refusal nothing stays.
 * @throws BackupRefused naming what is damaged, missing, of another version, or in the way
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { dataDir, to, say = () => undefined } = options
  const backup = await chooseBackup(options.path, to === 'latest' ? undefined : to)
  const known = await migrationNames()
  refuseForeign(backup.manifest, known)
  await checkBeside(backup, (path) => readFile(path))
  const log = to === undefined ? undefined : logOf(backup.manifest, options)
  const keys = await keySource(backup, options)
  refuseUsed(dataDir)
  const putBack = remember(dataDir)

  prepareDataFolder(dataDir)
  const cluster = join(dataDir, 'postgres')
  const unfinished = join(dataDir, 'postgres.restoring')
  try {
    await refuseWithoutSpace(dataDir, backup.manifest)
    const programs = await findPrograms(dataDir)
    say(`Unpacking ${backup.folder}`)
    await unpack(backup, { folder: unfinished, account: programs.account }, options.onProgress)
    say('Every file is as it was written. Replaying the log')
    const folder = join(unfinished, LOG_FOLDER)
    const reach = log && (await fetchLog(log, backup.manifest, { folder, account: programs.account }))
    if (to === 'latest' && reach && !reach.whole) throw new BackupRefused(holeIn(reach))
    const target: Target = log ? { kind: 'archive', ...(to instanceof Date ? { to } : {}) } : { kind: 'end-of-backup' }
    const { lastCommit } = await recover(programs, unfinished, target, say).catch((error: unknown) => {
      if (!(error instanceof BackupRefused) || !reach || reach.whole) throw error
      throw new BackupRefused(`${error.message} ${holeIn(reach)}`, { cause: error })
    })
    const passwords = newPasswords()
    await setPasswords(programs, unfinished, passwords)
    const keyFile = keys && (await placeKeys(keys, dataDir))
    savePasswords(dataDir, passwords)
    const restoredTo = lastCommit ?? new Date(backup.manifest.holdsUntil)
    markRestored(unfinished, programs.account, restoredTo)
    renameSync(unfinished, cluster)
    return { backup, lastCommit, restoredTo, keyFile, needsMigration: backup.manifest.migrations.length < known.length }
  } catch (error) {
    putBack()
    throw error
  }
}

function refuseForeign({ postgres, machine, migrations }: Manifest, known: readonly string[]): void {
  if (postgres.split('.')[0] !== POSTGRES_MAJOR) {
    throw new BackupRefused(
      `The backup was made by PostgreSQL ${postgres}, and this version restores ${POSTGRES_MAJOR}; restore it with the version of Quanshu that made it.`,
    )
  }
  const here = `${process.platform}-${process.arch}`
  if (machine !== here) {
    throw new BackupRefused(
      `The backup was made on ${machine}, and this machine is ${here}: its files do not fit here. Restore it on a machine of its kind.`,
    )
  }
  const unknown = migrations.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new BackupRefused(
      `The backup is of a newer version of Quanshu (migration ${unknown}); restore it with that version.`,
    )
  }
}

function refuseUsed(dataDir: string): void {
  if (!existsSync(dataDir)) return
  if (!statSync(dataDir).isDirectory()) throw new BackupRefused(`${dataDir} is not a folder.`)
  const stranger = readdirSync(dataDir).find((name) => name !== 'keys')
  if (stranger !== undefined || existsSync(join(dataDir, 'keys', 'postgres.json'))) {
    throw new BackupRefused(
      `The data folder ${dataDir} is in use (it holds ${stranger ?? 'keys/postgres.json'}); a backup is restored into a new one: choose it with --data.`,
    )
  }
}

/** @returns what removes everything that is not in the folder now, and the folder if it is not there */
function remember(dataDir: string): () => void {
  const keys = join(dataDir, 'keys')
  const before = new Map([dataDir, keys].filter(existsSync).map((folder) => [folder, readdirSync(folder)]))
  return () => {
    if (!before.has(dataDir)) return rmSync(dataDir, { recursive: true, force: true })
    for (const [folder, names] of before) {
      for (const name of readdirSync(folder)) {
        if (!names.includes(name)) rmSync(join(folder, name), { recursive: true, force: true })
      }
    }
  }
}

/** The folder with the log that comes after the backup. */
function logOf(manifest: Manifest, { archiveDir }: RestoreOptions): string {
  const folder = lineFolder(manifest, archiveDir)
  if (folder === undefined) {
    throw new BackupRefused(
      'This backup was taken without an archive (QUANSHU_ARCHIVE), so it has only one moment: restore it without --to.',
    )
  }
  if (!existsSync(folder)) {
    throw new BackupRefused(`The archive ${folder} is not there; say where it is with --archive.`)
  }
  return folder
}

function holeIn({ broken, how, segments }: Extract<Reach, { whole: false }>): string {
  return `The archived segment ${broken} is ${how}: only the ${segments} before it can be replayed; give --to with a time before it.`
}

type KeySource = { readonly path: string; readonly move: boolean }

const keyFileSchema = z.object({ keys: z.array(z.object({ id: z.string() })) })

/**
 * Where the keys come from: the file that was named, the one that lies there already, the one elsewhere, the backup.
 * @throws BackupRefused when that file lacks a key that this database needs
 */
async function keySource({ folder, manifest }: Backup, options: RestoreOptions): Promise<KeySource | undefined> {
  const there = join(options.dataDir, 'keys', 'master.json')
  const path = [options.keyFile, there, options.keyFileElsewhere, join(folder, KEYS)].find(
    (file) => file !== undefined && existsSync(file),
  )
  if (options.keyFile !== undefined && path !== options.keyFile) {
    throw new BackupRefused(`The key file ${options.keyFile} does not exist.`)
  }
  if (path === undefined) return undefined
  const ids = await keyIdsIn(path)
  const lacking = manifest.masterKeys.find((id) => !ids.has(id))
  if (lacking !== undefined) {
    throw new BackupRefused(`The key file ${path} lacks the master key ${lacking}, which this backup needs.`)
  }
  return { path, move: path !== there && path !== options.keyFileElsewhere }
}

async function keyIdsIn(path: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(keyFileSchema.parse(JSON.parse(await readFile(path, 'utf8'))).keys.map(({ id }) => id))
  } catch (error) {
    throw new BackupRefused(`${path} is not a Quanshu key file, or cannot be read.`, { cause: error })
  }
}

async function placeKeys({ path, move }: KeySource, dataDir: string): Promise<string> {
  if (!move) return path
  const file = join(dataDir, 'keys', 'master.json')
  if (existsSync(file)) throw new BackupRefused(`${file} is there already, and is not the key file that was given.`)
  mkdirSync(join(dataDir, 'keys'), { recursive: true, mode: 0o700 })
  await copyFile(path, file)
  await chmod(file, 0o600)
  return file
}

async function refuseWithoutSpace(dataDir: string, { files }: Manifest): Promise<void> {
  const needed = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const { bavail, bsize } = await statfs(dataDir)
  if (bavail * bsize > needed) return
  const mb = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 2)} MB`
  throw new BackupRefused(`${dataDir} has ${mb(bavail * bsize)} left, and the backup needs ${mb(needed)}.`)
}
