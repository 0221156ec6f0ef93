import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { StartRefused } from '../start-refused.ts'

export const POSTGRES_MAJOR = '18'

/** Passwords of the embedded server's three roles, made on first start. */
export type Passwords = { readonly superuser: string; readonly owner: string; readonly app: string }

/** Makes the data folder and proves that it can be written. */
export function prepareDataFolder(dataDir: string): void {
  try {
    makeFolder(dataDir, 0o755)
    makeFolder(join(dataDir, 'keys'), 0o700)
    const probe = join(dataDir, `.write-probe-${process.pid}`)
    writeFileSync(probe, '')
    rmSync(probe)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'EROFS' || code === 'EACCES' || code === 'EPERM'
        ? 'it is read-only for this user'
        : (error as Error).message
    throw new StartRefused(
      `The data folder ${dataDir} cannot be written: ${why}. Choose another one with QUANSHU_DATA.`,
      { cause: error },
    )
  }
}

/** Level by level: Node's own `recursive` never returns where folders cannot be made at all, as below /proc. */
export function makeFolder(path: string, mode: number): void {
  if (existsSync(path)) return
  makeFolder(dirname(path), mode)
  mkdirSync(path, { mode })
}

/** @throws StartRefused when another version of PostgreSQL made the folder, or somebody else owns it. */
export function checkClusterFolder(cluster: string): 'absent' | 'present' {
  if (!existsSync(cluster)) return 'absent'
  const me = process.getuid?.()
  const owner = statSync(cluster).uid
  if (me !== undefined && me !== 0 && owner !== me) {
    throw new StartRefused(
      `The database folder ${cluster} belongs to another user (uid ${owner}); start as that user or as root, or choose another folder with QUANSHU_DATA.`,
    )
  }
  const version = readText(join(cluster, 'PG_VERSION'))?.trim()
  if (version === undefined) {
    throw new StartRefused(
      `The folder ${cluster} is not a PostgreSQL data folder${readdirSync(cluster).length === 0 ? ' (it is empty: remove it)' : ''}; choose another folder with QUANSHU_DATA.`,
    )
  }
  if (version !== POSTGRES_MAJOR) {
    throw new StartRefused(
      `The data folder ${cluster} was made by PostgreSQL ${version}, and this version needs ${POSTGRES_MAJOR}; dump it with the old version and restore it, or choose another folder with QUANSHU_DATA.`,
    )
  }
  return 'present'
}

export function loadPasswords(dataDir: string, cluster: 'absent' | 'present'): Passwords {
  const file = join(dataDir, 'keys', 'postgres.json')
  const text = readText(file)
  if (text !== undefined) return JSON.parse(text) as Passwords
  if (cluster === 'present') {
    throw new StartRefused(`The database's passwords are missing: ${file}. Restore the file from your backup.`)
  }
  const passwords = newPasswords()
  savePasswords(dataDir, passwords)
  return passwords
}

export function newPasswords(): Passwords {
  const password = (): string => randomBytes(24).toString('base64url')
  return { superuser: password(), owner: password(), app: password() }
}

export function savePasswords(dataDir: string, passwords: Passwords): void {
  writeFileSync(join(dataDir, 'keys', 'postgres.json'), JSON.stringify(passwords, null, 2), { mode: 0o600 })
}

/**
 * One Quanshu per data folder. The lock is a file with the holder's process id and start time; a holder that is gone
 * (killed, machine restarted) leaves a file that no longer counts.
 * @returns the function that gives the lock back
 */
export function lockDataFolder(dataDir: string): () => void {
  const file = join(dataDir, 'quanshu.lock')
  const mine = `${process.pid} ${processStart(process.pid) ?? ''}`
  for (let tries = 0; tries < 3; tries++) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o644 })
      return () => {
        if (readText(file) === mine) rmSync(file, { force: true })
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const [pid = '', started = ''] = readText(file)?.split(' ') ?? []
    if (isAlive(Number(pid)) && (processStart(Number(pid)) ?? '') === started) {
      throw new StartRefused(
        `Quanshu already runs on the data folder ${dataDir} (process ${pid}); stop it first, or choose another folder with QUANSHU_DATA.`,
      )
    }
    rmSync(file, { force: true })
  }
  throw new StartRefused(`The lock file ${file} cannot be taken; remove it if no Quanshu is running.`)
}

/**
 * The server process that still works on this cluster although whoever started it is gone. A pid file whose process is
 * gone, or is something else by now (containers count from 1 at every start), is removed: PostgreSQL itself would refuse.
 */
export function findOrphan(cluster: string): number | undefined {
  const file = join(cluster, 'postmaster.pid')
  const pid = Number(readText(file)?.split('\n')[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  if (isAlive(pid) && worksIn(pid, cluster)) return pid
  rmSync(file, { force: true })
  return undefined
}

/** The port of the server that works on this cluster now. */
export function runningPort(cluster: string): number | undefined {
  const [pid, , , port] = readText(join(cluster, 'postmaster.pid'))?.split('\n') ?? []
  return isAlive(Number(pid)) && worksIn(Number(pid), cluster) ? Number(port) : undefined
}

/** A server's working folder is its cluster. Where that cannot be seen (not Linux) a living process is believed. */
function worksIn(pid: number, cluster: string): boolean {
  if (process.platform !== 'linux') return true
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster)
  } catch {
    return false
  }
}

export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  // A zombie has ended; only its parent has not noticed.
  return !/^\d+ \(.*\) Z/s.test(readText(`/proc/${pid}/stat`) ?? '')
}

/** Start time in clock ticks since boot, which tells two processes with one number apart. Linux only. */
function processStart(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
