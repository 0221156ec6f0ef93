import pg from 'pg'
import type { Log } from '../log/index.ts'

/**
 * One connection that says "this process lives": what it holds by advisory lock is free the moment the process or its
 * machine dies, without a time-out to wait for.
 */
export type Guard = {
  /** Marks a job pool of this process as alive. */
  readonly present: (poolId: string) => void
  /** Gives jobs that dead pools had taken back to the queue. */
  readonly releaseDead: () => Promise<void>
  readonly release: (poolId: string) => Promise<void>
  /** Runs `fn` unless some process (this one too) runs the same name. Returns whether it ran. */
  readonly exclusively: (name: string, fn: () => Promise<void>) => Promise<boolean>
  readonly close: () => Promise<void>
}

const POOLS = 71_001
const NAMES = 71_002

export async function openGuard(ownerUrl: string, log: Log): Promise<Guard> {
  const pools = new Set<string>()
  const running = new Set<string>()
  let client: Session | undefined
  let opening: Promise<Session> | undefined

  async function open(): Promise<Session> {
    const fresh = new pg.Client({ connectionString: ownerUrl, application_name: 'quanshu guard', keepAlive: true })
    // Without the connection nothing is held any more; the next use opens another and takes it all again.
    const session = oneAtATime(fresh)
    const lost = () => {
      if (client === session) client = undefined
    }
    fresh.on('error', lost)
    fresh.on('end', lost)
    await fresh.connect()
    for (const poolId of pools) await tryLock(session, POOLS, poolId)
    client = session
    return session
  }

  async function connection(): Promise<Session> {
    if (client) return client
    opening ??= open().finally(() => {
      opening = undefined
    })
    return await opening
  }

  async function releaseDead(): Promise<void> {
    try {
      const connected = await connection()
      // Also says again that our own pools live, should the connection have been made anew.
      const dead = await deadPools(connected, [...pools])
      if (dead.length === 0) return
      await connected.query('select graphile_worker.force_unlock_workers($1)', [dead])
      log.warn({ pools: dead }, 'jobs of dead workers go back to the queue')
    } catch (error) {
      log.warn({ err: error }, 'dead workers were not looked for')
    }
  }

  async function exclusively(name: string, fn: () => Promise<void>): Promise<boolean> {
    if (running.has(name)) return false
    running.add(name)
    try {
      const connected = await connection()
      if (!(await tryLock(connected, NAMES, name))) return false
      try {
        await fn()
      } finally {
        await connected.query('select pg_advisory_unlock($1, hashtext($2))', [NAMES, name]).catch(() => undefined)
      }
      return true
    } finally {
      running.delete(name)
    }
  }

  await connection()
  return {
    present: (poolId) => {
      pools.add(poolId)
      void connection()
        .then((connected) => tryLock(connected, POOLS, poolId))
        .catch((error) => log.warn({ err: error }, 'worker could not mark itself alive'))
    },
    releaseDead,
    release: async (poolId) => {
      pools.delete(poolId)
      await connection()
        .then((connected) => connected.query('select graphile_worker.force_unlock_workers($1)', [[poolId]]))
        .catch((error) => log.warn({ err: error }, 'jobs were not given back; another worker will take them over'))
    },
    exclusively,
    close: async () => {
      await client?.end().catch(() => undefined)
    },
  }
}

type Session = {
  readonly query: <R extends pg.QueryResultRow>(text: string, values: unknown[]) => Promise<pg.QueryResult<R>>
  readonly end: () => Promise<void>
}

/** A connection speaks one query at a time, and schedules come together. */
function oneAtATime(client: pg.Client): Session {
  let last: Promise<unknown> = Promise.resolve()
  return {
    query: <R extends pg.QueryResultRow>(text: string, values: unknown[]) => {
      const turn = last.then(() => client.query<R>(text, values))
      last = turn.catch(() => undefined)
      return turn
    },
    end: () => client.end(),
  }
}

async function tryLock(client: Session, space: number, name: string): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as taken', [
    space,
    name,
  ])
  return rows[0]?.taken === true
}

/** Pools that hold jobs but whose lock is free. Transaction locks are let go of at once, so two sweepers may look. */
async function deadPools(client: Session, own: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ pool: string }>(
    `with holders as (
       select locked_by as pool from graphile_worker._private_jobs where locked_by is not null
       union
       select locked_by from graphile_worker._private_job_queues where locked_by is not null
     )
     select pool
     from holders
     where pool <> all ($1::text[])
       and pg_try_advisory_xact_lock($2, hashtext(pool))`,
    [own, POOLS],
  )
  return rows.map(({ pool }) => pool)
}
