import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import pg from 'pg'
import type { Log } from '../../platform/log/index.ts'
import { counter } from '../../platform/telemetry/index.ts'
import { StartRefused } from '../start-refused.ts'
import type { Account } from './account.ts'
import { archiveSettings } from './archive.ts'
import type { Binaries } from './binaries.ts'
import { findOrphan, isAlive } from './data-folder.ts'
import { placeFor } from './place.ts'
import { serverArguments } from './settings.ts'

/** Crash recovery of a full WAL takes longest. */
const READY_TIMEOUT_MS = 120_000
const STOP_TIMEOUT_MS = 20_000
const POLL_MS = 40
/** More crashes than this within the window, and starting it again is no cure. */
const CRASHES_MAX = 8
const CRASH_WINDOW_MS = 300_000

export type ServerOptions = {
  readonly binaries: Binaries
  readonly account: Account | undefined
  readonly cluster: string
  readonly superuserPassword: string
  readonly durable: boolean
  /** Folder that the log is archived into, made for the account. */
  readonly archive: string | undefined
  readonly log: Log
  /** The server crashes again and again; nothing more is tried. */
  readonly onGiveUp: (error: Error) => void
}

export type Server = {
  readonly port: number
  readonly pid: () => number | undefined
  readonly stop: () => Promise<void>
}

/** Starts the server on a free port of the loopback, waits until it answers, and starts it again whenever it crashes. */
export async function startServer(options: ServerOptions): Promise<Server> {
  await stopOrphan(options)
  let { port, child } = await startOnFreePort(options)
  let stopping = false
  const crashes: number[] = []

  const watch = (watched: ChildProcess): void => {
    watched.once('exit', (code, signal) => {
      if (!stopping) void restart(signal ?? `exit code ${code}`)
    })
  }
  const restart = async (how: string): Promise<void> => {
    const now = Date.now()
    crashes.push(now)
    const recent = crashes.filter((at) => now - at < CRASH_WINDOW_MS).length
    options.log.error({ how, crashes: recent }, 'PostgreSQL stopped by itself, starting it again')
    if (recent > CRASHES_MAX) return options.onGiveUp(new Error(`PostgreSQL stopped ${recent} times (${how})`))
    await pause(Math.min(100 * 2 ** recent, 5_000))
    if (stopping) return
    try {
      // Same port, so that waiting connections find it again.
      await stopOrphan(options)
      child = launch(options, port)
      await untilReady(options, port, child)
      watch(child)
      options.log.info({ pid: child.pid }, 'PostgreSQL is back')
    } catch (error) {
      if (!stopping) await restart((error as Error).message)
    }
  }
  watch(child)

  return {
    port,
    pid: () => child.pid,
    async stop() {
      stopping = true
      if (child.exitCode === null && child.signalCode === null && child.pid) await stopProcess(child.pid)
    },
  }
}

async function startOnFreePort(options: ServerOptions): Promise<{ port: number; child: ChildProcess }> {
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    const child = launch(options, port)
    try {
      await untilReady(options, port, child)
      return { port, child }
    } catch (error) {
      // Somebody may have taken the port between asking and using it.
      if (tries === 3) throw error
      options.log.debug({ err: error }, 'PostgreSQL did not start, trying again')
    }
  }
}

function launch(options: ServerOptions, port: number): ChildProcess {
  const archive = options.archive === undefined ? undefined : placeFor(options.account, options.archive, 4)
  const settings = serverArguments(port, options.durable, archive && archiveSettings(archive.path))
  const say = (line: string): void => {
    if (/FATAL|PANIC|ERROR/.test(line)) lastWords.set(child, line.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, ''))
    if (ARCHIVING_FAILS.test(line)) {
      archiveFailures.add(1)
      options.log.error({ line }, 'the log archive cannot be written')
    } else options.log.debug({ line }, 'postgres')
  }
  const child = spawnPostgres(options, { settings, say, archive: archive?.handle })
  archive?.close()
  child.on('error', (error) => options.log.error({ err: error }, 'PostgreSQL cannot be started'))
  return child
}

