import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import type pg from 'pg'
import type { DB } from './tables.gen.ts'

const builders = new WeakMap<pg.ClientBase, Kysely<DB>>()

/** The query builder of one connection. Kept with the connection, because making one costs more than a short query. */
export function queryBuilder(client: pg.ClientBase): Kysely<DB> {
  const known = builders.get(client)
  if (known) return known
  const made = new Kysely<DB>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new OneConnectionDriver(client),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
  builders.set(client, made)
  return made
}

/** Everything runs on the connection of the surrounding transaction; nobody can begin another one or commit this one. */
class OneConnectionDriver implements Driver {
  readonly #connection: DatabaseConnection
  constructor(client: pg.ClientBase) {
    this.#connection = new OneConnection(client)
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }
  async beginTransaction(): Promise<void> {
    throw new Error('the transaction is already open: db.write and db.read are the only doors')
  }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

class OneConnection implements DatabaseConnection {
  readonly #client: pg.ClientBase
  /** A connection speaks one query at a time; callers that use Promise.all inside a transaction wait here. */
  #last: Promise<unknown> = Promise.resolve()
  constructor(client: pg.ClientBase) {
    this.#client = client
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const run = async (): Promise<QueryResult<R>> => {
      const result = await this.#client.query(query.sql, [...query.parameters])
      return { rows: result.rows, numAffectedRows: BigInt(result.rowCount ?? 0) }
    }
    const turn = this.#last.then(run, run)
    this.#last = turn.catch(() => undefined)
    return await turn
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not offered: read in pages')
  }
}
