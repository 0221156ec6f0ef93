import { Logger, runMigrations as migrateJobTables } from 'graphile-worker'
import pg from 'pg'
import type { Log } from '../log/index.ts'
import { applyFunctions } from './functions.ts'
import { prepareAppRole } from './roles.ts'
import { LOCK_TIMEOUT, MigrationRefused, reason, refusalFor, type SqlFile, sqlFiles } from './sql-files.ts'

const SQL_FOLDER = new URL('../../../../../db/', import.meta.url)
const SERVER_VERSION_MIN = 150_000
/** Any number that no other program on this database uses for its own advisory locks. */
const LOCK_OF_MIGRATIONS = 7_826_401

/**
 * Brings the database to this version: application role, the job queue's own tables, new files of `db/migrations`
 * (each in a transaction), changed files of `db/functions`. Does nothing when all is done. Several processes may start
 * at once; one migrates, the others wait for it.
 * @param options.appPassword when given, `quanshu_app` may sign in with it
 * @throws MigrationRefused with one sentence
 */
export async function migrate(options: {
  readonly ownerUrl: string
  readonly log: Log
  readonly appPassword?: string
  /** Another folder with `migrations/` and `functions/`; for tests of this runner. */
  readonly folder?: URL
}): Promise<void> {
  const folder = options.folder ?? SQL_FOLDER
  const client = new pg.Client({ connectionString: options.ownerUrl, application_name: 'quanshu migrate' })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    throw new MigrationRefused(`Cannot connect to the database: ${reason(error)}.`, { cause: error })
  }
  try {
    await checkServer(client)
    await client.query('select pg_advisory_lock($1)', [LOCK_OF_MIGRATIONS])
    await prepareAppRole(client, options.appPassword)
    await migrateJobTables({ connectionString: options.ownerUrl, noHandleSignals: true, logger: quietLogger })
    await prepareBookkeeping(client)
    await applyMigrations(client, await sqlFiles(new URL('migrations/', folder)), options.log)
    await applyFunctions(client, await sqlFiles(new URL('functions/', folder)), options.log)
    await client.query('select events.open_era(), platform.extend_partitions()')
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The migrations that this version knows, in order. */
export async function migrationNames(): Promise<readonly string[]> {
  return (await sqlFiles(new URL('migrations/', SQL_FOLDER))).map((file) => file.name)
}

async function checkServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number; text: string }>(
    "select current_setting('server_version_num')::integer as number, current_setting('server_version') as text",
  )
  const [version] = rows
  if (!version || version.number < SERVER_VERSION_MIN) {
    throw new MigrationRefused(`PostgreSQL 15 or newer is needed, and this server is ${version?.text}.`)
  }
}

async function prepareBookkeeping(client: pg.Client): Promise<void> {
  await client.query(`
    create schema if not exists platform;
    create table if not exists platform.migrations (
      name text primary key,
      checksum text not null,
      applied_at timestamptz not null default now()
    );
    create table if not exists platform.function_files (
      name text primary key,
      checksum text not null,
      functions text[] not null,
      applied_at timestamptz not null default now()
    );
  `)
}

async function applyMigrations(client: pg.Client, files: readonly SqlFile[], log: Log): Promise<void> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from platform.migrations',
  )
  const applied = new Map(rows.map((row) => [row.name, row.checksum]))
  const known = new Set(files.map((file) => file.name))
  for (const name of applied.keys()) {
    if (!known.has(name)) {
      throw new MigrationRefused(
        `The database has the migration ${name}, which this version does not know; start the version that made it, or a newer one.`,
      )
    }
  }
  for (const file of files) {
    const checksum = applied.get(file.name)
    if (checksum === file.checksum) continue
    if (checksum !== undefined) {
      throw new MigrationRefused(
        `The migration ${file.name} was changed after it was applied; restore the file and put the change into a new migration.`,
      )
    }
    await applyMigration(client, file)
    log.info({ migration: file.name }, 'migration applied')
  }
}

async function applyMigration(client: pg.Client, file: SqlFile): Promise<void> {
  try {
    await client.query(`begin; set local lock_timeout = '${LOCK_TIMEOUT}'`)
    await client.query(file.text)
    await client.query('insert into platform.migrations (name, checksum) values ($1, $2)', [file.name, file.checksum])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw refusalFor(file, error)
  }
}

/** graphile-worker reports every step; ours are enough. */
const quietLogger = new Logger(() => () => undefined)
