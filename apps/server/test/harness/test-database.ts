import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/main/embedded-postgres/index.ts'
import { appUrlOf, migrate } from '../../src/platform/db/index.ts'
import { silentLog } from '../../src/platform/log/index.ts'

export type TestDatabase = {
  /** The migrated template. Never connect to it while clones are made; clone it. */
  readonly ownerUrl: string
  readonly appUrl: string
  /** The server's superuser, on a server of our own: for tests that load what only a superuser may. */
  readonly adminUrl: string | undefined
  readonly stop: () => Promise<void>
}

/**
 * A migrated database on a server of its own, or, when `QUANSHU_TEST_DATABASE_URL` names an owner's connection, on that
 * server: its database becomes the template, and `quanshu_app` must be reachable as a role of that owner.
 * @param options.durable true keeps fsync on, for tests that kill the server
 */
export async function startTestDatabase(options: { readonly durable?: boolean } = {}): Promise<TestDatabase> {
  const given = process.env.QUANSHU_TEST_DATABASE_URL
  if (given) {
    await migrate({ ownerUrl: given, log: silentLog })
    return { ownerUrl: given, appUrl: appUrlOf(given), adminUrl: undefined, stop: async () => undefined }
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'quanshu-test-'))
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog, durable: options.durable ?? false })
  const stop = async (): Promise<void> => {
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    await migrate({ ownerUrl: server.ownerUrl, log: silentLog, appPassword: server.appPassword })
  } catch (error) {
    await stop()
    throw error
  }
  return { ownerUrl: server.ownerUrl, appUrl: server.appUrl, adminUrl: server.adminUrl, stop }
}

export type ClonedDatabase = {
  readonly ownerUrl: string
  readonly appUrl: string
  /** Ends every connection and removes the clone. */
  readonly drop: () => Promise<void>
}

const OBJECT_IN_USE = '55006'
/** Not permitted: an autovacuum worker is in the database, and only a superuser may end it. It leaves by itself. */
const VACUUMED = '42501'
const TRIES_MAX = 50

/** A database of one's own, as the migrations leave it. Takes about a tenth of a second. */
export async function cloneDatabase(template: Pick<TestDatabase, 'ownerUrl' | 'appUrl'>): Promise<ClonedDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  const templateName = pg.escapeIdentifier(new URL(template.ownerUrl).pathname.slice(1))
  await administrate(template.ownerUrl, (client) => createFrom(client, name, templateName))
  return {
    ownerUrl: onDatabase(template.ownerUrl, name),
    appUrl: onDatabase(template.appUrl, name),
    drop: () =>
      administrate(template.ownerUrl, (client) =>
        persist(() => client.query(`drop database if exists ${name} with (force)`), VACUUMED),
      ),
  }
}

/** The template must be idle while it is copied; the migration runner's last connection may still be closing. */
const createFrom = (client: pg.Client, name: string, template: string) =>
  persist(() => client.query(`create database ${name} template ${template} strategy file_copy`), OBJECT_IN_USE)

/** Again, while the server refuses with this code. */
async function persist(run: () => Promise<unknown>, code: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await run()
      return
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === code) || tries === TRIES_MAX) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function administrate(ownerUrl: string, run: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: onDatabase(ownerUrl, 'postgres') })
  await client.connect()
  try {
    await run(client)
  } finally {
    await client.end()
  }
}

/** The same server and role, another database. */
export function onDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
