import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { type Account, chooseAccount, giveTo } from '../../../apps/server/src/main/embedded-postgres/account.ts'
import { type Binaries, findBinaries } from '../../../apps/server/src/main/embedded-postgres/binaries.ts'
import { reachableBinaries } from '../../../apps/server/src/main/embedded-postgres/place.ts'
import { freePort } from '../../../apps/server/src/main/embedded-postgres/server.ts'
import { serverArguments } from '../../../apps/server/src/main/embedded-postgres/settings.ts'
import { valueTypes } from '../../../apps/server/src/platform/db/types-of-values.ts'
import { pause, until } from './wait.ts'

export type Postgres = {
  readonly ownerUrl: string
  readonly appUrl: string
  readonly appPassword: string
  /** Kills the server's first process; its successor comes `downMs` later. False when it is down already. */
  readonly killPostmaster: (downMs: number) => boolean
  /** Kills the process of one connection of the house; PostgreSQL then ends all others and recovers. */
  readonly killBackend: (which: number) => boolean
  /** SIGSTOP and SIGCONT. Returns how to let it go on; undefined when there is nothing to stop. */
  readonly pause: (what: 'postmaster' | 'backend', which: number) => (() => void) | undefined
  /** No file may grow beyond these bytes, as on a full disk; undefined takes the limit away. */
  readonly limitFiles: (bytes: number | undefined) => Promise<void>
  /** Runs as a superuser, on the database that nobody else uses. */
  readonly asSuperuser: (sql: string) => Promise<void>
  /** Reads and, where time has to go by, writes the house's database as a superuser. */
  readonly query: <T>(sql: string, values?: readonly unknown[]) => Promise<readonly T[]>
  /** Everything taken back: limits, pauses, closed doors. Resolves when it answers. */
  readonly heal: () => Promise<void>
  readonly restarts: () => number
  readonly stop: () => Promise<void>
}

/** Segments of the write-ahead log are this large, so that tables can meet a limit that the log does not. */
const WAL_SEGMENT_MB = 1
export const TABLES_FULL_BYTES = WAL_SEGMENT_MB * 1024 * 1024
export const LOG_FULL_BYTES = 64 * 1024

const DATABASE = 'quanshu'
const run = promisify(execFile)

/**
 * PostgreSQL of the embedded package, with production's settings (fsync on), as a process of its own that comes back
 * when it dies, as a service manager would see to it.
 */
export async function startPostgres(folder: string): Promise<Postgres> {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const cluster = join(folder, 'cluster')
  const logFile = join(folder, 'postgres.log')
  const account = chooseAccount(cluster)
  giveTo(account, folder)
  const binaries = await reachableBinaries(account, await findBinaries(folder), folder)
  const owned = ownedBy(account)
  const password = randomBytes(18).toString('base64url')
  const port = await freePort()
  await makeCluster(binaries, account, folder, cluster, password)

  let child: ChildProcess | undefined
  let isStopping = false
  let starts = 0
  let downUntil = 0
  let fileLimit: number | undefined
  const stopped = new Set<number>()

  const superUrl = (database: string) => urlOf('postgres', password, port, database)
  const launch = (): ChildProcess => {
    starts += 1
    const launched = spawn(binaries.postgres, ['-D', cluster, ...serverArguments(port, true), ...OWN_SETTINGS], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: '/',
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...binaries.env },
      ...owned,
    })
    launched.stderr?.on('data', (chunk: Buffer) => appendFileSync(logFile, chunk))
    guard(launched, owned)
    launched.once('exit', () => void comeBack())
    return launched
  }
  const comeBack = async (): Promise<void> => {
    // A disk that is full is full for the successor too.
    while (!isStopping && (Date.now() < downUntil || fileLimit !== undefined)) await pause(50)
    // A killed server's backends hold its shared memory for a moment; the successor then ends at once and tries again.
    await pause(150)
    if (!isStopping) child = launch()
  }
  const backends = (): readonly number[] => (child?.pid === undefined ? [] : childrenOf(child.pid)).filter(isOfTheHouse)
  const signal = (pid: number | undefined, name: NodeJS.Signals): boolean => {
    try {
      return pid !== undefined && process.kill(pid, name)
    } catch {
      return false
    }
  }
  const isUp = (): boolean => child?.pid !== undefined && child.exitCode === null && child.signalCode === null

  /** A server that was stopped or starved answers late; one that is gone refuses at once. */
  async function query<T>(database: string, sql: string, values: readonly unknown[] = []): Promise<readonly T[]> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await queryOnce(database, sql, values)
      } catch (error) {
        if (tries === CONNECT_TRIES || !(error instanceof Error && error.message === 'timeout expired')) throw error
      }
    }
  }
  async function queryOnce<T>(database: string, sql: string, values: readonly unknown[]): Promise<readonly T[]> {
    const connectionString = superUrl(database)
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 3_000, types: valueTypes })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return (await client.query(sql, [...values])).rows as T[]
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  async function asSuperuser(sql: string): Promise<void> {
    // One statement a call: altering a database refuses to be one of several.
    for (const statement of sql.split(';')) await query('postgres', statement)
  }
  async function limitFiles(bytes: number | undefined): Promise<void> {
    fileLimit = bytes
    if (!isUp() || child?.pid === undefined) return
    const limit = `--fsize=${bytes ?? 'unlimited'}:`
    for (const pid of [child.pid, ...childrenOf(child.pid)]) {
      // As the server's own user: not every root may do this to another's processes.
      await run('prlimit', ['--pid', String(pid), limit], owned).catch((error: unknown) => {
        // One that has just ended needs no limit.
        if (readProc(pid, 'stat') !== '') throw new Error('no disk can be filled on this machine', { cause: error })
      })
    }
  }

  child = launch()
  await until('PostgreSQL answers', () => asSuperuser('select 1').then(() => true), 60_000)
  const owner = randomBytes(18).toString('base64url')
  await asSuperuser(`create role quanshu_owner login createrole createdb password '${owner}'`)
  await asSuperuser(`create database ${DATABASE} owner quanshu_owner`)
  const appPassword = randomBytes(18).toString('base64url')

  return {
    ownerUrl: urlOf('quanshu_owner', owner, port, DATABASE),
    appUrl: urlOf('quanshu_app', appPassword, port, DATABASE),
    appPassword,
    restarts: () => starts - 1,
    asSuperuser,
    query: (sql, values) => query(DATABASE, sql, values),
    limitFiles,
    killPostmaster: (downMs) => {
      downUntil = Date.now() + downMs
      return isUp() && signal(child?.pid, 'SIGKILL')
    },
    killBackend: (which) => signal(chosen(backends(), which), 'SIGKILL'),
    pause: (what, which) => {
      const pid = what === 'postmaster' ? child?.pid : chosen(backends(), which)
      if (pid === undefined || !signal(pid, 'SIGSTOP')) return undefined
      stopped.add(pid)
      return () => {
        stopped.delete(pid)
        signal(pid, 'SIGCONT')
      }
    },
    async heal() {
      for (const pid of stopped) signal(pid, 'SIGCONT')
      stopped.clear()
      await limitFiles(undefined)
      await until('PostgreSQL takes connections again', () => asSuperuser(DOORS_OPEN).then(() => true), 60_000)
    },
    async stop() {
      isStopping = true
      for (const pid of stopped) signal(pid, 'SIGCONT')
      if (!isUp() || !child) return
      const ended = once(child, 'exit')
      child.kill('SIGINT')
      const force = setTimeout(() => child?.kill('SIGKILL'), 20_000)
      await ended
      clearTimeout(force)
    },
  }
}

