import pg from 'pg'
import { type House, until } from './shop.ts'

type Statement = readonly [text: string, values: readonly unknown[]]

/**
 * Somebody else has `lock`; `call` begins and comes to wait for it; meanwhile they do their `deeds`, and commit.
 * @returns what became of the call
 */
export async function overtaken<T>(
  { platform, query }: Pick<House, 'platform' | 'query'>,
  lock: Statement,
  call: () => Promise<T>,
  deeds: readonly Statement[],
): Promise<PromiseSettledResult<T>> {
  const rival = await platform.owner.connect()
  const run = ([text, values]: Statement) => rival.query(text, [...values])
  try {
    await run(['begin', []])
    await run(lock)
    const called = Promise.allSettled([call()])
    await until('it to wait', async () => {
      const waiting = await query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return waiting.length > 0
    })
    for (const deed of deeds) await run(deed)
    await run(['commit', []])
    const [outcome] = await called
    return outcome
  } finally {
    await rival.query('rollback')
    rival.release()
  }
}

/**
 * Somebody holds `lock`; the calls begin one after the other, each when the one before waits (or is done), and all go on, in this
 * order, when it is let go. So those that lock in another order than their neighbours wait for each other.
 * @param calls each on a connection of its own, as the tables' owner; or functions that call the house themselves
 * @returns what became of them
 */
export async function crossed(
  { platform }: Pick<House, 'platform'>,
  lock: Statement,
  calls: readonly (Statement | (() => Promise<unknown>))[],
): Promise<readonly PromiseSettledResult<unknown>[]> {
  const clients: pg.Client[] = []
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: platform.ownerUrl })
    clients.push(client)
    await client.connect()
    return client
  }
  const [rival, watch] = [await connect(), await connect()]
  try {
    await rival.query('begin')
    await rival.query(lock[0], [...lock[1]])
    const running: Promise<unknown>[] = []
    let ended = 0
    for (const call of calls) {
      const own = typeof call === 'function' ? undefined : await connect()
      const run = typeof call === 'function' ? call() : own?.query(call[0], [...call[1]])
      const done = Promise.resolve(run).finally(() => {
        ended += 1
      })
      done.catch(() => undefined)
      running.push(done)
      await until('it to wait', async () => {
        const { rows } = await watch.query<{ waiting: number }>(
          `select count(*)::integer as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
        return (rows[0]?.waiting ?? 0) + ended >= running.length
      })
    }
    await rival.query('rollback')
    return await Promise.allSettled(running)
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}

/** The codes of those that did not go through: `40P01` is a deadlock. */
export const failures = (outcomes: readonly PromiseSettledResult<unknown>[]): readonly string[] =>
  outcomes.flatMap((one) => (one.status === 'rejected' ? [String(one.reason?.code ?? one.reason)] : []))
