import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Account, chooseAccount, giveTo } from '../embedded-postgres/account.ts'
import { fetchCommand } from '../embedded-postgres/archive.ts'
import { type Binaries, findBinaries } from '../embedded-postgres/binaries.ts'
import type { Passwords } from '../embedded-postgres/data-folder.ts'
import { placeFor, reachableBinaries } from '../embedded-postgres/place.ts'
import { freePort, spawnPostgres, stopProcess } from '../embedded-postgres/server.ts'
import { serverArguments } from '../embedded-postgres/settings.ts'
import { BackupRefused } from './refused.ts'

/** What is replayed after the copied files. */
export type Target =
  /** The log inside the backup: the state at its end. */
  | { readonly kind: 'end-of-backup' }
  /** The log in the cluster's `LOG_FOLDER`: all of it, or up to a time. */
  | { readonly kind: 'archive'; readonly to?: Date }

/** Where fetched segments lie below a cluster while it recovers: its user can read there, whoever owns the archive. */
export const LOG_FOLDER = 'quanshu-log'

/** What is needed to run PostgreSQL's programs on a cluster. */
export type Programs = { readonly binaries: Binaries; readonly account: Account | undefined }

export async function findPrograms(dataDir: string): Promise<Programs> {
  const account = chooseAccount(dataDir)
  return { account, binaries: await reachableBinaries(account, await findBinaries(dataDir), dataDir) }
}

/**
 * Replays the log on unpacked files until the target, opens a new timeline and stops the server in order.
 * @returns the time of the last transaction that is inside, where the log named one
 * @throws BackupRefused when the log does not reach the target
 */
export async function recover(
  programs: Programs,
  cluster: string,
  target: Target,
  say: (line: string) => void,
): Promise<{ readonly lastCommit: Date | undefined }> {
  const signal = join(cluster, 'recovery.signal')
  writeFileSync(signal, '', { mode: 0o600 })
  giveTo(programs.account, signal)
  let lastCommit: Date | undefined
  let complaint: string | undefined
  let ready = (): void => undefined
  const isReady = new Promise<true>((resolve) => {
    ready = () => resolve(true)
  })
  const server = spawnPostgres(
    { ...programs, cluster },
    {
      settings: serverArguments(await freePort(), true, recoverySettings(target)),
      say: (line) => {
        const words = line.replace(/^\d+ (?:[A-Z]+: +)?/, '')
        if (/FATAL|PANIC/.test(line)) complaint ??= words
        lastCommit = timeIn(words) ?? lastCommit
        if (words.startsWith('restored log file') || words.startsWith('redo ')) say(words)
        if (words === 'database system is ready to accept connections') ready()
      },
    },
  )
  const ended = once(server, 'close').then(() => false as const)
  if (await Promise.race([isReady, ended])) {
    if (server.pid !== undefined) await stopProcess(server.pid)
    await ended
    rmSync(join(cluster, LOG_FOLDER), { recursive: true, force: true })
    return { lastCommit }
  }
  throw new BackupRefused(refusalOf(target, complaint, lastCommit))
}

function recoverySettings(target: Target): Readonly<Record<string, string>> {
  const settings = {
    // Ready then means: replayed, and on a timeline of its own.
    hot_standby: 'off',
    recovery_target_timeline: 'current',
    recovery_target_action: 'promote',
  }
  if (target.kind === 'end-of-backup') return { ...settings, restore_command: 'false' }
  return {
    ...settings,
    restore_command: fetchCommand(LOG_FOLDER),
    ...(target.to ? { recovery_target_time: target.to.toISOString().replace('Z', '+00') } : {}),
  }
}

/** "last completed transaction was at log time …" and "recovery stopping before commit of transaction 1, time …". */
function timeIn(words: string): Date | undefined {
  const [, text] = /^last completed transaction was at log time (.+)$/.exec(words) ?? []
  // As in "2026-11-22 05:02:35.516+00".
  return text === undefined ? undefined : new Date(text.replace(' ', 'T').replace(/\+00$/, 'Z'))
}

function refusalOf(target: Target, complaint: string | undefined, lastCommit: Date | undefined): string {
  if (target.kind === 'archive' && complaint?.includes('before configured recovery target was reached')) {
    const reach = lastCommit
      ? `its last transaction is of ${lastCommit.toISOString()}`
      : 'it holds no transaction after the backup'
    return `The archived log does not reach ${target.to?.toISOString()}: ${reach}. Restore with --to latest for all that is there.`
  }
  return `The backup cannot be brought to life: ${complaint ?? 'PostgreSQL gave no reason'}.`
}

/** New passwords for the roles of a stopped cluster: those in use elsewhere are not part of a backup. */
export async function setPasswords(programs: Programs, cluster: string, passwords: Passwords): Promise<void> {
  const { account, binaries } = programs
  const place = placeFor(account, cluster)
  const child = spawn(
    binaries.postgres,
    ['--single', '-D', place.path, '-c', 'password_encryption=scram-sha-256', 'postgres'],
    {
      stdio: ['pipe', 'ignore', 'pipe', ...(place.handle === undefined ? [] : [place.handle])],
      cwd: '/',
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...binaries.env },
      ...(account ? { uid: account.uid, gid: account.gid } : {}),
    },
  )
  place.close()
  let said = ''
  child.stderr?.on('data', (bytes: Buffer) => (said += bytes))
  const roles = { postgres: passwords.superuser, quanshu_owner: passwords.owner, quanshu_app: passwords.app }
  const lines = Object.entries(roles).map(([role, password]) => `alter role ${role} password '${password}'\n`)
  child.stdin?.end(lines.join(''))
  const [code] = await once(child, 'close')
  const complaint = said.split('\n').find((line) => /ERROR|FATAL|PANIC/.test(line))
  if (code !== 0 || complaint !== undefined) {
    throw new Error(`the roles of the restored database got no passwords: ${complaint ?? `exit code ${code}`}`)
  }
}
