import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Config, loadConfig } from '../../platform/config/index.ts'
import { migrate } from '../../platform/db/index.ts'
import { createLog, type Log } from '../../platform/log/index.ts'
import { archiveOf } from '../embedded-postgres/archive.ts'
import { checkClusterFolder } from '../embedded-postgres/data-folder.ts'
import { runningEmbeddedPostgres, startEmbeddedPostgres } from '../embedded-postgres/index.ts'
import { shown } from '../standstill.ts'
import { BackupRefused } from './refused.ts'
import { type Restored, type RestoreOptions, restoreBackup } from './restore-backup.ts'
import { takeBackup } from './take-backup.ts'

/** `npm run cli -- backup` and `restore`: what they print, and the code they end with. */
export const BACKUP_USAGE = `  backup <folder>                                a copy of the running shop in a folder of its own in there
                                                 (--keep <number>, --rate <MB/s>, --with-keys)
  restore <folder> --data <new data folder>      the newest backup in there, checked and audited
                                                 (--to <time>|latest, --keys <key file>, --archive <folder>, --migrate)`

const say = (line: string): void => console.log(line)

/** @returns 0, or throws BackupRefused with a sentence */
export async function backupCommand(args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { keep: { type: 'string' }, rate: { type: 'string' }, 'with-keys': { type: 'boolean' } },
  })
  const [folder, ...more] = positionals
  if (folder === undefined || more.length > 0) throw new BackupRefused(`Say into which folder.\n\n${BACKUP_USAGE}`)
  const keep = wholeNumber('--keep', values.keep, 1, 10_000)
  const rateMb = wholeNumber('--rate', values.rate, 1, 1_000)
  const config = loadConfig(process.env)
  const withKeys = values['with-keys'] ?? false
  const taken = await withServer(config, (adminUrl) => {
    const archive = archiveOf(config.dataDir)
    return takeBackup({
      adminUrl,
      collection: resolve(folder),
      onProgress: progress('copied'),
      ...(archive === undefined ? {} : { archive }),
      ...(withKeys ? { keyFile: config.masterKeyFile } : {}),
      ...(keep === undefined ? {} : { keep }),
      ...(rateMb === undefined ? {} : { rateKb: rateMb * 1024 }),
    })
  })
  say(
    `${taken.folder}: ${megabytes(taken.bytes)}, the shop as it was at ${shown(new Date(taken.manifest.holdsUntil))}.`,
  )
  if (taken.pruned && taken.pruned.backups.length > 0) {
    say(`Removed ${taken.pruned.backups.join(', ')} and ${taken.pruned.segments} segments of the log.`)
  }
  say(
    withKeys
      ? 'The key file is INSIDE: whoever has this folder can read every code. Keep it where keys may be.'
      : `The key file is not inside. Without ${config.masterKeyFile} no code in this backup can be read: keep a copy of it somewhere else.`,
  )
  return 0
}

/** @returns 0 when the restored books are proved, 1 when they are wrong, 2 when they could not be looked at */
export async function restoreCommand(args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      to: { type: 'string' },
      data: { type: 'string' },
      archive: { type: 'string' },
      keys: { type: 'string' },
      migrate: { type: 'boolean' },
    },
  })
  const [path, ...more] = positionals
  if (path === undefined || more.length > 0) throw new BackupRefused(`Say from which folder.\n\n${BACKUP_USAGE}`)
  const config = loadConfig(process.env)
  const dataDir = resolve(values.data ?? config.dataDir)
  const archive = values.archive ?? config.archiveDir
  const to = parseTarget(values.to)
  if (to instanceof Date) say(`Up to ${shown(to)}.`)
  const options: RestoreOptions = {
    path: resolve(path),
    dataDir,
    say,
    onProgress: progress('unpacked'),
    ...(to === undefined ? {} : { to }),
    ...(archive === undefined ? {} : { archiveDir: resolve(archive) }),
    ...(values.keys === undefined ? {} : { keyFile: resolve(values.keys) }),
    ...(process.env.QUANSHU_KEY_FILE ? { keyFileElsewhere: config.masterKeyFile } : {}),
  }
  const restored = await restoreBackup(options)
  if (values.migrate) await migrateRestored(dataDir)
  report(restored, dataDir)
  return await proveBooks(restored, dataDir, values.migrate ?? false)
}

