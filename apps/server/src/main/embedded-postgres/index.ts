import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { Log } from '../../platform/log/index.ts'
import { StartRefused } from '../start-refused.ts'
import { type Account, chooseAccount, giveTo } from './account.ts'
import { prepareArchive } from './archive.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import {
  checkClusterFolder,
  loadPasswords,
  lockDataFolder,
  type Passwords,
  prepareDataFolder,
  runningPort,
} from './data-folder.ts'
import { placeFor, reachableBinaries } from './place.ts'
import { startServer } from './server.ts'

export type EmbeddedPostgres = {
  /** Connection of the tables' owner: not a superuser, may create roles and databases. */
  readonly ownerUrl: string
  /** Connection of the application role; `migrate` has to give it `appPassword`. */
  readonly appUrl: string
  readonly appPassword: string
  /** Connection of the server's superuser: for backups, not for the application. */
  readonly adminUrl: string
  /** Process id of the server now. */
  readonly pid: () => number | undefined
  readonly stop: () => Promise<void>
}

const DATABASE = 'quanshu'

/**
 * PostgreSQL 18 from the npm package, with its cluster in `<dataDir>/postgres`: made on first start, started, watched,
 * restarted after a crash, and stopped by `stop`. As root it runs as another user.
 * @throws StartRefused with one sentence: folder read-only, of another version, in use, …
 */
export async function startEmbeddedPostgres(options: {
  readonly dataDir: string
  readonly log: Log
  /** false: faster, and lost when the machine stops; for tests. */
  readonly durable?: boolean
  /** Folder that gets every finished segment of the write-ahead log, for point-in-time recovery. */
  readonly archiveDir?: string
  readonly onGiveUp?: (error: Error) => void
}): Promise<EmbeddedPostgres> {
  const { dataDir, log } = options
  const cluster = join(dataDir, 'postgres')
  prepareDataFolder(dataDir)
  const unlock = lockDataFolder(dataDir)
  try {
    const state = checkClusterFolder(cluster)
    const account = chooseAccount(cluster)
    const binaries = await reachableBinaries(account, await findBinaries(dataDir), dataDir)
    const passwords = loadPasswords(dataDir, state)
    if (state === 'absent') await makeCluster({ binaries, account, dataDir, cluster, passwords })
    const server = await startServer({
      binaries,
      account,
      cluster,
      superuserPassword: passwords.superuser,
      durable: options.durable ?? true,
      archive: options.archiveDir === undefined ? undefined : prepareArchive(options.archiveDir, dataDir, account),
      log,
      onGiveUp: options.onGiveUp ?? (() => undefined),
    })
    await makeDatabase(connectionUrl('postgres', passwords.superuser, server.port, 'postgres'), passwords).catch(
      async (error) => {
        await server.stop()
        throw error
      },
    )
    return {
      ownerUrl: connectionUrl('quanshu_owner', passwords.owner, server.port, DATABASE),
      appUrl: connectionUrl('quanshu_app', passwords.app, server.port, DATABASE),
      appPassword: passwords.app,
      adminUrl: connectionUrl('postgres', passwords.superuser, server.port, DATABASE),
      pid: server.pid,
      stop: async () => {
        await server.stop()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

/** Makes the cluster aside and moves it into place when complete, so that a start that was killed leaves no half one. */
async function makeCluster(options: {
  readonly binaries: Binaries
  readonly account: Account | undefined
  readonly dataDir: string
  readonly cluster: string
  readonly passwords: Passwords
}): Promise<void> {
  const { account, binaries } = options
  const nursery = join(options.dataDir, 'postgres.new')
  rmSync(nursery, { recursive: true, force: true })
  mkdirSync(nursery, { mode: 0o700 })
  writeFileSync(join(nursery, 'password'), options.passwords.superuser, { mode: 0o600 })
  giveTo(account, join(nursery, 'password'))
  giveTo(account, nursery)
  const place = placeFor(account, nursery)
  const child = spawn(
    binaries.initdb,
    [
      `--pgdata=${place.path}/cluster`,
      `--pwfile=${place.path}/password`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Byte order, the same on every machine and version; what people sort by is sorted by rule, not by collation.
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe', ...(place.handle === undefined ? [] : [place.handle])],
      cwd: '/',
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC', ...binaries.env },
      ...(account ? { uid: account.uid, gid: account.gid } : {}),
    },
  )
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk))
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk))
  const [code] = await once(child, 'close')
  place.close()
  if (code !== 0) {
    rmSync(nursery, { recursive: true, force: true })
    throw new StartRefused(`The database cannot be created in ${options.dataDir}: ${lastError(said)}`)
  }
  renameSync(join(nursery, 'cluster'), options.cluster)
  rmSync(nursery, { recursive: true, force: true })
}

function lastError(said: string): string {
  const lines = said.trim().split('\n')
  return lines.findLast((line) => /error|fatal|cannot|could not/i.test(line)) ?? lines.at(-1) ?? 'initdb said nothing'
}

/** Owner role and database. Run at every start: the first one may have been killed in between. */
async function makeDatabase(superuserUrl: string, passwords: Passwords): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl })
  await client.connect()
  try {
    const owner = await client.query("select from pg_roles where rolname = 'quanshu_owner'")
    if (owner.rowCount === 0) {
      await client.query(
        `create role quanshu_owner login createrole createdb password ${pg.escapeLiteral(passwords.owner)}`,
      )
    }
    const database = await client.query('select from pg_database where datname = $1', [DATABASE])
    if (database.rowCount === 0) await client.query(`create database ${DATABASE} owner quanshu_owner`)
  } finally {
    await client.end()
  }
}

/**
 * The connections of an embedded server that another process of this installation runs now; undefined when none does.
 * For commands beside a running Quanshu.
 */
export function runningEmbeddedPostgres(
  dataDir: string,
): Pick<EmbeddedPostgres, 'ownerUrl' | 'appUrl' | 'adminUrl'> | undefined {
  const port = runningPort(join(dataDir, 'postgres'))
  if (port === undefined) return undefined
  const passwords = loadPasswords(dataDir, 'present')
  return {
    ownerUrl: connectionUrl('quanshu_owner', passwords.owner, port, DATABASE),
    appUrl: connectionUrl('quanshu_app', passwords.app, port, DATABASE),
    adminUrl: connectionUrl('postgres', passwords.superuser, port, DATABASE),
  }
}

function connectionUrl(user: string, password: string, port: number, database: string): string {
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`
}