/** Sized for a test that runs beside others; a small log, so that checkpoints fall into the run and recovery is short. */
const OWN_SETTINGS = [
  'shared_buffers=128MB',
  'min_wal_size=16MB',
  'max_wal_size=96MB',
  'log_line_prefix=%m %p ',
].flatMap((setting) => ['-c', setting])
const DOORS_OPEN = `alter database ${DATABASE} allow_connections true; alter database ${DATABASE} connection limit -1`
const CONNECT_TRIES = 4

/** Nobody gets in any more, and those inside are shown out; or only: nobody new gets in. */
export const DOORS_CLOSED = {
  no_connections: [
    `alter database ${DATABASE} allow_connections false`,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${DATABASE}'`,
  ],
  no_more_connections: [
    `alter database ${DATABASE} connection limit 1`,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${DATABASE}' and random() < 0.5`,
  ],
} as const
export const DOORS_REOPENED = DOORS_OPEN

async function makeCluster(
  binaries: Binaries,
  account: Account | undefined,
  folder: string,
  cluster: string,
  password: string,
): Promise<void> {
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  giveTo(account, passwordFile)
  const child = spawn(
    binaries.initdb,
    [
      `--pgdata=${cluster}`,
      `--pwfile=${passwordFile}`,
      `--wal-segsize=${WAL_SEGMENT_MB}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: '/',
      env: { PATH: process.env.PATH ?? '', ...binaries.env },
      ...ownedBy(account),
    },
  )
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk))
  const [code] = await once(child, 'close')
  rmSync(passwordFile)
  if (code !== 0) throw new Error(`the cluster could not be made: ${said}`)
}

const ownedBy = (account: Account | undefined) => (account ? { uid: account.uid, gid: account.gid } : {})

/** Ends the server in order when the torture is gone without having done so: a shell that waits on a pipe of ours. */
function guard(server: ChildProcess, owned: { readonly uid?: number; readonly gid?: number }): void {
  if (server.pid === undefined) return
  const script = 'cat; kill -CONT "$1"; kill -INT "$1"'
  const watcher = spawn('/bin/sh', ['-c', script, 'torture-guard', String(server.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    ...owned,
  })
  watcher.on('error', () => undefined)
  server.once('exit', () => watcher.kill('SIGKILL'))
  watcher.unref()
}

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const stat = readProc(pid, 'stat')
      return Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]) === parent
    })
}

/** A connection of the program's own roles, by its title: `postgres: quanshu_app quanshu 127.0.0.1(4711) idle`. */
const isOfTheHouse = (pid: number): boolean => /^postgres: quanshu_(?:app|owner) /.test(readProc(pid, 'cmdline'))

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

const chosen = (pids: readonly number[], which: number): number | undefined => pids[which % Math.max(1, pids.length)]

const urlOf = (user: string, password: string, port: number, database: string): string =>
  `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`