function report({ backup, keyFile, restoredTo }: Restored, dataDir: string): void {
  say(`Restored ${basename(backup.folder)} into ${dataDir}: the shop as it was at ${shown(restoredTo)}.`)
  if (keyFile === undefined) {
    say(
      `There is no key file: put yours at ${join(dataDir, 'keys', 'master.json')} (mode 600) before the start, or no code opens.`,
    )
  }
  say(
    `It stands still. Start on it with: QUANSHU_DATA=${dataDir} npm start
Staff may sign in; buyers are turned away, and nothing is bought, delivered, refunded or sent. Codes that were delivered after that moment
count as unsold here, and what suppliers delivered after it would be bought again. So look first, in this order:
  1. void the codes that were delivered since, or suspend every batch that was being sold;
  2. refund payments since then at the gateway itself: their orders are unknown here;
  3. pause every supplier, until its own lists say what it delivered.
"After a restore" in docs/operations.md says how. Then let it go on: QUANSHU_DATA=${dataDir} npm run cli -- resume`,
  )
}

/** How late things may be in a shop that works; the audit's own default. */
const USUAL_GRACE_S = 900

/** The nine invariants on what was restored, by the command that anybody would run. */
async function proveBooks(restored: Restored, dataDir: string, migrated: boolean): Promise<number> {
  const { keyFile, needsMigration, restoredTo } = restored
  if (keyFile === undefined) {
    say('The books were not audited, because that needs the key file.')
    return 2
  }
  if (needsMigration && !migrated) {
    say('The books were not audited, because the backup is of an older version; --migrate brings it to this one.')
    return 2
  }
  say('Auditing the books …')
  // What was in time at the restored moment is late by now, because nobody has worked since.
  const grace = Math.ceil((Date.now() - restoredTo.getTime()) / 1_000) + USUAL_GRACE_S
  const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))
  const audit = spawn(process.execPath, [cli, 'audit', '--full', '--anew', '--grace', String(grace)], {
    stdio: 'inherit',
    env: { ...process.env, QUANSHU_DATA: dataDir, QUANSHU_KEY_FILE: keyFile, QUANSHU_ARCHIVE: '' },
  })
  const [code] = await once(audit, 'close')
  return typeof code === 'number' ? code : 2
}

async function migrateRestored(dataDir: string): Promise<void> {
  const log = quietLog()
  const server = await startEmbeddedPostgres({ dataDir, log })
  try {
    await migrate({ ownerUrl: server.ownerUrl, log, appPassword: server.appPassword })
  } finally {
    await server.stop()
  }
}

/** The server of the running Quanshu; when none runs, one for as long as the backup takes. */
async function withServer<T>(config: Config, run: (adminUrl: string) => Promise<T>): Promise<T> {
  if (config.databaseUrl !== undefined) {
    throw new BackupRefused(
      'This command copies the embedded database. Back up a PostgreSQL of your own with its own tools: pg_basebackup, pgBackRest, or the snapshots of whoever runs it; see docs/operations.md.',
    )
  }
  const running = runningEmbeddedPostgres(config.dataDir)
  if (running) return await run(running.adminUrl)
  if (checkClusterFolder(join(config.dataDir, 'postgres')) === 'absent') {
    throw new BackupRefused(`There is no database in ${config.dataDir}; name its data folder with QUANSHU_DATA.`)
  }
  const archive = config.archiveDir === undefined ? {} : { archiveDir: config.archiveDir }
  const server = await startEmbeddedPostgres({ dataDir: config.dataDir, log: quietLog(), ...archive })
  try {
    return await run(server.adminUrl)
  } finally {
    await server.stop()
  }
}

const quietLog = (): Log => createLog({ level: 'warn', destination: 2 })

/** A time without a zone is the shop's: Asia/Shanghai, which has no summer time. */
export function parseTarget(text: string | undefined): Date | 'latest' | undefined {
  if (text === undefined || text === 'latest') return text
  const [, day, time, zone] =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?$/.exec(text) ?? []
  const date = new Date(`${day}T${time}${zone ?? '+08:00'}`)
  if (day === undefined || Number.isNaN(date.getTime())) {
    throw new BackupRefused(
      `--to is "${text}" but must be a time as 2026-11-22T18:30:00+08:00 (without a zone: Asia/Shanghai), or latest.`,
    )
  }
  return date
}

function wholeNumber(option: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new BackupRefused(`${option} is "${text}" but must be a whole number from ${min} to ${max}.`)
}

const megabytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MB`

const PROGRESS_EVERY_MS = 2_000

function progress(done: string): (bytes: number, total: number) => void {
  let last = Date.now()
  return (bytes, total) => {
    if (Date.now() - last < PROGRESS_EVERY_MS) return
    last = Date.now()
    // The estimate of a running server does not count what is written meanwhile.
    say(`${done} ${megabytes(bytes)} of ${megabytes(Math.max(total, bytes))}`)
  }
}
