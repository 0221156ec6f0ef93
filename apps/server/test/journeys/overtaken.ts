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
