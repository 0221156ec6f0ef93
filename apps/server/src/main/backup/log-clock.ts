import pg from 'pg'
import { parseLsn } from './wal.ts'

const EVERY_MS = 200

export type LogClock = {
  /** A time before which every commit lies in the log before this position. */
  readonly at: (lsn: string) => Date
  readonly close: () => Promise<void>
}

/**
 * Notes, while a backup runs, where the log stood when. The server says at which position a copy is whole, but not at
 * what time that was, and a time is what people and orders have.
 */
export async function openLogClock(adminUrl: string): Promise<LogClock> {
  const client = new pg.Client({ connectionString: adminUrl })
  client.on('error', () => undefined)
  await client.connect()
  let newest = await sample(client)
  const samples = [newest]
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= sample(client)
      .then((next) => {
        // An idle shop's log stands still: only the last moment at one position counts.
        if (next.position === newest.position) samples.pop()
        samples.push(next)
        newest = next
      })
      .catch(() => undefined)
      .finally(() => {
        running = undefined
      })
  }, EVERY_MS)
  return {
    at(lsn) {
      const end = parseLsn(lsn)
      return (samples.findLast(({ position }) => position <= end) ?? samples[0] ?? newest).time
    },
    async close() {
      clearInterval(timer)
      await running
      await client.end().catch(() => undefined)
    },
  }
}

type Sample = { readonly time: Date; readonly position: bigint }

/** The time first: what was committed by then is before the position that is read after it. */
async function sample(client: pg.Client): Promise<Sample> {
  const { rows } = await client.query<{ time: Date; lsn: string }>(
    'select clock_timestamp() as time, pg_current_wal_insert_lsn()::text as lsn',
  )
  const [row] = rows
  if (!row) throw new Error('the database did not say where its log stands')
  return { time: row.time, position: parseLsn(row.lsn) }
}
