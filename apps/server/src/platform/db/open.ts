import { assert, type TenantId } from '@quanshu/kernel'
import pg from 'pg'
import type { Log } from '../log/index.ts'
import { createAnnouncements, storeAnnouncements } from './announcements.ts'
import { queryBuilder } from './connection.ts'
import {
  CommitUnknown,
  DatabaseUnavailable,
  isConnectionLost,
  isTransient,
  isTurnedAway,
  retrying,
  toRefusal,
} from './failures.ts'
import { createListener } from './listener.ts'
import type { Ctx, Database, ReadTx, Tx } from './types.ts'
import { toParameter, valueTypes } from './types-of-values.ts'

/** A request must never wait for ever: a statement, a lock and a forgotten transaction each have an end. */
const STATEMENT_TIMEOUT_MS = 15_000
const LOCK_TIMEOUT_MS = 5_000
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000
/** How long a caller waits for a free connection. */
const CONNECT_TIMEOUT_MS = 10_000
/**
 * Connections of the hot commands. A connection plans each of their forty statements once, 30 to 50 ms together, and again
 * when statistics change; spread over the whole pool that was more work than the orders. Few, because one batch of a
 * tenant is under way at a time and two cores have no use for more.
 */
const HOT_POOL_SIZE = 4
const IDLE_TIMEOUT_MS = 60_000
/** A hot connection that went idle in a quiet minute would have to plan everything anew in the first moment of a rush. */
const HOT_IDLE_TIMEOUT_MS = 60 * 60_000
/** How long the doors wait for a database that is being restarted. */
const OUTAGE_MAX_MS = 15_000

/**
 * Opens the pool of the application role. Connections are made when needed, so this never fails by itself.
 * @param options.appUrl a connection that is `quanshu_app` (or has `options=-c role=quanshu_app`)
 */
export function openDatabase(options: {
  readonly appUrl: string
  readonly poolSize: number
  readonly log: Log
}): Database {
  const { log } = options
  const connection: pg.ClientConfig = {
    connectionString: options.appUrl,
    types: valueTypes,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'quanshu',
  }
  const openPool = (max: number, idleTimeoutMillis: number): pg.Pool => {
    const made = new pg.Pool({ ...connection, max, idleTimeoutMillis })
    // An idle connection broke (restart of the database): the pool has dropped it already.
    made.on('error', (error) => log.debug({ err: error }, 'idle database connection lost'))
    // While a connection is lent out the pool does not listen; whoever waits for its answer hears of the loss anyway.
    made.on('connect', (client) => {
      client.on('error', (error) => log.debug({ err: error }, 'database connection lost'))
    })
    return made
  }
  const pool = openPool(options.poolSize, IDLE_TIMEOUT_MS)
  const hotPool = openPool(HOT_POOL_SIZE, HOT_IDLE_TIMEOUT_MS)
  const listener = createListener(() => new pg.Client(connection), log)

  /** A connection that has answered; waits out a restart of the database, since nothing has been sent yet. */
  const acquire = async (from = pool): Promise<pg.PoolClient> => {
    const deadline = Date.now() + OUTAGE_MAX_MS
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
      try {
        return await from.connect()
      } catch (error) {
        if (!isTurnedAway(error)) throw error
        if (Date.now() + pauseMs > deadline)
          throw new DatabaseUnavailable('the database cannot be reached', { cause: error })
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
  }

  /** One try of a transaction. `commit` is the point after which a lost connection means "unknown". */
  const transaction = async <T>(
    begin: string,
    tenantId: TenantId,
    run: (client: pg.PoolClient) => Promise<T>,
  ): Promise<T> => {
    const client = await acquire()
    let broken: Error | undefined
    let commitSent = false
    try {
      await client.query(`${begin}; set local app.tenant_id = '${tenantText(tenantId)}'`)
      const result = await run(client)
      commitSent = true
      await client.query('commit')
      return result
    } catch (error) {
      if (isConnectionLost(error)) {
        broken = error as Error
        if (commitSent) throw new CommitUnknown('the connection broke during commit', { cause: error })
        throw error
      }
      await client.query('rollback').catch((lost: Error) => {
        broken = lost
      })
      throw error
    } finally {
      client.release(broken)
    }
  }

  const write = async <T>(ctx: Ctx, fn: (tx: Tx) => Promise<T>): Promise<T> => {
    const attempt = (): Promise<T> =>
      transaction('begin', ctx.tenantId, async (client) => {
        const announced = createAnnouncements()
        const result = await fn({ db: queryBuilder(client), ctx, ...announced.words })
        await storeAnnouncements(client, ctx, announced)
        return result
      })
    // Before commit nothing has happened, so a lost connection is as good as a rollback.
    const again = (error: unknown): boolean => isTransient(error) || isConnectionLost(error)
    return await retrying(attempt, again, log).catch((error) => {
      throw toRefusal(error)
    })
  }

  const read = async <T>(ctx: Ctx, fn: (tx: ReadTx) => Promise<T>): Promise<T> =>
    // One snapshot, so that the figures of one page agree with each other.
    await retrying(
      () =>
        transaction('begin isolation level repeatable read read only', ctx.tenantId, (client) =>
          fn({ db: queryBuilder(client), ctx }),
        ),
      (error) => isTransient(error) || isConnectionLost(error) || error instanceof CommitUnknown,
      log,
    )

  const callOn = async <T>(from: pg.Pool, fn: string, params: readonly unknown[]): Promise<T> => {
    const statement = callStatement(fn, params.length)
    const attempt = async (): Promise<T> => {
      const client = await acquire(from)
      let broken: Error | undefined
      try {
        const answer = await client.query<{ result: T }>({ ...statement, values: params.map(toParameter) })
        const [row] = answer.rows
        assert(row !== undefined, `${fn} gave no row`)
        return row.result
      } catch (error) {
        if (isConnectionLost(error)) {
          broken = error as Error
          throw new CommitUnknown(`the connection broke during ${fn}`, { cause: error })
        }
        throw error
      } finally {
        client.release(broken)
      }
    }
    return await retrying(attempt, isTransient, log).catch((error) => {
      throw toRefusal(error)
    })
  }

  return {
    write,
    read,
    callGlobal: (fn, ...params) => callOn(pool, fn, params),
    call: (tenantId, fn, ...params) => callOn(pool, fn, [tenantId, ...params]),
    callHot: (tenantId, fn, ...params) => callOn(hotPool, fn, [tenantId, ...params]),
    listen: listener.listen,
    close: async () => {
      await listener.close()
      await Promise.all([pool.end(), hotPool.end()])
    },
  }
}

/** `set local` takes no parameters, so the value is proven to be digits. */
function tenantText(tenantId: TenantId): string {
  assert(Number.isSafeInteger(tenantId) && tenantId > 0, `not a tenant id: ${tenantId}`)
  return String(tenantId)
}

type Statement = { readonly name: string; readonly text: string }
const statements = new Map<string, Statement>()

/** Named, so that the server parses and plans it once a connection. */
function callStatement(fn: string, count: number): Statement {
  const name = `${fn}/${count}`
  const known = statements.get(name)
  if (known) return known
  assert(/^[a-z_]+\.[a-z0-9_]+$/.test(fn), `not a function name: ${fn}`)
  const places = Array.from({ length: count }, (_, index) => `$${index + 1}`)
  const statement = { name, text: `select ${fn}(${places.join(', ')}) as result` }
  statements.set(name, statement)
  return statement
}