/** Until it works again every segment stays in `pg_wal`, which grows. */
const archiveFailures = counter(
  'log_archive_failures',
  'Segments of the database log that could not be archived; tried again',
)
const ARCHIVING_FAILS = /archive command (failed|was terminated)|archiving write-ahead log file .* failed/

/**
 * The server program on a cluster, as the right user, in a process group of its own: Ctrl-C in the terminal is for us,
 * and we stop the database last. It ends when this process is gone.
 * @param run.say gets each line that the server writes
 * @param run.archive handle that the server passes on to its archive command
 */
export function spawnPostgres(
  { account, binaries, cluster }: Pick<ServerOptions, 'account' | 'binaries' | 'cluster'>,
  run: {
    readonly settings: readonly string[]
    readonly say: (line: string) => void
    readonly archive?: number | undefined
  },
): ChildProcess {
  const place = placeFor(account, cluster)
  const child = spawn(binaries.postgres, ['-D', place.path, ...run.settings], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', place.handle ?? 'ignore', run.archive ?? 'ignore'],
    cwd: '/',
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...binaries.env },
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
  })
  place.close()
  guard(child, account)
  if (child.stderr) createInterface({ input: child.stderr }).on('line', run.say)
  return child
}

/**
 * Stops the server when this process is gone without having stopped it (SIGKILL): a shell that waits on a pipe which
 * only we hold. Windows ends children by other rules.
 */
function guard(server: ChildProcess, account: Account | undefined): void {
  if (process.platform === 'win32' || server.pid === undefined) return
  const watcher = spawn('/bin/sh', ['-c', 'cat; kill -INT "$1"', 'quanshu-guard', String(server.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
  })
  watcher.on('error', () => undefined)
  // Gone before the pipe closes, so that it never signals a number that means somebody else by then.
  server.once('exit', () => watcher.kill('SIGKILL'))
  watcher.unref()
}

/** The last complaint of each server: why it did not start. */
const lastWords = new WeakMap<ChildProcess, string>()

async function untilReady(options: ServerOptions, port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      throw new StartRefused(`PostgreSQL did not start: ${lastWords.get(child) ?? 'it gave no reason'}.`)
    }
    const failure = await tryConnect(port, options.superuserPassword)
    if (failure === undefined) return
    if (failure instanceof pg.DatabaseError && failure.code === INVALID_PASSWORD) {
      await stopProcess(child.pid)
      throw new StartRefused(
        'The database does not accept the password in keys/postgres.json; restore the file from your backup.',
      )
    }
    if (Date.now() > deadline) throw new StartRefused(`PostgreSQL is not ready after ${READY_TIMEOUT_MS / 1_000} s.`)
    await pause(POLL_MS)
  }
}

const INVALID_PASSWORD = '28P01'

async function tryConnect(port: number, password: string): Promise<Error | undefined> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return undefined
  } catch (error) {
    return error as Error
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** A server whose starter was killed is stopped in order; its successor then has the cluster to itself. */
async function stopOrphan(options: ServerOptions): Promise<void> {
  const orphan = findOrphan(options.cluster)
  if (orphan === undefined) return
  options.log.warn({ pid: orphan }, 'stopping a PostgreSQL that was left behind')
  await stopProcess(orphan)
}

/** Fast shutdown (sessions end, everything is written), then immediate shutdown, then the end. */
export async function stopProcess(pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    const deadline = Date.now() + STOP_TIMEOUT_MS
    while (Date.now() < deadline) {
      if (!isAlive(pid)) return
      await pause(POLL_MS)
    }
  }
}

/** Below those that systems give to outgoing connections, one of which could take it while its owner is down. */
const [PORTS_FROM, PORTS_COUNT] = [12_000, 18_000]
const PORT_TRIES = 100

/** A port that stays free until its owner starts, and while it starts anew after a crash. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < PORT_TRIES; tries += 1) {
    const port = PORTS_FROM + randomInt(PORTS_COUNT)
    const probe = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen(port, host, () => probe.close(() => resolve(true)))
    })
    if (isFree) return port
  }
  throw new Error(`none of ${PORT_TRIES} ports is free`)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
